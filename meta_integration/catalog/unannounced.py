"""Products that nobody announced (bulk SQL, a restored backup): fit for this catalog, but never sent to it. Part of reading back."""

from collections.abc import Iterator
from datetime import datetime

from common.bulk import chunks
from meta_integration.catalog.decide import ABSENT, Kind, wanted_for
from meta_integration.catalog.items import carriers_of
from meta_integration.catalog.record import Surroundings
from meta_integration.catalog.rows import Row, read_rows
from meta_integration.catalog.surroundings import router_of
from meta_integration.models import Catalog, CatalogChange, CatalogItem
from products_and_services.load_snapshots import load_snapshots
from products_and_services.models import Product
from products_and_services.snapshot import ProductSnapshot


def unannounced_products(catalog: Catalog, around: Surroundings, now: datetime) -> Iterator[list[int]]:
    """Lists of product ids (by 2,000 products looked at) without an item here, or whose item was settled as "not to be sent"."""
    router = router_of(catalog.tenant)
    for ids in chunks(Product.objects.for_tenant(catalog.tenant_id).order_by("pk").values_list("pk", flat=True).iterator()):
        here = [product for product in load_snapshots(catalog.tenant, ids).values() if router.catalog_for(product) == catalog.pk]
        waiting = set(CatalogChange.objects.filter(product_id__in=ids).values_list("product_id", flat=True))
        items = _items_of(catalog, here)
        found = [product.id for product in here if product.id not in waiting and _is_unannounced(product, items, around, now)]
        if found:
            yield found


def _items_of(catalog: Catalog, products: list[ProductSnapshot]) -> dict[str, Row]:
    keys = [carrier.retailer_id for product in products for carrier in carriers_of(product)]
    found: dict[str, Row] = {}
    for some in chunks(keys):
        found |= {row.retailer_id: row for row in read_rows(CatalogItem.objects.filter(catalog=catalog, retailer_id__in=some))}
    return found


def _is_unannounced(product: ProductSnapshot, items: dict[str, Row], around: Surroundings, now: datetime) -> bool:
    for carrier in carriers_of(product):
        row = items.get(carrier.retailer_id)
        if row is None:
            return True
        certainly_absent = row.mark == row.done and row.live_hash == ABSENT
        if certainly_absent and wanted_for(row, carrier, around, now).kind is Kind.PUBLISH:
            return True
    return False
