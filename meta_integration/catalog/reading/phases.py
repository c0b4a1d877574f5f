"""The order of a reading. Each phase ends with a cursor that says so: the next worker begins where the last one stopped."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least

from common.doorbell import ring
from meta_integration.catalog.changes import mark_changed
from meta_integration.catalog.decide import DELETE_HASH
from meta_integration.catalog.reading import choices
from meta_integration.catalog.reading.asking import ask_findings, release_extras
from meta_integration.catalog.reading.judging import judge, learn_ids, learn_new_ids, load_page, missing
from meta_integration.catalog.reading.ledger import (
    forget_sights,
    not_sighted,
    note_sights,
    record,
    seen_twice,
    supersede,
    unsighted,
)
from meta_integration.catalog.reading.pages import Place, next_page
from meta_integration.catalog.reading.session import Reading
from meta_integration.catalog.reading.strangers import find_strangers
from meta_integration.catalog.rows import read_rows
from meta_integration.catalog.summary import refresh_underway
from meta_integration.catalog.unannounced import unannounced_products
from meta_integration.catalog.verdicts import take_in
from meta_integration.models import ADVISED_BATCH_SIZE, Catalog, CatalogFinding, CatalogItem, FindingKind, ItemState
from operations.services import finish_run

CHUNK = 1_000
LONGEST_ID = 100  # characters of a retailer_id, by "Product Item"
READING, MISSING, TWINS = "reading", "looking for what was not listed", "looking for items that are there twice"
UNANNOUNCED, MENDING = "looking for new products", "mending"


def work_through(reading: Reading) -> bool:
    """All phases from the cursor's on. False when the time is up before the end."""
    mending = () if reading.options.dry_run else (ask_findings, _release, _take_over, choices.remove_others)
    phases = mending if reading.options.chosen else (_read_listing, _find_missing, _find_twins, _find_unannounced, *mending)
    for number in range(reading.cursor.get("phase", 0), len(phases)):
        reading.cursor["phase"] = number
        if not phases[number](reading):
            return False
    _finish(reading)
    return True


def _read_listing(reading: Reading) -> bool:
    if "place" not in reading.cursor:
        Catalog.objects.filter(pk=reading.catalog.pk).update(readback_started_at=reading.started)
        if reading.mends(FindingKind.EXTRA):
            _restart_failed_deletes(reading)
    place = Place(**reading.cursor.get("place", {}))
    while not place.ended:
        listed = next_page(reading.service, place)
        reading.cursor["place"] = place.as_json()
        _take_page(reading, listed)
        if not ask_findings(reading) or reading.must_stop():
            return False
    return True


def _take_page(reading: Reading, listed: list[dict[str, Any]]) -> None:
    # An id that is longer than Meta's own limit cannot be looked up, nor stored: one odd row must not end the reading of all others.
    fit = [item for item in listed if 0 < len(str(item.get("retailer_id") or "")) <= LONGEST_ID]
    items = {(str(item["retailer_id"]), str(item.get("id") or "")): item for item in fit}
    fresh = unsighted(reading.run, items)
    page = load_page(reading, [there for sight, there in items.items() if sight in fresh])
    take_in(reading.catalog, page.remote.values(), reading.started, reading.clock())
    found = judge(reading, page) + find_strangers(reading, page)
    reading.counts["listed"] += len(fresh)
    with transaction.atomic():
        note_sights(reading.run, fresh)
        record(reading, found)
        reading.save(READING)
    learn_ids(page)


def _find_missing(reading: Reading) -> bool:
    """In the order of their ids; what the look-ups mend on the way stays behind us."""
    while True:
        items = not_sighted(reading).filter(pk__gt=reading.cursor.get("item", 0)).order_by("pk")
        ids = list(items.values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return True
        reading.cursor["item"] = ids[-1]
        with transaction.atomic():
            record(reading, missing(reading, read_rows(CatalogItem.objects.filter(pk__in=ids).order_by("pk"))))
            reading.save(MISSING)
        if not ask_findings(reading) or reading.must_stop():
            return False


def _find_twins(reading: Reading) -> bool:
    """Two items under one retailer_id, as an exact look-up confirms (a repeated row has one id): a call each."""
    learn_new_ids(reading)
    for retailer_id in seen_twice(reading.run, reading.cursor.get("twin", "")):
        ids = reading.service.find_ids(retailer_id)
        item = CatalogItem.objects.filter(catalog=reading.catalog, retailer_id=retailer_id).first()
        reading.cursor["twin"] = retailer_id
        with transaction.atomic():
            if item is not None and len(ids) > 1:
                record(reading, [_twin(reading, item, ids)])
            reading.save(TWINS)
        if reading.must_stop():
            return False
    forget_sights(reading.run)
    return True


def _twin(reading: Reading, item: CatalogItem, ids: list[str]) -> CatalogFinding:
    others = [meta_id for meta_id in ids if meta_id != item.meta_id]
    return CatalogFinding(
        run=reading.run, catalog=reading.catalog, kind=FindingKind.DUPLICATE, item=item, product_id=item.product_id, name=item.name,
        note="Meta has two items under this SKU. Mending keeps the one we know.", retailer_id=item.retailer_id, meta_id=others[0],
        like=item.retailer_id,
    )  # fmt: skip


def _find_unannounced(reading: Reading) -> bool:
    reading.counts["unannounced"] = 0
    for ids in unannounced_products(reading.catalog, reading.around, reading.clock()):
        reading.counts["unannounced"] += len(ids)
        if not reading.options.dry_run:
            mark_changed(reading.catalog.tenant_id, ids)
        reading.save(UNANNOUNCED)
    return True


def _release(reading: Reading) -> bool:
    if reading.mends(FindingKind.EXTRA):
        release_extras(reading)
        reading.save(MENDING)
    return True


def _take_over(reading: Reading) -> bool:
    return choices.take_over(reading) if reading.mends(FindingKind.ADOPTABLE) else True


def _restart_failed_deletes(reading: Reading) -> None:
    """A failed delete has no page and no edit to revive it: each full reading starts a new series."""
    failed = CatalogItem.objects.filter(catalog=reading.catalog, tried_hash=DELETE_HASH, state__in=(ItemState.FAILED, ItemState.REJECTED))
    failed.update(tried_hash="", attempts=0, next_attempt_at=None, mark=F("mark") + 1, rev=F("rev") + 1, moved_at=reading.clock())


def _finish(reading: Reading) -> None:
    reading.save(MENDING)
    if not reading.options.chosen:
        Catalog.objects.filter(pk=reading.catalog.pk).update(readback_finished_at=reading.clock())
        supersede(reading)
    if not reading.options.dry_run:
        _let_go(reading)
    finish_run(reading.run, message=_message(reading))


def _let_go(reading: Reading) -> None:
    if not reading.options.chosen:
        # A batch size that was halved for a passing reason grows back, a step a night.
        grown = Least(ADVISED_BATCH_SIZE, Greatest(F("batch_size"), 1) * 2)
        Catalog.objects.filter(pk=reading.catalog.pk).update(batch_size=grown)
    refresh_underway(reading.catalog)
    ring("meta_integration.tasks.drain_catalog", reading.catalog.pk)


def _message(reading: Reading) -> str:
    words = []
    if reading.options.dry_run:
        words.append("Nothing was changed (dry run).")
    if reading.cursor.get("place", {}).get("circled"):
        words.append("Meta's listing went in circles and was cut off; what it did not show was looked up item by item.")
    if reading.counts["held"]:
        words.append(f"{reading.counts['held']} removals are held for a person.")
    return " ".join(words)
