"""Every badge at first sight: the showcase products start in the state that the stand-in will keep them in."""

from typing import Any

from django.db.models import F

from common.clock import database_now
from common.errors import NeedsConfigurationError
from common.retry import CATALOG_MAX_ATTEMPTS, catalog_delay
from console.demo.shops import (
    FAILED_SKU,
    HIDDEN_SKU,
    PIZZERIA_FOREIGN_CATALOG,
    REJECTED_SKU,
    RETRY_SKU,
    SOLAR_OUTLET_CATALOG,
    SYNCING_SKU,
)
from meta_integration.catalog.connect import open_catalog
from meta_integration.catalog.eligibility import INACTIVE
from meta_integration.catalog.expand import expand_due
from meta_integration.catalog.pause import pause_for
from meta_integration.catalog.summary import refresh_summaries
from meta_integration.models import IN_DOUBT, Catalog, CatalogChange, CatalogItem, CategoryCatalog, ItemState, MetaAppConfig
from products_and_services.models import Product, ProductCategory
from tenants.models import Tenant

OUTAGE = "Service temporarily unavailable (demo)."
SHOWN: dict[str, dict[str, Any]] = {
    RETRY_SKU: {"state": ItemState.RETRY, "attempts": 1, "last_error": OUTAGE, "error_code": 2},
    FAILED_SKU: {"state": ItemState.FAILED, "attempts": CATALOG_MAX_ATTEMPTS, "last_error": OUTAGE, "error_code": 2},
    REJECTED_SKU: {"state": ItemState.REJECTED, "attempts": 1, "last_error": "Invalid parameter: origin_country.", "error_code": 100},
    HIDDEN_SKU: {"state": ItemState.HIDDEN, "was_sent": True, "live_hash": "?", "last_error": INACTIVE.text},
    SYNCING_SKU: {"state": ItemState.SYNCING},
}


def map_category(config: MetaAppConfig, category: str, catalog_id: str) -> Catalog:
    """Sends a category's products to a catalog of its own, if it does not go there yet."""
    catalog = open_catalog(config, catalog_id)
    shelf = ProductCategory.objects.get(tenant=config.tenant, name=category)
    CategoryCatalog.objects.get_or_create(category=shelf, defaults={"tenant": config.tenant, "catalog": catalog})
    return catalog


def show_badges(solar: MetaAppConfig, pizzeria: MetaAppConfig) -> None:
    """Sets the showcase up; the running engine then keeps, corrects or changes each state by its own rules."""
    map_category(solar, "Outlet", SOLAR_OUTLET_CATALOG)
    catering = map_category(pizzeria, "Catering", PIZZERIA_FOREIGN_CATALOG)
    for tenant in (solar.tenant, pizzeria.tenant):
        _expand(tenant)
    _settle_showcase(solar.tenant)
    pause_for(catering, NeedsConfigurationError("This catalog does not exist or the token may not use it.", code=100), database_now())
    _show_first_synced(solar.tenant)
    for tenant in (solar.tenant, pizzeria.tenant):
        refresh_summaries(Product.objects.for_tenant(tenant).values_list("pk", flat=True))


def _expand(tenant: Tenant) -> None:
    CatalogChange.objects.for_tenant(tenant).update(due_at=database_now())
    while expand_due(tenant, database_now()):
        pass


def _settle_showcase(tenant: Tenant) -> None:
    now = database_now()
    for sku, values in SHOWN.items():
        item = CatalogItem.objects.filter(catalog__tenant=tenant, retailer_id=sku)
        settled = {} if values["state"] in (ItemState.SYNCING, ItemState.RETRY) else {"done": F("mark")}
        due = {"next_attempt_at": now + catalog_delay(1), "checked_mark": F("mark")} if values["state"] == ItemState.RETRY else {}
        item.update(**values, **settled, **due, last_attempt_at=now)


def _show_first_synced(tenant: Tenant) -> None:
    """Green from the first page on, and true seconds later: Meta is asked for it, does not know it, and gets it."""
    item = CatalogItem.objects.filter(catalog__tenant=tenant, retailer_id="5784935")
    item.update(state=ItemState.SYNCED, done=F("mark"), live_hash=IN_DOUBT, was_sent=True, ask_at=database_now())
