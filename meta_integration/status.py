"""The status of products as people see it: the stored summary, overtaken by a change that waits to be looked at.

The stored columns are written by catalog/summary.py alone; nothing here writes.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from common.clock import database_now
from meta_integration.catalog.eligibility import NO_SKU
from meta_integration.catalog.pause import LONGEST_PAUSE
from meta_integration.models import Catalog, CatalogChange
from products_and_services.models import Product, SyncStatus

NOT_CONNECTED = "Not connected to Meta yet: add a Meta App Config with a token and a catalog id."
NOT_LOOKED_AT = "Not looked at yet. This takes a moment; a minute at most."


def stopped(now: datetime, prefix: str = "") -> Q:
    """Condition for catalogs that may not be called now: paused by a person, by a throttle or by a configuration error."""
    ahead = Q(**{f"{prefix}paused_until__gt": now, f"{prefix}paused_until__lte": now + LONGEST_PAUSE})
    own = Q(**{f"{prefix}paused_at__isnull": False}) & (Q(**{f"{prefix}paused_until__isnull": True}) | ahead)
    return own | Q(**{f"{prefix}config__paused_at__isnull": False})


def with_live_status(products: QuerySet[Product]) -> QuerySet[Product]:
    """Adds meta_waiting (a change waits), meta_connected (there is a catalog to send to), meta_stopped (all are paused)."""
    catalogs = Catalog.objects.filter(tenant=OuterRef("tenant"), is_current=True, config__is_active=True, tenant__is_active=True)
    return products.annotate(
        meta_waiting=Exists(CatalogChange.objects.filter(product_id=OuterRef("pk"))),
        meta_connected=Exists(catalogs),
        meta_stopped=~Exists(catalogs.exclude(stopped(database_now()))),
    )


def _flags(product: Product) -> tuple[bool, bool, bool]:
    if not hasattr(product, "meta_waiting"):
        fresh = with_live_status(Product.objects.filter(pk=product.pk)).first()
        for name in ("meta_waiting", "meta_connected", "meta_stopped"):
            setattr(product, name, bool(getattr(fresh, name, False)))
    return product.meta_waiting, product.meta_connected, product.meta_stopped  # type: ignore[attr-defined]


def live_status(product: Product) -> SyncStatus:
    """The status to show now. No query for products that came through `with_live_status`."""
    waiting, connected, paused = _flags(product)
    if waiting and connected:
        return SyncStatus.PAUSED if paused else SyncStatus.SYNCING
    return SyncStatus(product.meta_sync_status)


def having_live_status(products: QuerySet[Product], status: str) -> QuerySet[Product]:
    """Those of the products that show this status now. Uncorrelated subqueries: evaluated once, not once per product."""
    catalogs = Catalog.objects.filter(is_current=True, config__is_active=True, tenant__is_active=True).order_by()
    sending = catalogs.exclude(stopped(database_now())).values("tenant")
    overtaken = Q(pk__in=CatalogChange.objects.order_by().values("product_id"), tenant__in=catalogs.values("tenant"))
    shown = Q(meta_sync_status=status) & ~overtaken
    if status == SyncStatus.SYNCING:
        shown |= overtaken & Q(tenant__in=sending)
    elif status == SyncStatus.PAUSED:
        shown |= overtaken & ~Q(tenant__in=sending)
    return products.filter(shown)


def why_not_sent(product: Product) -> str:
    """For products that Meta does not show: the reason in words, from what is already loaded (the detail pages look deeper)."""
    if product.meta_sync_last_error:
        return product.meta_sync_last_error
    if not _flags(product)[1]:
        return NOT_CONNECTED
    return NOT_LOOKED_AT if product.sku else NO_SKU.text
