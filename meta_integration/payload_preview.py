"""What would be sent for a product, in both of Meta's dialects, without sending it. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from common.clock import database_now
from common.errors import PermanentError
from meta_integration.catalog.eligibility import reason_against, reasons_against
from meta_integration.catalog.items import Carrier, carriers_of
from meta_integration.catalog.payload import build_batch_row, build_single
from meta_integration.catalog.record import Surroundings, build_record
from meta_integration.catalog.surroundings import surroundings_of
from meta_integration.models import MetaAppConfig
from products_and_services.load_snapshots import load_snapshots
from products_and_services.snapshot import ProductSnapshot
from tenants.models import Tenant


@dataclass(frozen=True)
class ItemPayload:
    """single: parameters of POST /{catalog}/products (None: not possible there, see note); batch: the row of items_batch."""

    retailer_id: str
    eligible: bool
    reason: str = ""
    single: dict[str, Any] | None = None
    batch: dict[str, Any] | None = None
    note: str = ""


@dataclass
class ProductPayload:
    """reasons: what keeps the product, or parts of it, away."""

    product_id: int
    name: str
    reasons: list[str] = field(default_factory=list)
    items: list[ItemPayload] = field(default_factory=list)


def preview_payloads(tenant: Tenant, product_ids: Iterable[int]) -> list[ProductPayload]:
    """One entry per existing product of the business, in the order asked for."""
    ids = list(product_ids)
    around = surroundings_of(tenant, MetaAppConfig.objects.get_active_config(tenant))
    snapshots = load_snapshots(tenant, ids)
    return [_of_product(snapshots[pk], around) for pk in ids if pk in snapshots]


def _of_product(product: ProductSnapshot, around: Surroundings) -> ProductPayload:
    reasons = [reason.text for reason in reasons_against(product, around)]
    return ProductPayload(product.id, product.name, reasons, [_of_carrier(carrier, around) for carrier in carriers_of(product)])


def _of_carrier(carrier: Carrier, around: Surroundings) -> ItemPayload:
    reason = reason_against(carrier, around)
    if reason:
        return ItemPayload(carrier.retailer_id, False, reason.text)
    record = build_record(carrier, around, database_now())
    try:
        single, note = build_single(record), ""
    except PermanentError as error:  # The integer price would be ambiguous in this currency.
        single, note = None, error.message
    return ItemPayload(carrier.retailer_id, True, "", single, build_batch_row(record), note)
