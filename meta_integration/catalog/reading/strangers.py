"""A page's items that we never sent: made elsewhere under our SKU, another item of a product of ours, or not ours at all."""

from typing import Any
from uuid import UUID

from django.db.models import Q

from meta_integration.catalog.carriers import owners_of
from meta_integration.catalog.compare import differences
from meta_integration.catalog.eligibility import reason_against
from meta_integration.catalog.items import Carrier, carriers_of
from meta_integration.catalog.reading.judging import LONGEST_VALUE, Page
from meta_integration.catalog.reading.likeness import Clues, Ours, clues_of, like_one_of
from meta_integration.catalog.reading.session import Reading
from meta_integration.catalog.record import build_record
from meta_integration.models import CatalogFinding, FindingKind
from products_and_services.load_snapshots import load_snapshots
from products_and_services.models import Product, ProductVariant, Sku

MOST_CANDIDATES = 2_000  # products looked at for one page of strangers


def find_strangers(reading: Reading, page: Page) -> list[CatalogFinding]:
    """Findings about the items on this page that somebody else made."""
    strangers = {key: there for key, there in page.remote.items() if page.is_stranger(key)}
    if not strangers:
        return []
    carried = {key: there for key, there in strangers.items() if key in page.carriers}
    foreign = {key: there for key, there in strangers.items() if key not in page.carriers}
    found = [_adoptable(reading, page.carriers[key], there) for key, there in carried.items() if not _sent_anyway(reading, page, key)]
    return found + (_foreign(reading, foreign) if foreign else [])


def _sent_anyway(reading: Reading, page: Page, retailer_id: str) -> bool:
    """A run that mends announces what was never sent: the item is taken over by that update."""
    if reading.options.dry_run or reading.mends(FindingKind.ADOPTABLE):
        return False
    return reason_against(page.carriers[retailer_id], reading.around) is None


def _adoptable(reading: Reading, carrier: Carrier, there: dict[str, Any]) -> CatalogFinding:
    reason = reason_against(carrier, reading.around)
    finding = _finding(reading, FindingKind.ADOPTABLE, there, carrier.product.id, carrier.retailer_id)
    if reason:
        finding.note = f"Taking it over hides it, because the product is not sold now: {reason.text}"
        return finding
    found = differences(build_record(carrier, reading.around, reading.clock()), there)
    finding.fields = {name: [str(here)[:LONGEST_VALUE], str(at)[:LONGEST_VALUE]] for name, (here, at) in found.items()}
    finding.note = "Made by another tool. Taking it over updates this very item." if found else "Made by another tool, and equal."
    return finding


def _foreign(reading: Reading, strangers: dict[str, dict[str, Any]]) -> list[CatalogFinding]:
    elsewhere = owners_of(reading.catalog.tenant, strangers)
    pages = reading.around.product_page("")
    clues = Clues()
    for there in strangers.values():
        clues.add(clues_of(there, pages))
    ours = _candidates(reading, clues)
    return [_judge(reading, there, elsewhere.get(key), ours, pages) for key, there in strangers.items()]


def _judge(
    reading: Reading, there: dict[str, Any], elsewhere: tuple[int, int | None] | None, ours: list[Ours], pages: str
) -> CatalogFinding:
    if elsewhere:
        finding = _finding(reading, FindingKind.DUPLICATE, there, elsewhere[0], str(there["retailer_id"]))
        finding.note = "Its product belongs to another catalog of this business."
        return finding
    like = like_one_of(there, ours, pages)
    if like is None:
        return _finding(reading, FindingKind.NOT_OURS, there, None, "")
    finding = _finding(reading, FindingKind.DUPLICATE, there, like[0].product_id, like[0].retailer_id)
    finding.note = like[1]
    return finding


def _finding(reading: Reading, kind: str, there: dict[str, Any], product_id: int | None, like: str) -> CatalogFinding:
    return CatalogFinding(
        run=reading.run, catalog=reading.catalog, kind=kind, product_id=product_id, like=like, retailer_id=str(there["retailer_id"]),
        meta_id=str(there.get("id") or ""), name=str(there.get("name") or "")[:500],
    )  # fmt: skip


def _candidates(reading: Reading, clues: Clues) -> list[Ours]:
    """Items of ours that any of the clues may mean."""
    products = load_snapshots(reading.catalog.tenant, _product_ids(reading.catalog.tenant_id, clues))
    shop_ids = dict(Product.objects.filter(pk__in=products).values_list("pk", "external_id"))
    of_variants = dict(ProductVariant.objects.filter(product_id__in=products).values_list("pk", "external_id"))
    now = reading.clock()
    found = []
    for product in products.values():
        for carrier in carriers_of(product):
            numbers = {of_variants.get(carrier.variant.id, "") if carrier.variant else "", shop_ids[product.id]}
            found.append(Ours(build_record(carrier, reading.around, now), product.id, frozenset(numbers - {""})))
    return found


def _product_ids(tenant_id: UUID, clues: Clues) -> list[int]:
    by_product = Q(gtin__in=clues.gtins) | Q(mpn__in=clues.mpns) | Q(website_url__in=clues.urls) | Q(name__in=clues.names)
    found = list(
        Product.objects.for_tenant(tenant_id).filter(by_product | Q(external_id__in=clues.shop_ids)).values_list("pk", flat=True)[
            :MOST_CANDIDATES
        ]
    )
    variants = ProductVariant.objects.filter(product__tenant=tenant_id, external_id__in=clues.shop_ids)
    found += variants.values_list("product_id", flat=True)[:MOST_CANDIDATES]
    skus = Sku.objects.filter(tenant=tenant_id, value__in=clues.skus).values_list("product_id", "variant__product_id")
    return found + [product_id or parent_id for product_id, parent_id in skus[:MOST_CANDIDATES]]
