"""A worker's turn at a shop's hints: the products are asked for anew, a hundred at a time, and come in as an import would take them in.

What the shop does not have any more becomes inactive, unless that is so much that a person has to be asked: then it is left to the next
whole import, which asks.
"""

from datetime import datetime, timedelta

from common.bulk import delete_rows
from common.clock import database_now
from integrations.importing.identity import load_refs
from integrations.importing.items import Ref
from integrations.importing.looking import look
from integrations.importing.missing import is_much
from integrations.importing.pages import AT_ONCE
from integrations.in_step.evidence import note_much_gone
from integrations.in_step.turns import Turn, may_ask, take_turn, watch_of
from integrations.in_step.watches import due_by, finish
from integrations.in_step.writing import bring_in
from integrations.models import Answer, ExternalRef, Kind, LinkQuestion, RefKind, StoreConnection, StoreHint

A_DAY = timedelta(days=1)
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


def _refresh_some(turn: Turn, hints: list[StoreHint]) -> None:
    connection, job = turn.connection, turn.job
    ids = [hint.external_id for hint in hints]
    raws = job.reader.by_ids(ids, _surely_there(connection, ids))
    sight = look(job, raws)
    missing = set(ids) - {job.adapter.external_id(raw) for raw in raws}
    gone = {external_id: ref for external_id, ref in load_refs(connection, missing).items() if not ref.is_gone} if missing else {}
    leaves = bool(gone) and _would_be_much(connection, gone)
    if not leaves:
        sight.gone |= gone

    def also() -> None:
        delete_rows(StoreHint, [{"id": hint.pk, "version": hint.version} for hint in hints])
        if missing:
            LinkQuestion.objects.filter(connection=connection, answer=Answer.OPEN, external_id__among=missing).delete()
        if leaves:
            note_much_gone(connection, len(gone))

    bring_in(turn, sight, also)


def _surely_there(connection: StoreConnection, but: list[str]) -> str:
    """A product that the shop had when it was last asked."""
    living = ExternalRef.objects.filter(connection=connection, kind=RefKind.PRODUCT, gone_at__isnull=True)
    return living.exclude(external_id__in=but).order_by("-pk").values_list("external_id", flat=True).first() or ""


def _would_be_much(connection: StoreConnection, gone: dict[str, Ref]) -> bool:
    """With what went within a day: a shop that empties itself hundred by hundred is noticed, too."""
    refs = ExternalRef.objects.filter(connection=connection, kind=RefKind.PRODUCT)
    living = refs.filter(gone_at__isnull=True).count()
    lately = refs.filter(gone_at__gt=database_now() - A_DAY).count()
    return is_much(len(gone) + lately, living + lately, sees_some=len(gone) < living)
