"""What only a person decides about items that we never sent: take them over, or remove them. Each is looked up once more before.

Both make the item one of ours (a CatalogItem that was sent) and leave the rest to the engine: what a product here carries is updated,
what nobody carries is deleted by its exact retailer_id, with all retries and fences. There is no second way of sending.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from common.bulk import chunks, insert_missing, update_rows
from meta_integration.catalog.asks import ask
from meta_integration.catalog.carriers import load_carriers
from meta_integration.catalog.reading.brake import holds
from meta_integration.catalog.reading.ledger import close
from meta_integration.catalog.reading.session import Reading
from meta_integration.catalog.rows import make_doubt, read_rows
from meta_integration.catalog.summary import refresh_summaries
from meta_integration.catalog_service import LOOK_UP_AT_ONCE
from meta_integration.models import IN_DOUBT, CatalogFinding, CatalogItem, FindingKind, FindingState, ItemState

HELD = "Held: too many removals at once. Mend again with removals allowed."
NOT_LIVE = "Left alone: our own item is not live yet. Mend again when it is."
LIVE = (ItemState.SYNCED, ItemState.HIDDEN)


def take_over(reading: Reading) -> bool:
    """Items made elsewhere under a SKU of ours: updated from here on, never created anew. Equal ones need no call at all.

    False when the time is up before the end.
    """
    while some := _waiting(reading, FindingKind.ADOPTABLE)[:LOOK_UP_AT_ONCE]:
        there = reading.service.find_items([finding.retailer_id for finding in some], fields="id,retailer_id")
        ids = {key: str(item.get("id") or "") for key, item in there.items()}
        carriers = load_carriers(reading.catalog, ids)
        taken = {finding.retailer_id for finding in some} & carriers.keys()
        items = _make_ours(reading, {key: ids[key] for key in taken}, {key: carriers[key].product.id for key in taken})
        ask(reading.catalog, items, reading.service, reading.clock)
        refresh_summaries(finding.product_id for finding in some)
        _end(reading, [finding for finding in some if finding.retailer_id in taken], FindingState.MENDED)
        _end(reading, [finding for finding in some if finding.retailer_id not in taken], FindingState.GONE)
        reading.save("taking over")
        if reading.must_stop():
            return False
    return True


def remove_others(reading: Reading) -> bool:
    """Duplicates, and what is not ours: removed behind the brake, after a look at what Meta has under this retailer_id now.

    False when the time is up before the end.
    """
    kinds = {FindingKind.DUPLICATE} | ({FindingKind.NOT_OURS} if reading.options.chosen else set())
    waiting = _waiting(reading, *kinds & reading.options.mend)
    number = waiting.count()
    if number and holds(reading, number):
        waiting.update(asked=True, note=HELD)
        return True
    while some := list(waiting[:LOOK_UP_AT_ONCE]):
        _remove(reading, some)
        reading.save("removing")
        if reading.must_stop():
            return False
    return True


def _remove(reading: Reading, findings: list[CatalogFinding]) -> None:
    twins = [finding for finding in findings if _is_twin(finding)]
    rest = [finding for finding in findings if not _is_twin(finding)]
    for finding in twins:
        _remove_twin(reading, finding)
    there = reading.service.find_items([finding.retailer_id for finding in rest], fields="id,retailer_id") if rest else {}
    ids = {key: str(item.get("id") or "") for key, item in there.items()}
    ours = load_carriers(reading.catalog, ids).keys() | _sent(reading, ids)
    known = [finding for finding in rest if ids.get(finding.retailer_id) == finding.meta_id and finding.retailer_id not in ours]
    unsafe = {finding.pk for finding in known if finding.kind == FindingKind.DUPLICATE and not _is_live(reading, finding)}
    going = [finding for finding in known if finding.pk not in unsafe]
    _make_ours(reading, {finding.retailer_id: finding.meta_id for finding in going}, {})
    reading.counts["removed"] += _end(reading, going, FindingState.MENDED)
    CatalogFinding.objects.filter(pk__in=unsafe).update(asked=True, note=NOT_LIVE)
    _end(reading, [finding for finding in rest if finding not in known], FindingState.GONE)


def _is_twin(finding: CatalogFinding) -> bool:
    """A second item under the same retailer_id of the same catalog."""
    return finding.item_id is not None


def _remove_twin(reading: Reading, finding: CatalogFinding) -> None:
    """Deletes by id, because the retailer_id must stay; and never the last one."""
    row = next(iter(read_rows(CatalogItem.objects.filter(catalog=reading.catalog, retailer_id=finding.retailer_id))), None)
    ids = reading.service.find_ids(finding.retailer_id)
    if row is None or len(ids) < 2:
        _end(reading, [finding], FindingState.GONE)
        return
    kept = row.meta_id if row.meta_id in ids else ids[0]
    for meta_id in ids:
        if meta_id != kept:
            reading.service.delete_id(meta_id)
    update_rows(CatalogItem, [{"id": row.id, "rev": row.rev, "meta_id": kept}], match=("id", "rev"))
    make_doubt([row.id], reading.clock())  # Nobody knows which of them had the last update.
    reading.counts["removed"] += _end(reading, [finding], FindingState.MENDED)


def _is_live(reading: Reading, finding: CatalogFinding) -> bool:
    """True when the item of ours that it duplicates is certainly at Meta, in whichever catalog it belongs to."""
    keeper = CatalogItem.objects.filter(catalog__tenant=reading.catalog.tenant_id, catalog__is_current=True, retailer_id=finding.like)
    return keeper.filter(was_sent=True, state__in=LIVE).exclude(live_hash__in=("", IN_DOUBT)).exists()


def _sent(reading: Reading, retailer_ids: Iterable[str]) -> set[str]:
    sent = CatalogItem.objects.filter(catalog=reading.catalog, retailer_id__in=list(retailer_ids), was_sent=True).exclude(live_hash="")
    return set(sent.values_list("retailer_id", flat=True))


def _make_ours(reading: Reading, meta_ids: dict[str, str], product_ids: dict[str, int]) -> list[int]:
    """Items that count as sent and in doubt, so that a round looks at them; those in a call at this moment are left out."""
    catalog, now = reading.catalog, reading.clock()
    with transaction.atomic():
        new = [{"catalog_id": catalog.pk, "retailer_id": key, "product_id": product_ids.get(key), "mark": 0} for key in meta_ids]
        insert_missing(CatalogItem, new)
        rows = read_rows(CatalogItem.objects.filter(catalog=catalog, retailer_id__in=meta_ids, in_flight=False, batch__isnull=True))
        sent: list[dict[str, Any]] = [
            {"id": row.id, "rev": row.rev, "was_sent": True, "meta_id": meta_ids[row.retailer_id], "live_hash": IN_DOUBT} for row in rows
        ]
        taken = update_rows(CatalogItem, sent, match=("id", "rev")) if sent else set()
        make_doubt(taken, now)
    return sorted(taken)


def _waiting(reading: Reading, *kinds: str) -> Any:
    return reading.findings.filter(state=FindingState.OPEN, asked=False, kind__in=kinds).order_by("id")


def _end(reading: Reading, findings: list[CatalogFinding], state: str) -> int:
    ended = 0
    for some in chunks([finding.pk for finding in findings]):
        ended += close(reading, CatalogFinding.objects.filter(pk__in=some), state, asked=True)
    return ended
