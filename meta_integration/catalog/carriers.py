"""Who carries a retailer_id in a catalog now: read from the database at the moment of deciding, never remembered."""

from collections.abc import Iterable

from meta_integration.catalog.items import Carrier, carriers_of
from meta_integration.catalog.surroundings import router_of
from meta_integration.models import Catalog
from products_and_services.load_snapshots import load_snapshots
from products_and_services.models import Sku
from tenants.models import Tenant


def owners_of(tenant: Tenant, retailer_ids: Iterable[str]) -> dict[str, tuple[int, int | None]]:
    """{SKU: (product id, variant id or None)} of those that somebody owns."""
    rows = Sku.objects.filter(tenant=tenant, value__among=set(retailer_ids))
    found = rows.values_list("value", "product_id", "variant__product_id", "variant_id")
    return {value: (product_id or parent_id, variant_id) for value, product_id, parent_id, variant_id in found}


def load_carriers(catalog: Catalog, retailer_ids: Iterable[str]) -> dict[str, Carrier]:
    """{retailer_id: carrier} of those that a product of this very catalog carries; a missing one is carried by nobody here."""
    wanted = set(retailer_ids)
    products = load_snapshots(catalog.tenant, {product_id for product_id, _ in owners_of(catalog.tenant, wanted).values()})
    router = router_of(catalog.tenant)
    found: dict[str, Carrier] = {}
    for product in products.values():
        if router.catalog_for(product) == catalog.pk:
            found |= {carrier.retailer_id: carrier for carrier in carriers_of(product) if carrier.retailer_id in wanted}
    return found
