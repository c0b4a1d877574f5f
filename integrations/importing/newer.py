"""An answer of a shop that was asked for earlier never overwrites one that was asked for later.

An import reads a page ahead while a hint has one of its products asked for anew; both write, in any order. So every identity carries the
moment at which the question for its answer began, and whoever writes compares, behind a lock of the connection that all of them take. What
an import finds unchanged is not written for that moment's sake: only while something else is asking the same shop.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from common.bulk import update_rows
from common.clock import database_now
from integrations.importing.identity import load_refs
from integrations.importing.items import Item, Ref
from integrations.importing.job import ImportJob
from integrations.importing.locking import lock
from integrations.importing.looking import Answer, Sight, read_answer
from integrations.models import ExternalRef

A_DAY = timedelta(days=1)


def settle(job: ImportJob, sight: Sight) -> None:
    """In the write transaction: leaves in the sight what is newer than what is stored, and notes what was found unchanged. Four queries
    at the most."""
    ids = [*(item.external_id for item in sight.items), *sight.unchanged, *sight.gone]
    if sight.is_settled or job.dry_run or not ids or _is_as_stored(job, sight):
        return
    sight.is_settled, sight.asked_at = True, (asked_at := sight.asked_at or database_now())
    sight.with_time = lock(job.connection.pk) or job.in_step
    refs = load_refs(job.connection, ids, with_time=True)
    sight.gone = {external_id: ref for external_id, ref in sight.gone.items() if not is_older(asked_at, refs.get(external_id))}
    sight.items = list(_newer_items(sight, refs, asked_at))
    same = {external_id: ref for external_id, ref in refs.items() if external_id in sight.unchanged and not is_older(asked_at, ref)}
    same = {external_id: ref for external_id, ref in same.items() if not _was_overwritten(job, sight, external_id, ref)}
    _note(job, sight, same, asked_at)


def is_older(asked_at: datetime, ref: Ref | None) -> bool:
    """Whether what is stored was asked for later. A day later is a clock that jumped, and must not keep a product as it is for ever."""
    return ref is not None and ref.read_at is not None and asked_at < ref.read_at <= asked_at + A_DAY


def _is_as_stored(job: ImportJob, sight: Sight) -> bool:
    """Nothing is to be written or noted, and no older answer can come in from now on: whoever begins to ask now asks later than we did."""
    return sight.is_alone and not job.in_step and sight.is_quiet and not _moved(sight.unchanged)


def _newer_items(sight: Sight, refs: dict[str, Ref], asked_at: datetime) -> Iterable[Item]:
    for item in sight.items:
        item.ref = refs.get(item.external_id)
        if item.ref is None or not is_older(asked_at, item.ref):
            yield item
        else:
            sight.outcome.seen.add(item.ref.product_id)
            sight.outcome.counts["unchanged"] += 1


def _was_overwritten(job: ImportJob, sight: Sight, external_id: str, ref: Ref) -> bool:
    """Since we looked, an older answer has come in: ours comes in again."""
    answer = sight.unchanged[external_id][1]
    if ref.content_hash == answer.text and not ref.is_gone:
        return False
    item = read_answer(job, external_id, answer, sight.outcome)
    if item is not None:
        item.ref = ref
        sight.items.append(item)
        del sight.unchanged[external_id]
    return item is not None


def _note(job: ImportJob, sight: Sight, same: dict[str, Ref], asked_at: datetime) -> None:
    """A glance that a hint was noted with stays (in_step): the shop may give whole products and glances that never agree."""
    moved = [] if job.in_step else _moved({one: (ref, sight.unchanged[one][1]) for one, ref in same.items()})
    if moved:
        update_rows(ExternalRef, moved, match=("id",))
    if sight.with_time and same:
        ExternalRef.objects.filter(pk__in=[ref.id for ref in same.values()]).update(read_at=asked_at)


def _moved(unchanged: dict[str, tuple[Ref, Answer]]) -> list[dict[str, Any]]:
    """Rows of those whose cheap text is another than the one that is stored."""
    return [{"id": ref.id, "glance": answer.glance} for ref, answer in unchanged.values() if answer.glance not in ("", ref.glance)]
