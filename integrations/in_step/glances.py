"""A cheap look over all products of a shop: a text each, compared with the one that is stored. What differs becomes a hint.

It finds what no delivery and no date tells: stock that a plugin writes by SQL, products that were deleted for good. That a list does not
show one is no proof, so it is asked for by its number like everything else.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from common.bulk import update_rows
from common.clock import database_now
from integrations import hints
from integrations.importing.identity import load_refs
from integrations.importing.items import Ref
from integrations.importing.job import Stopped
from integrations.importing.locking import lock
from integrations.importing.missing import MOST, SHARE, unseen
from integrations.importing.newer import is_older
from integrations.importing.seen import Seen
from integrations.in_step.evidence import note_much_gone
from integrations.in_step.strangers import forget_strangers, new_strangers
from integrations.in_step.turns import Turn, take_turn
from integrations.in_step.watches import finish
from integrations.models import Answer, ExternalRef, Kind, LinkQuestion, RefKind, StoreConnection, StoreWatch
from integrations.providers.base import Glance

FRESH_FOR = timedelta(hours=4)
DIFFERS, NOT_LISTED = "looks different", "not in the shop's list"


def look_over(connection_pk: int, *, again: bool = False) -> bool:
    """Compares what the shop lists with what is stored. Returns whether there is more to do at once. again: see turns.py."""
    return take_turn(connection_pk, Kind.GLANCES, _look_over, again=again)


def _look_over(turn: Turn) -> bool:
    place = _place(turn.watch, database_now())
    if place["at"] is None:
        forget_strangers(turn.connection, database_now())
    while True:
        page = turn.job.reader.glances(place["at"])
        place = _compare(turn, page.glances, {**place, "at": page.next_cursor})
        if page.next_cursor is None:
            _ask_for_unlisted(turn, Seen(place["seen"]))
            finish(turn.watch, datetime.fromisoformat(place["begun"]), database_now())
            return False
        if turn.is_over():
            return True


def _place(watch: StoreWatch, now: datetime) -> dict[str, Any]:
    kept: Any = watch.cursor
    if kept and now - datetime.fromisoformat(kept["begun"]) < FRESH_FOR:
        return dict(kept)
    return {"begun": now.isoformat(), "at": None, "seen": []}


def _compare(turn: Turn, glances: Iterable[Glance], place: dict[str, Any]) -> dict[str, Any]:
    """One page, in one transaction: hints, and the texts that were seen. Returns the place behind it."""
    texts = {glance.external_id: glance.text for glance in glances}
    asked_at = turn.job.reader.asked_at or database_now()
    with transaction.atomic():
        if not turn.lease.renew(database_now()):
            raise Stopped
        lock(turn.connection.pk)
        refs = load_refs(turn.connection, texts, with_time=True)
        news = {one: ref for one, ref in refs.items() if _is_news(ref, texts[one], asked_at)}
        rows = [{"id": ref.id, "glance": texts[one]} for one, ref in news.items()]
        if rows:
            update_rows(ExternalRef, rows, match=("id",))
        differing = [one for one, ref in news.items() if ref.glance and not ref.is_gone]
        not_ours = _undecided(turn.connection, {one for one in texts if one not in refs or (one in news and refs[one].is_gone)})
        strangers = new_strangers(turn.connection, {one: texts[one] for one in not_ours}, database_now())
        hints.note(turn.connection.pk, [*differing, *strangers], DIFFERS)
        following = {**place, "seen": Seen.joined(Seen(place["seen"]), (ref.product_id for ref in refs.values())).dump()}
        if place["at"] is not None:
            StoreWatch.objects.filter(pk=turn.watch.pk).update(cursor=following)
    return following


def _is_news(ref: Ref, text: str, asked_at: datetime) -> bool:
    """A text where none was stored is only noted: the whole import that stored the product did not tell one."""
    return (ref.is_gone or text not in ("", ref.glance)) and not is_older(asked_at, ref)


def _undecided(connection: StoreConnection, external_ids: set[str]) -> set[str]:
    """Those that come in when they are asked for: not the ones about which a person is asked, or that are to be left out."""
    if not external_ids:
        return set()
    asked = LinkQuestion.objects.filter(connection=connection, answer__in=(Answer.OPEN, Answer.SKIP), external_id__among=external_ids)
    return external_ids - set(asked.values_list("external_id", flat=True))


def _ask_for_unlisted(turn: Turn, seen: Seen) -> None:
    """Too many of them are for the next whole import, which asks a person: then a question about each would be for nothing."""
    living = ExternalRef.objects.filter(connection=turn.connection, kind=RefKind.PRODUCT, gone_at__isnull=True).count()
    most, found, after = max(MOST, int(SHARE * living)), dict[str, Ref](), 0
    while len(found) <= most:
        some, after = unseen(turn.job, seen, after)
        if not some:
            break
        found |= some
    with transaction.atomic():
        if not turn.lease.renew(database_now()):
            raise Stopped
        if len(found) > most:
            note_much_gone(turn.connection, len(found))
        else:
            hints.note(turn.connection.pk, found, NOT_LISTED, is_news=False)
