"""Is what Meta shows what we want? Field by field, over what can be read. Pure.

Prices come back as formatted strings ("$1,299.00", "1.299,00 €") and are read again. What cannot be read (importer address,
further attributes) is not compared; such a field is healed by an edit or a restart.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from common.money import decimals_of, quantize
from meta_integration.catalog.record import CatalogRecord

HIDDEN_WORDS = frozenset({"staging", "hidden"})
# Differences that only a batch can mend.
SHAPE_FIELDS = frozenset({"retailer_product_group_id", "origin_country", "wa_compliance_category"})


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
        "wa_compliance_category": record.wa_compliance_category,
        **{f"custom_label_{number}": label for number, label in enumerate(record.custom_labels)},
    }
    found = {name: (value, str(remote.get(name) or "")) for name, value in wanted.items() if _differs(value, remote, name)}
    found |= _price_differences(record, remote)
    if is_hidden(remote):
        found["visibility"] = ("published", str(remote.get("visibility")))
    group = str(remote.get("retailer_product_group_id") or "")
    if group not in (record.group_id, *(() if record.group_id else (record.retailer_id,))):  # Ungrouped items may name themselves.
        found["retailer_product_group_id"] = (record.group_id, group)
    pictures = [str(url) for url in remote.get("additional_image_urls") or []]
    if pictures != list(record.more_image_urls):
        found["additional_image_urls"] = (", ".join(record.more_image_urls), ", ".join(pictures))
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
    if record.sale_price is None:
        same = not any(digit in shown for digit in "123456789")
    else:
        same = same_amount(record.sale_price, record.currency, shown)
    if not same:
        found["sale_price"] = ("" if record.sale_price is None else f"{record.sale_price} {record.currency}", shown)
    for name, moment in (("sale_price_start_date", record.sale_starts_at), ("sale_price_end_date", record.sale_ends_at)):
        if record.sale_price is not None and record.sale_starts_at and record.sale_ends_at and not _same_time(moment, remote.get(name)):
            found[name] = (moment.isoformat() if moment else "", str(remote.get(name) or ""))
    return found


def same_amount(amount: Decimal, currency: str, shown: str) -> bool:
    """True when a formatted price may mean the amount; signs, spaces and the style of the separators do not matter.

    A price that cannot be read at all ("on request") says nothing; an empty one differs.
    """
    meanings = amounts_of(shown, decimals_of(currency))
    return quantize(amount, currency) in meanings if meanings else bool(shown.strip())


def amounts_of(shown: str, decimals: int) -> set[Decimal]:
    """What a formatted price may mean. decimals: the currency's own; only three make "1.299" mean two things."""
    digits = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in shown)
    number = re.search(r"\d(?:[\d.,'’٫٬\s]*\d)?", digits)
    if number is None:
        return set()
    text = re.sub(r"['’٬\s]", "", number[0]).replace("٫", ".")
    whole, mark, tail = max(text.rpartition("."), text.rpartition(","), key=lambda parts: len(parts[0]))
    plain = Decimal(re.sub(r"[.,]", "", text))
    if not mark:
        return {plain}
    fraction = Decimal(f"{re.sub(r'[.,]', '', whole)}.{tail}")
    if len(tail) != 3:
        return {fraction}
    if mark in whole:
        return {plain}  # The same mark twice separates thousands.
    if decimals != 3:
        return {plain}
    return {fraction} if re.search(r"[.,]", whole) else {fraction, plain}


def _same_time(moment: datetime | None, shown: Any) -> bool:
    try:
        return moment is not None and datetime.fromisoformat(str(shown)) == moment.replace(microsecond=0)
    except ValueError:
        return False
