"""Is what Meta shows what we want? Field by field, over what can be read. Pure.

Prices come back as formatted strings ("$1,299.00", "1.299,00 €"): only their digits are compared. What Meta does not return (None) is
not compared; such a field is healed by an edit or a restart.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from common.money import quantize
from meta_integration.catalog.record import CatalogRecord

HIDDEN_WORDS = frozenset({"staging", "hidden"})


def differences(record: CatalogRecord, remote: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """{field: (wanted, at Meta)} of everything that differs; empty when the item is right."""
    wanted = {
        "name": record.name,
        "description": record.description,
        "url": record.url,
        "image_url": record.image_url,
        "brand": record.brand,
        "availability": record.availability,
        "condition": record.condition,
        "category": record.google_category,
        "product_type": record.product_type,
        "color": record.color,
        "size": record.size,
        "material": record.material,
        "pattern": record.pattern,
        "gtin": record.gtin,
        "manufacturer_part_number": record.mpn,
        "currency": record.currency,
        "origin_country": record.origin_country,
        "importer_name": record.importer_name,
        **{f"custom_label_{number}": label for number, label in enumerate(record.custom_labels)},
    }
    found = {name: (value, str(remote.get(name) or "")) for name, value in wanted.items() if _differs(value, remote, name)}
    found |= _price_differences(record, remote)
    if is_hidden(remote):
        found["visibility"] = ("published", str(remote.get("visibility")))
    if "retailer_product_group_id" in remote and record.group_id and remote["retailer_product_group_id"] != record.group_id:
        found["retailer_product_group_id"] = (record.group_id, str(remote["retailer_product_group_id"]))
    if "additional_image_urls" in remote and list(remote["additional_image_urls"] or []) != list(record.more_image_urls):
        found["additional_image_urls"] = (", ".join(record.more_image_urls), ", ".join(remote["additional_image_urls"] or []))
    return found


def is_hidden(remote: Mapping[str, Any]) -> bool:
    """True when Meta keeps the item off sale."""
    return str(remote.get("visibility") or "").lower() in HIDDEN_WORDS


def _differs(value: str, remote: Mapping[str, Any], name: str) -> bool:
    there = remote.get(name)
    # Absent from the answer: readable fields that hold nothing are left out by Meta, so absence only differs from something.
    return (value or "") != str(there if there is not None else "")


def _price_differences(record: CatalogRecord, remote: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    found = {}
    if not same_amount(record.price, record.currency, str(remote.get("price") or "")):
        found["price"] = (f"{record.price} {record.currency}", str(remote.get("price") or ""))
    shown = str(remote.get("sale_price") or "")
    on_sale = any(digit in shown for digit in "123456789")
    if record.sale_price is None:
        same = not on_sale
    else:
        same = same_amount(record.sale_price, record.currency, shown)
    if not same:
        found["sale_price"] = ("" if record.sale_price is None else f"{record.sale_price} {record.currency}", shown)
    for name, moment in (("sale_price_start_date", record.sale_starts_at), ("sale_price_end_date", record.sale_ends_at)):
        if record.sale_price is not None and record.sale_starts_at and record.sale_ends_at and not _same_time(moment, remote.get(name)):
            found[name] = (moment.isoformat() if moment else "", str(remote.get(name) or ""))
    return found


def same_amount(amount: Decimal, currency: str, shown: str) -> bool:
    """True when the digits of a formatted price are the amount's, whatever separators and signs surround them."""
    digits = "".join(char for char in shown if char.isdigit())
    if not digits:
        return False
    exact = f"{quantize(amount, currency)}"
    spellings = {exact.replace(".", ""), f"{amount:.2f}".replace(".", ""), f"{amount:.3f}".replace(".", "")}
    if amount == amount.to_integral_value():
        spellings.add(f"{amount:.0f}")
    return digits.lstrip("0") in {spelling.lstrip("0") for spelling in spellings}


def _same_time(moment: datetime | None, shown: Any) -> bool:
    try:
        return moment is not None and datetime.fromisoformat(str(shown)) == moment
    except ValueError:
        return False
