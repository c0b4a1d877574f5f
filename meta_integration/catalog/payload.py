"""One record, two dialects of Meta: /products (single calls) and items_batch. Pure; each is tested whole.

The names differ on purpose ("url" against "link", integer price against "9.99 USD"): unknown names are swallowed without an error.
Optional texts are always present, empty when there is none: an update is partial, and a left-out field would keep its old value.
"""

from datetime import datetime
from typing import Any

from common.errors import PermanentError
from common.money import amount_with_code, to_hundredths
from meta_integration.catalog.currencies import fits_integer_price
from meta_integration.catalog.record import CatalogRecord

OUT_OF_STOCK = "out of stock"


def build_single(record: CatalogRecord) -> dict[str, Any]:
    """Parameters of POST /{catalog_id}/products ("Product Catalog Products"); price in hundredths.

    Raises PermanentError (field currency) where "hundredths" is ambiguous; such items go by batch.
    """
    if not fits_integer_price(record.currency):
        raise PermanentError(f"Prices in {record.currency} can only be sent by batch.", field="currency")
    payload: dict[str, Any] = {
        "retailer_id": record.retailer_id,
        "name": record.name,
        "description": record.description,
        "url": record.url,
        "image_url": record.image_url,
        "additional_image_urls": list(record.more_image_urls),
        "brand": record.brand,
        "price": to_hundredths(record.price),
        "currency": record.currency,
        "sale_price": 0 if record.sale_price is None else to_hundredths(record.sale_price),
        "sale_price_start_date": _iso(record.sale_starts_at) if _window(record) else "",
        "sale_price_end_date": _iso(record.sale_ends_at) if _window(record) else "",
        "availability": record.availability,
        "condition": record.condition,
        "category": record.google_category,
        "product_type": record.product_type,
        "manufacturer_part_number": record.mpn,
        "visibility": "published",
    }
    payload |= _shared(record) | _enumerations(record)
    if record.group_id:
        payload["retailer_product_group_id"] = record.group_id
    if record.other_attributes:
        payload["additional_variant_attributes"] = dict(record.other_attributes)
    if record.importer_address:
        payload["importer_address"] = {"street1": record.importer_address}
    return payload


def build_update(record: CatalogRecord) -> dict[str, Any]:
    """Parameters of POST /{product_item_id}: the same without the two that exist on create only ("Product Item")."""
    create_only = {"retailer_id", "retailer_product_group_id"}
    return {name: value for name, value in build_single(record).items() if name not in create_only}


def build_hide() -> dict[str, str]:
    """Parameters of POST /{product_item_id} that take an item off sale without losing its id and history."""
    return {"visibility": "staging", "availability": OUT_OF_STOCK}


def build_batch_row(record: CatalogRecord) -> dict[str, Any]:
    """One UPDATE row of items_batch ("Product Catalog Items Batch"); with allow_upsert it creates as well."""
    data: dict[str, Any] = {
        "id": record.retailer_id,
        "title": record.name,
        "description": record.description,
        "link": record.url,
        "image_link": record.image_url,
        "additional_image_link": list(record.more_image_urls),
        "brand": record.brand,
        "price": amount_with_code(record.price, record.currency),
        "sale_price": "" if record.sale_price is None else amount_with_code(record.sale_price, record.currency),
        "sale_price_effective_date": _window(record),
        "availability": record.availability,
        "condition": record.condition,
        "google_product_category": record.google_category,
        "product_type": record.product_type,
        "mpn": record.mpn,
        "item_group_id": record.group_id,
        "visibility": "published",
    }
    data |= _shared(record)
    # A batch takes an empty value as "clear this", so these are always present; a changed shape sends an item this way.
    data["additional_variant_attribute"] = ",".join(f"{name}:{value}" for name, value in record.other_attributes)
    data["importer_address"] = {"street1": record.importer_address} if record.importer_address else ""
    data["origin_country"] = record.origin_country
    data["wa_compliance_category"] = record.wa_compliance_category
    return {"method": "UPDATE", "data": data}


def build_batch_hide(retailer_id: str) -> dict[str, Any]:
    """The items_batch row that hides an item."""
    return {"method": "UPDATE", "data": {"id": retailer_id, "visibility": "hidden", "availability": OUT_OF_STOCK}}


def build_batch_delete(retailer_id: str) -> dict[str, Any]:
    """The items_batch row that deletes an item."""
    return {"method": "DELETE", "data": {"id": retailer_id}}


def _shared(record: CatalogRecord) -> dict[str, Any]:
    """Texts that both dialects call the same."""
    fields: dict[str, Any] = {
        "color": record.color,
        "size": record.size,
        "material": record.material,
        "pattern": record.pattern,
        "gtin": record.gtin,
        "importer_name": record.importer_name,
    }
    return fields | {f"custom_label_{number}": label for number, label in enumerate(record.custom_labels)}


def _enumerations(record: CatalogRecord) -> dict[str, str]:
    """Left out when empty on /products: an empty value of an enumeration is refused there."""
    fields = {"origin_country": record.origin_country, "wa_compliance_category": record.wa_compliance_category}
    return {name: value for name, value in fields.items() if value}


def _window(record: CatalogRecord) -> str:
    """Both ends or nothing, in both dialects alike. Our own clock opens and closes one-sided sales."""
    if record.sale_starts_at and record.sale_ends_at:
        return f"{_iso(record.sale_starts_at)}/{_iso(record.sale_ends_at)}"
    return ""


def _iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
