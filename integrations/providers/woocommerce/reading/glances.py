"""A glance at a product: what is cheap to read of it and moves when somebody edits it, or when a plugin writes its stock by SQL. Pure.

The list of glances and a whole product must give the same text. Variations count by number, so their order does not matter; they count
only where the shop shows those of many products at once (10.3 and later), as asking product by product is not cheap.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from integrations.providers.woocommerce.reading.fields import VARIATIONS
from integrations.providers.woocommerce.reading.parts import dicts_in, read_id
from integrations.providers.woocommerce.reading.variations import has_variations

OF_PRODUCT = ("status", "date_modified_gmt", "stock_quantity", "stock_status", "price")
OF_VARIATION = ("id", "status", "stock_quantity", "stock_status", "price")
LONGEST = 160


def glance_text(raw: dict[str, Any], *, with_variations: bool) -> str:
    """At most 200 characters. with_variations: whether the shop lets us look at those of many products at once."""
    text = _joined(raw, OF_PRODUCT)
    if len(text) > LONGEST:  # A plugin's idea of a stock.
        text = _digest([text])
    if not with_variations or not has_variations(raw):
        return text
    parts = sorted(_joined(one, OF_VARIATION) for one in dicts_in(raw.get(VARIATIONS)) if read_id(one.get("id")))
    return f"{text}|{_digest(parts)}"


def _joined(row: dict[str, Any], names: Iterable[str]) -> str:
    return "|".join("" if row.get(name) is None else str(row[name]) for name in names)


def _digest(texts: Iterable[str]) -> str:
    return blake2b("\n".join(texts).encode("utf-8", "replace"), digest_size=12).hexdigest()
