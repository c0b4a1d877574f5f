"""The seven summary columns of products: the worst of their items, written set-based and by nobody else."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from common.bulk import chunks, update_rows
from common.clock import database_now
from meta_integration.catalog.pause import is_paused
from meta_integration.models import Catalog, CatalogItem, ItemState
from products_and_services.models import Product, SyncStatus

WORST_FIRST = list(SyncStatus)
UNDERWAY = (ItemState.NEW, ItemState.SYNCING, ItemState.SYNCED, ItemState.HIDDEN, ItemState.SKIPPED, ItemState.GONE)
STATUS_OF = {
    ItemState.NEW: SyncStatus.SYNCING,
    ItemState.SYNCING: SyncStatus.SYNCING,
    ItemState.SYNCED: SyncStatus.SYNCED,
    ItemState.HIDDEN: SyncStatus.HIDDEN,
    ItemState.RETRY: SyncStatus.RETRY,
    ItemState.FAILED: SyncStatus.FAILED,
    ItemState.REJECTED: SyncStatus.REJECTED,
    ItemState.SKIPPED: SyncStatus.NOT_SYNCED,
}
ITEM_COLUMNS = (
    "product_id", "catalog_id", "state", "mark", "done", "attempts", "last_error", "last_attempt_at", "last_success_at", "next_attempt_at",
    "meta_id",
)  # fmt: skip
PRODUCT_COLUMNS = (
    "meta_sync_status", "meta_sync_attempts", "meta_sync_last_error", "meta_sync_last_attempt", "meta_sync_last_success",
    "meta_sync_next_attempt", "meta_catalog_item_id",
)  # fmt: skip


def refresh_summaries(product_ids: Iterable[int | None]) -> None:
    """Writes the summary of these products from their items in current catalogs."""
    for ids in chunks(sorted({pk for pk in product_ids if pk is not None})):
        for pk in _refresh(ids, skip_locked=True):
            _refresh([pk])


def _refresh(ids: list[int], *, skip_locked: bool = False) -> list[int]:
    """Returns the products that somebody is just saving: they are skipped, so that two writers never wait in a circle.

    The rows are locked before the items are read: of two workers the later one has seen everything.
    """
    with transaction.atomic():
        products = Product.objects.filter(pk__among=set(ids)).order_by("pk").select_for_update(no_key=True, skip_locked=skip_locked)
        held = {row["id"]: row for row in products.values("id", *PRODUCT_COLUMNS)}
        items = _items_of(set(held))
        paused = _paused_catalogs({item["catalog_id"] for found in items.values() for item in found})
        rows = ((row, {"id": pk} | summary_of(items[pk], paused)) for pk, row in held.items())
        update_rows(Product, [after for before, after in rows if after != before], match=("id",))
    missing = set(ids) - set(held)
    return list(Product.objects.filter(pk__in=missing).order_by("pk").values_list("pk", flat=True)) if missing else []


def _items_of(product_ids: set[int]) -> dict[int, list[dict[str, Any]]]:
    """The items in current catalogs by product, the one shown first in front."""
    items: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = CatalogItem.objects.filter(product_id__among=product_ids, catalog__is_current=True).order_by("sort_order", "id")
    for item in rows.values(*ITEM_COLUMNS):
        items[item["product_id"]].append(item)
    return items


def refresh_catalog_summaries(catalog: Catalog) -> None:
    """All products with something waiting in the catalog: its pause has begun or ended."""
    waiting = CatalogItem.objects.filter(~Q(mark=F("done")), catalog=catalog, product_id__isnull=False)
    refresh_summaries(waiting.values_list("product_id", flat=True))


def refresh_underway(catalog: Catalog) -> None:
    """Products that look as if work were going on: a worker that died between settling and refreshing has left them so."""
    underway = (SyncStatus.SYNCING, SyncStatus.RETRY, SyncStatus.PAUSED)
    products = Product.objects.for_tenant(catalog.tenant_id).filter(meta_sync_status__in=underway)
    refresh_summaries(products.order_by().values_list("pk", flat=True))


def summary_of(items: list[dict[str, Any]], paused_catalogs: set[int]) -> dict[str, Any]:
    """The summary columns for one product's items (by sort order). No item that counts: not synced."""
    judged = [(status_of(item, paused_catalogs), item) for item in items if not _is_settled_and_gone(item)]
    if not judged:
        return _columns(SyncStatus.NOT_SYNCED, [], {})
    status, worst = min(judged, key=lambda pair: WORST_FIRST.index(pair[0]))
    return _columns(status, [item for _, item in judged], worst)


def status_of(item: dict[str, Any], paused_catalogs: set[int]) -> SyncStatus:
    """The status of one item as the product's column would show it."""
    waiting = item["mark"] != item["done"]
    if waiting and item["catalog_id"] in paused_catalogs:
        return SyncStatus.PAUSED
    return SyncStatus.SYNCING if waiting and item["state"] in UNDERWAY else STATUS_OF[ItemState(item["state"])]


def _is_settled_and_gone(item: dict[str, Any]) -> bool:
    return item["state"] == ItemState.GONE and item["mark"] == item["done"]


def _columns(status: SyncStatus, items: list[dict[str, Any]], worst: dict[str, Any]) -> dict[str, Any]:
    return {
        "meta_sync_status": status.value,
        "meta_sync_attempts": max((item["attempts"] for item in items), default=0),
        "meta_sync_last_error": worst.get("last_error") or "",
        "meta_sync_last_attempt": _of(max, items, "last_attempt_at"),
        "meta_sync_last_success": _of(min, items, "last_success_at"),
        "meta_sync_next_attempt": _of(min, items, "next_attempt_at"),
        "meta_catalog_item_id": worst.get("meta_id") or "",
    }


def _of(pick: Any, items: list[dict[str, Any]], name: str) -> datetime | None:
    return pick((item[name] for item in items if item[name] is not None), default=None)


def _paused_catalogs(catalog_ids: set[int]) -> set[int]:
    now = database_now()
    catalogs = Catalog.objects.filter(pk__in=catalog_ids).select_related("config")
    return {catalog.pk for catalog in catalogs if is_paused(catalog, now) or (catalog.config and catalog.config.paused_at)}
