"""The first row: which column each heading means, and whose file it is (ours, WooCommerce's export, Shopify's export). Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from products_and_services.spreadsheets.columns import COLUMNS

OURS, WOOCOMMERCE, SHOPIFY = "", "WooCommerce", "Shopify"
# Other words for our columns, normalised (lower case, letters and digits only).
OTHER_WORDS = {
    "title": "name", "productname": "name", "itemname": "name", "productid": "id", "articlenumber": "sku", "itemnumber": "sku",
    "parentsku": "product", "parent": "product", "variantof": "product", "product": "product", "regularprice": "price",
    "unitprice": "price", "specialprice": "sale_price", "discountedprice": "sale_price", "salestart": "sale_starts_at",
    "saleend": "sale_ends_at", "stockquantity": "stock_quantity", "quantity": "stock_quantity", "qty": "stock_quantity",
    "inventory": "stock_quantity", "backordersallowed": "allow_backorder", "enabled": "is_active", "published": "is_active",
    "instock": "is_available", "categorypath": "category", "tag": "tags", "manufacturer": "brand", "brands": "brand",
    "summary": "short_description", "image": "images", "imageurl": "images", "imagelink": "images", "picture": "images",
    "pictures": "images", "ean": "gtin", "upc": "gtin", "barcode": "gtin", "isbn": "gtin", "gtinupceanorisbn": "gtin",
    "productpage": "website_url", "url": "website_url", "link": "website_url", "type": "product_type", "position": "sort_order",
    "sortorder": "sort_order", "options": "attributes",
}  # fmt: skip
WOO_WORDS = {
    "id": "", "type": "", "categories": "woo_categories", "datesalepricestarts": "sale_starts_at", "datesalepriceends": "sale_ends_at",
}  # fmt: skip
SHOPIFY_WORDS = {
    "handle": "handle", "bodyhtml": "description", "type": "product_type", "productcategory": "google_product_category",
    "variantsku": "variant_sku", "variantprice": "variant_price", "variantcompareatprice": "variant_compare_at_price",
    "variantinventoryqty": "stock_quantity", "variantinventorypolicy": "allow_backorder", "variantbarcode": "gtin",
    "variantinventorytracker": "variant_tracker",
    "variantimage": "variant_image", "imagesrc": "images", "imageposition": "", "status": "status",
    "googleshoppinggoogleproductcategory": "google_product_category", "googleshoppingcondition": "condition",
    "googleshoppingmpn": "mpn", **{f"googleshoppingcustomlabel{number}": f"custom_label_{number}" for number in range(5)},
}  # fmt: skip
PAIR = re.compile(r"(?:attribute|option)(\d{1,2})(name|values?)\Z")


@dataclass(frozen=True)
class Headings:
    """names: per place the column's name, "attribute 1 name" for parts of pairs, "" for what is not read; source: whose file it is."""

    texts: tuple[str, ...]
    names: tuple[str, ...]
    source: str = OURS

    @property
    def recognised(self) -> list[tuple[str, str]]:
        """(heading in the file, column's name) of what is read."""
        return [(text, name) for text, name in zip(self.texts, self.names, strict=True) if name]

    @property
    def ignored(self) -> list[str]:
        """Headings that mean nothing here."""
        return [text for text, name in zip(self.texts, self.names, strict=True) if text and not name]

    @property
    def identifies(self) -> bool:
        """True when rows can be told apart at all."""
        return bool({"id", "sku", "name", "handle", "variant_sku"} & set(self.names))


def normalised(heading: str) -> str:
    """ "Sale_Price " -> "saleprice"."""
    return re.sub(r"[\W_]+", "", heading.casefold())


OWN_WORDS = {normalised(word): column.name for column in COLUMNS for word in (column.name, column.heading)}


def match_headings(cells: Sequence[str]) -> Headings:
    """What each heading means. Of two that mean the same column the first counts."""
    words = [normalised(cell) for cell in cells]
    source = _source(set(words))
    table = {**OTHER_WORDS, **OWN_WORDS, **{WOOCOMMERCE: WOO_WORDS, SHOPIFY: SHOPIFY_WORDS, OURS: {}}[source]}
    names: list[str] = []
    for word in words:
        pair = PAIR.match(word)
        name = f"attribute {pair[1]} {pair[2].rstrip('s')}" if pair else table.get(word, "")
        names.append("" if name in names else name)
    return Headings(tuple(cell.strip() for cell in cells), tuple(names), source)


def _source(words: set[str]) -> str:
    if "handle" in words and words & {"variantsku", "variantprice", "bodyhtml"}:
        return SHOPIFY
    return WOOCOMMERCE if {"type", "regularprice", "sku"} <= words else OURS
