"""Which product of ours does an item under another id stand for? Pure: no database, no network.

Other tools name items in their own way: Meta's WooCommerce plugin "SKU_123" or "wc_post_id_123" (123: the shop's number), Shopify's
channel "shopify_ZA_<product>_<variant>". What they cannot rename is the product itself: its GTIN, its page, its brand and part number, or
name, price and picture together.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from meta_integration.catalog.compare import same_amount
from meta_integration.catalog.record import CatalogRecord

WOO_PLUGIN = re.compile(r"^wc_post_id_(\d+)$")
SKU_AND_NUMBER = re.compile(r"^(.+)_(\d+)$")
SHOPIFY_CHANNEL = re.compile(r"^shopify_[A-Za-z]{2}_(\d+)(?:_(\d+))?$")


@dataclass(frozen=True, slots=True)
class Ours:
    """One item of ours. shop_ids: the numbers that its product and its variant have in the shop they came from."""

    record: CatalogRecord
    product_id: int
    shop_ids: frozenset[str] = frozenset()

    @property
    def retailer_id(self) -> str:
        """Our id of it, its SKU."""
        return self.record.retailer_id


@dataclass
class Clues:
    """Everything by which one item, or a page of them, may be recognised."""

    skus: set[str] = field(default_factory=set)
    shop_ids: set[str] = field(default_factory=set)
    gtins: set[str] = field(default_factory=set)
    mpns: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def add(self, other: "Clues") -> None:
        """Takes the other's clues in."""
        for name, values in vars(other).items():
            getattr(self, name).update(values)


def clues_of(there: Mapping[str, Any], product_pages: str) -> Clues:
    """What an item at Meta tells. product_pages: how addresses of our own product pages begin ("https://shop.example/p/solar/")."""
    retailer_id, url = str(there.get("retailer_id") or ""), str(there.get("url") or "")
    clues = Clues(gtins=_some(there.get("gtin")), mpns=_some(there.get("manufacturer_part_number")), urls=_some(url))
    clues.names = _some(there.get("name"))
    if woo := WOO_PLUGIN.match(retailer_id):
        clues.shop_ids.add(woo[1])
    elif shopify := SHOPIFY_CHANNEL.match(retailer_id):
        clues.shop_ids.add(shopify[2] or shopify[1])
    elif plain := SKU_AND_NUMBER.match(retailer_id):
        clues.skus.add(plain[1])
    if url.startswith(product_pages):
        clues.skus.add(unquote(urlsplit(url.removeprefix(product_pages)).path))
    return clues


def like_one_of(there: Mapping[str, Any], ours: Iterable[Ours], product_pages: str) -> tuple[Ours, str] | None:
    """The first of ours that it stands for, and why in words; the surest clue of all candidates wins."""
    clues = clues_of(there, product_pages)
    found = [(strength, one, words) for one in ours for strength, words in [_likeness(there, clues, one)] if strength]
    if not found:
        return None
    _, one, words = max(found, key=lambda entry: entry[0])
    return one, words


def _likeness(there: Mapping[str, Any], clues: Clues, one: Ours) -> tuple[int, str]:
    """How sure (0: not at all), and why."""
    record = one.record
    if record.gtin and record.gtin in clues.gtins:
        return 6, f"Same GTIN {record.gtin}."
    if one.shop_ids & clues.shop_ids:
        return 5, "Its id is the one that the shop's own Meta tool gives this product."
    if record.mpn and record.mpn in clues.mpns and record.brand == str(there.get("brand") or ""):
        return 4, f"Same brand and part number {record.mpn}."
    if record.retailer_id in clues.skus:
        return 3, f"Its id or its page names our SKU {record.retailer_id}."
    if record.url and record.url in clues.urls:
        return 2, "Same product page."
    if record.name in clues.names and record.image_url == there.get("image_url") and _same_price(record, there):
        return 1, "Same name, price and picture."
    return 0, ""


def _same_price(record: CatalogRecord, there: Mapping[str, Any]) -> bool:
    return same_amount(record.price, record.currency, str(there.get("price") or ""))


def _some(value: Any) -> set[str]:
    return {str(value)} if value else set()
