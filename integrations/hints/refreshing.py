"""A worker's turn at a shop's hints: the products are asked for anew, a hundred at a time, and come in as an import would take them in.

What the shop does not have any more becomes inactive, unless that is so much that a person has to be asked: then it is left to the next
whole import, which asks.

A shop may fail at one product only (a plugin that breaks over it). What fails a second time, while the shop answers about another product,
is asked for by halves, until the one is found: it waits, with an issue, and the others do not wait with it. Where the shop has failed at
one before, the first time is enough.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from common.bulk import delete_rows
from common.clock import database_now
from common.errors import PermanentError, RemoteError, TransientError
from integrations.hints.noting import LEFT_FOR
from integrations.importing.identity import load_refs
from integrations.importing.items import Ref
from integrations.importing.looking import Sight, look
from integrations.importing.missing import is_much
from integrations.importing.outcome import FAILS_AT
from integrations.importing.pages import AT_ONCE
from integrations.in_step.evidence import failed_at_one_of, note_much_gone
from integrations.in_step.turns import Turn, may_ask, take_turn, watch_of
from integrations.in_step.watches import due_by, finish
from integrations.in_step.writing import bring_in
from integrations.models import Answer, ExternalRef, Kind, LinkQuestion, RefKind, StoreConnection, StoreHint
from integrations.providers.base import Raw
from integrations.runs.ending import said

A_DAY = timedelta(days=1)
CONTROLS = 5  # products that speak for an answer, one after the other
SHOP_FAILS = (
    "The shop fails when it is asked for this product, and answers about others: {said} It is asked for again when it "
    "has changed there, and in half a day."
)
LONGEST_NAP = 30.0  # seconds; what is due later has the minute sweep


def refresh_hinted(connection_pk: int, *, again: bool = False) -> float | None:
    """Asks a shop for what was hinted at. Returns in how many seconds there is more to do; None when there is nothing, or not soon.

    again: see in_step/turns.py.
    """
    if take_turn(connection_pk, Kind.HINTS, _refresh, again=again):
        return 0.0
    now = database_now()
    coming = StoreHint.objects.filter(connection=connection_pk).order_by("due_at").values_list("due_at", flat=True).first()
    watch = watch_of(connection_pk, Kind.HINTS) if coming is not None else None
    if coming is None or watch is None or watch.tries or watch.lease_token or not may_ask(watch):
        return None
    # Nothing less than zero: one that came right before we gave the watch back rang in vain.
    seconds = max((max(coming, watch.due_at or coming) - now).total_seconds(), 0.0)
    return seconds if seconds <= LONGEST_NAP else None


def _refresh(turn: Turn) -> bool:
    begun_at, did_any = database_now(), False
    while hints := _due(turn.connection, database_now()):
        _refresh_some(turn, hints)
        did_any = True
        if turn.is_over():
            break
    if did_any:
        finish(turn.watch, begun_at, database_now())
    return bool(hints)


def _due(connection: StoreConnection, now: datetime) -> list[StoreHint]:
    return list(StoreHint.objects.filter(due_by(now), connection=connection).order_by("due_at", "pk")[:AT_ONCE])


def _refresh_some(turn: Turn, hints: list[StoreHint], *, is_alive: bool = False) -> None:
    """is_alive: the shop has just answered about another product."""
    ids = [hint.external_id for hint in hints]
    known = _surely_there(turn)
    try:
        ids = turn.job.reader.fitting(ids)
        hints = hints[: len(ids)]  # The others stay due.
        raws = turn.job.reader.by_ids(ids, known)
    except (TransientError, PermanentError) as error:
        says_nothing = error.retry_after or turn.job.adapter.is_out_of_time
        if says_nothing or not (is_alive or _answers(turn, ids, known or ids[turn.watch.tries % len(ids)])):
            raise
        _refresh_apart(turn, hints, error)
    else:
        _bring_in(turn, hints, raws)


def _answers(turn: Turn, ids: list[str], control: str) -> bool:
    """Whether the shop answers about another product. Asked only with a reason: mostly a failure is an outage."""
    has_a_reason = turn.watch.tries > 0 or failed_at_one_of(turn.connection, ids)
    return has_a_reason and bool(turn.job.reader.by_ids([control]))


def _refresh_apart(turn: Turn, hints: list[StoreHint], error: RemoteError) -> None:
    """One half is asked for even if the time is up: where each failure is a long wait, no turn would else come as far as to the one."""
    if len(hints) == 1:
        _leave(turn, hints[0], error)
        return
    middle = len(hints) // 2
    if not turn.is_called_off():
        _refresh_some(turn, hints[:middle], is_alive=True)
    if not turn.is_over():
        _refresh_some(turn, hints[middle:], is_alive=True)


def _leave(turn: Turn, hint: StoreHint, error: RemoteError) -> None:
    """For half a day, with an issue. What was noted meanwhile is due as before."""
    sight = Sight()
    sight.outcome.fail(hint.external_id, "", FAILS_AT, SHOP_FAILS.format(said=said(error)))

    bring_in(turn, sight, lambda: _ask_later([hint]))


def _ask_later(hints: Iterable[StoreHint]) -> None:
    for hint in hints:
        StoreHint.objects.filter(pk=hint.pk, version=hint.version).update(due_at=database_now() + LEFT_FOR)


def _bring_in(turn: Turn, hints: list[StoreHint], raws: list[Raw]) -> None:
    connection, job = turn.connection, turn.job
    sight = look(job, raws)
    withheld = {job.adapter.external_id(raw) for raw in raws if job.adapter.withheld(raw)}
    missing = {hint.external_id for hint in hints} - {job.adapter.external_id(raw) for raw in raws}
    gone = {external_id: ref for external_id, ref in load_refs(connection, missing).items() if not ref.is_gone} if missing else {}
    leaves = bool(gone) and _would_be_much(connection, gone)
    if not leaves:
        sight.gone |= gone

    def also() -> None:
        delete_rows(StoreHint, [{"id": hint.pk, "version": hint.version} for hint in hints if hint.external_id not in withheld])
        _ask_later(hint for hint in hints if hint.external_id in withheld)
        if missing:
            LinkQuestion.objects.filter(connection=connection, answer=Answer.OPEN, external_id__among=missing).delete()
        if leaves:
            note_much_gone(connection, len(gone))

    bring_in(turn, sight, also)


def _surely_there(turn: Turn) -> str:
    """A product that the shop had when it was last asked, and of which nothing is in doubt; another one with each try."""
    doubtful = StoreHint.objects.filter(connection=turn.connection, external_id=OuterRef("external_id"))
    living = ExternalRef.objects.filter(~Exists(doubtful), connection=turn.connection, kind=RefKind.PRODUCT, gone_at__isnull=True)
    newest = list(living.order_by("-pk").values_list("external_id", flat=True)[:CONTROLS])
    return newest[turn.watch.tries % len(newest)] if newest else ""


def _would_be_much(connection: StoreConnection, gone: dict[str, Ref]) -> bool:
    """With what went within a day: a shop that empties itself hundred by hundred is noticed, too."""
    refs = ExternalRef.objects.filter(connection=connection, kind=RefKind.PRODUCT)
    living = refs.filter(gone_at__isnull=True).count()
    lately = refs.filter(gone_at__gt=database_now() - A_DAY).count()
    return is_much(len(gone) + lately, living + lately, sees_some=len(gone) < living)
