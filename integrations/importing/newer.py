"""An answer of a shop that was asked for earlier never overwrites one that was asked for later.

An import reads a page ahead while a hint has one of its products asked for anew; both write, in any order. So every identity carries the
moment at which the question for its answer began, and whoever writes compares, behind a lock of the connection that all of them take. What
an import finds unchanged is not written for that moment's sake: only while something else is asking the same shop.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import orjson
from django.db import connection as database
from django.db.models import Model

from common.bulk import json_ids, update_rows
from common.clock import database_now
from integrations.importing.identity import load_refs
from integrations.importing.items import Item, Ref
from integrations.importing.job import ImportJob
from integrations.importing.looking import Sight, read_answer
from integrations.models import ExternalRef, StoreConnection, StoreWatch

A_DAY = timedelta(days=1)


def settle(job: ImportJob, sight: Sight) -> None:
    """In the write transaction: leaves in the sight what is newer than what is stored, and notes what was found unchanged. Four queries
    at the most."""
    ids = [*(item.external_id for item in sight.items), *sight.unchanged, *sight.gone]
    if sight.is_settled or job.dry_run or not ids:
        return
    sight.is_settled, sight.asked_at = True, (asked_at := sight.asked_at or database_now())
    sight.with_time = lock(job.connection.pk) or job.in_step
    refs = {external_id: ref for external_id, (ref, _) in sight.unchanged.items()}
    if sight.items or sight.gone or not _stand(refs, asked_at):
        refs = load_refs(job.connection, ids, with_time=True)
    sight.gone = {external_id: ref for external_id, ref in sight.gone.items() if not is_older(asked_at, refs.get(external_id))}
    sight.items = list(_newer_items(sight, refs, asked_at))
    same = {external_id: ref for external_id, ref in refs.items() if external_id in sight.unchanged and not is_older(asked_at, ref)}
    same = {external_id: ref for external_id, ref in same.items() if not _was_overwritten(job, sight, external_id, ref)}
    _note(job, sight, same, asked_at)


def lock(connection_pk: int) -> bool:
    """Until the end of the transaction nobody else writes what this shop says. Returns whether hints or looks are asking it just now.

    Not FOR UPDATE, which would keep deliveries of the shop from being stored meanwhile. Written out, as every page of an unchanged import
    asks: the ORM would take as long to build the statement as the page takes to hash a tenth of its products.
    """
    watched = f"EXISTS (SELECT 1 FROM {_table(StoreWatch)} w WHERE w.connection_id = s.id AND w.lease_token <> '')"  # noqa: S608
    sql = f"SELECT {watched} FROM {_table(StoreConnection)} s WHERE s.id = %s"  # noqa: S608 - names of our own tables; values are parameters
    with database.cursor() as cursor:
        cursor.execute(f"{sql} FOR NO KEY UPDATE OF s" if database.features.has_select_for_no_key_update else sql, [connection_pk])
        row = cursor.fetchone()
    return bool(row and row[0])


def is_older(asked_at: datetime, ref: Ref | None) -> bool:
    """Whether what is stored was asked for later. A day later is a clock that jumped, and must not keep a product as it is for ever."""
    return ref is not None and ref.read_at is not None and asked_at < ref.read_at <= asked_at + A_DAY


def _stand(refs: dict[str, Ref], asked_at: datetime) -> bool:
    """Whether identities still say what they said when we looked, as they nearly always do. Written out like `lock`, and without the
    moments, which SQLite keeps as text: so it takes a tenth of loading them."""
    moment = database.ops.adapt_datetimefield_value(asked_at)
    sql = f"SELECT r.id, r.content_hash FROM {_table(ExternalRef)} r JOIN {json_ids()} ON ids.value = r.id"  # noqa: S608 - as above
    with database.cursor() as cursor:
        cursor.execute(f"{sql} WHERE r.gone_at IS NULL AND (r.read_at IS NULL OR r.read_at <= %s)", [_json(refs), moment])
        return dict(cursor.fetchall()) == {ref.id: ref.content_hash for ref in refs.values()}


def _json(refs: dict[str, Ref]) -> str:
    return orjson.dumps([ref.id for ref in refs.values()]).decode()


def _table(model: type[Model]) -> str:
    return database.ops.quote_name(model._meta.db_table)


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
    texts = {external_id: sight.unchanged[external_id][1].glance for external_id in same}
    moved = [] if job.in_step else [{"id": ref.id, "glance": texts[one]} for one, ref in same.items() if texts[one] not in ("", ref.glance)]
    if moved:
        update_rows(ExternalRef, moved, match=("id",))
    if sight.with_time and same:
        ExternalRef.objects.filter(pk__in=[ref.id for ref in same.values()]).update(read_at=asked_at)
