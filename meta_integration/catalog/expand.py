"""Step 1: changed products become waiting items. One transaction, no network."""

from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Value, When

from common.bulk import chunks, delete_rows, insert_missing, update_rows
from meta_integration.catalog.carriers import owners_of
from meta_integration.catalog.changes import due_changes
from meta_integration.catalog.items import carriers_of
from meta_integration.catalog.journal import log_skipped
from meta_integration.catalog.summary import refresh_summaries
from meta_integration.catalog.surroundings import router_of
from meta_integration.models import CatalogChange, CatalogItem, ItemState
from products_and_services.load_snapshots import load_outlines
from products_and_services.snapshot import ProductSnapshot
from tenants.models import Tenant

CHANGES_AT_ONCE = 3_000


def expand_due(tenant: Tenant, now: datetime) -> bool:
    """Expands up to 3,000 due changes; True when there was anything (call again).

    Every item of a changed product, in every catalog, gets a new mark, and the change row goes, unless it has changed once more since.
    """
    with transaction.atomic():
        # What a save or another worker holds at this moment is left for the next round: nobody waits in a circle for anybody.
        due = due_changes(tenant.pk, now).select_for_update(skip_locked=True)[:CHANGES_AT_ONCE]
        changes: list[Any] = list(due.values("id", "version", "product_id", "restart"))
        if not changes:
            return False
        ids = [change["product_id"] for change in changes]
        products = load_outlines(tenant, ids)
        _mark(tenant, ids, products, {change["product_id"] for change in changes if change["restart"]}, now)
        _remove(changes)
    refresh_summaries(ids)  # Afterwards: a save holds its product while it waits for its change row, so we must not hold both.
    log_skipped(products.values())
    return True


def _wanted_items(tenant: Tenant, products: dict[int, ProductSnapshot]) -> dict[tuple[int, str], dict[str, Any]]:
    """{(catalog, retailer_id): columns of a new item} for what the products make where they go now."""
    router = router_of(tenant)
    wanted: dict[tuple[int, str], dict[str, Any]] = {}
    for product in products.values():
        catalog = router.catalog_for(product)
        if catalog is None:
            continue
        for place, carrier in enumerate(carriers_of(product)):
            # Mark 0 = done 0: born settled, so that _mark counts it like every other item of the product.
            wanted[catalog, carrier.retailer_id] = {
                "catalog_id": catalog, "retailer_id": carrier.retailer_id, "mark": 0, "product_id": product.id,
                "variant_id": carrier.variant.id if carrier.variant else None, "name": product.name, "sort_order": place,
            }  # fmt: skip
    return wanted


def _mark(tenant: Tenant, ids: list[int], products: dict[int, ProductSnapshot], restarted: set[int], now: datetime) -> None:
    places = {
        carrier.retailer_id: (product.name, place) for product in products.values() for place, carrier in enumerate(carriers_of(product))
    }
    for items in chunks(_items_for(tenant, ids, set(places), _wanted_items(tenant, products))):
        owners = owners_of(tenant, (item["retailer_id"] for item in items))
        pointed = ((item, _pointed(item, owners, places)) for item in items)
        update_rows(CatalogItem, [after for before, after in pointed if after != before], match=("id", "retailer_id"))
        CatalogItem.objects.filter(pk__among={item["id"] for item in items}).update(mark=F("mark") + 1, state=UNDERWAY)
        _restart([item["id"] for item in items if {item["product_id"], owners.get(item["retailer_id"], (0,))[0]} & restarted], now)


POINTERS = ("id", "catalog_id", "retailer_id", "product_id", "variant_id", "name", "sort_order")
# Shown as underway unless it waits for a retry or was refused.
UNDERWAY = Case(When(state__in=(ItemState.RETRY, ItemState.REJECTED, ItemState.FAILED), then=F("state")), default=Value(ItemState.SYNCING))


def _items_for(
    tenant: Tenant, product_ids: list[int], skus: set[str], wanted: dict[tuple[int, str], dict[str, Any]]
) -> list[dict[str, Any]]:
    """The items, by id, that point at the products or bear one of their SKUs; the wanted ones are made where they are missing."""
    found = _touched(tenant, product_ids, skus)
    known = {(item["catalog_id"], item["retailer_id"]) for item in found}
    if missing := [row for key, row in wanted.items() if key not in known]:
        insert_missing(CatalogItem, missing)
        found = _touched(tenant, product_ids, skus)
    return sorted(found, key=itemgetter("id"))


def _touched(tenant: Tenant, product_ids: list[int], skus: set[str]) -> list[dict[str, Any]]:
    inside = CatalogItem.objects.filter(catalog__tenant=tenant).order_by().values(*POINTERS)
    return list(inside.filter(product_id__among=set(product_ids)).union(inside.filter(retailer_id__among=skus)))


def _pointed(item: dict[str, Any], owners: dict[str, tuple[int, int | None]], places: dict[str, tuple[str, int]]) -> dict[str, Any]:
    """The item pointed at its current carrier."""
    product_id, variant_id = owners.get(item["retailer_id"], (item["product_id"], item["variant_id"]))
    name, place = places.get(item["retailer_id"], (item["name"], item["sort_order"]))
    return item | {"product_id": product_id, "variant_id": variant_id, "name": name, "sort_order": place}


def _restart(item_ids: list[int], now: datetime) -> None:
    """A person asked: forget failed attempts, so that the next call starts a new series at once.

    `rev` moves, so that a round that has read the old attempts cannot write them back.
    """
    if not item_ids:
        return
    CatalogItem.objects.filter(pk__among=set(item_ids)).update(
        rev=F("rev") + 1,
        moved_at=now,
        tried_hash="", attempts=0, next_attempt_at=None, batch_limit=None, last_error="", error_code=None, state=ItemState.SYNCING
    )


def _remove(changes: list[dict[str, Any]]) -> None:
    """Only in the version read: a row that changed meanwhile stays for the next round."""
    delete_rows(CatalogChange, [{"id": change["id"], "version": change["version"]} for change in changes])
