"""Rows of other systems' exports, told in our columns. Pure.

WooCommerce: https://woocommerce.com/document/product-csv-importer-exporter/ (a row per product or variation, "Parent" names the product).
Shopify: https://help.shopify.com/en/manual/products/import-export/using-csv (several rows per handle: variants and further pictures).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from common.html_text import html_to_text
from products_and_services.spreadsheets.headings import OURS, SHOPIFY, WOOCOMMERCE, Headings
from products_and_services.spreadsheets.values import EMPTY_WORD, NO, cell_text

Cells = dict[str, Any]
TEXTS = ("description", "short_description")
STOCK_RULES = ("track_stock", "stock_quantity", "allow_backorder")
ONLY_OPTION = ("title", "default title")


@dataclass(frozen=True)
class SheetRow:
    """One row as it was read. number: as the spreadsheet counts (the headings are row 1); cells: not blank ones, by column name."""

    number: int
    cells: Cells = field(default_factory=dict)


def translate(rows: Iterable[SheetRow], headings: Headings) -> Iterator[SheetRow]:
    """Our rows; one row of a Shopify export may become two (product and variant) with the same number."""
    return {OURS: _own, WOOCOMMERCE: _woocommerce, SHOPIFY: _shopify}[headings.source](rows, headings)


def _own(rows: Iterable[SheetRow], headings: Headings) -> Iterator[SheetRow]:
    for row in rows:
        yield replace(row, cells=_with_pairs(row.cells))


def _with_pairs(cells: Cells) -> Cells:
    """ "attribute 1 name", "attribute 1 value" and so on become one "attributes" cell."""
    plain = {name: cell for name, cell in cells.items() if not name.startswith("attribute ")}
    pairs = _pairs(cells)
    return {"attributes": pairs, **plain} if pairs else plain


def _pairs(cells: Cells) -> dict[str, str]:
    names = {name.split()[1]: cell_text(cell) for name, cell in cells.items() if re.fullmatch(r"attribute \d+ name", name)}
    words = {number: cell_text(cells.get(f"attribute {number} value", "")) for number in names}
    return {names[number]: words[number] for number in names if names[number] and words[number]}


def _without_pairs(cells: Cells) -> Cells:
    return {name: cell for name, cell in cells.items() if not name.startswith("attribute ")}


def _as_text(cells: Cells) -> Cells:
    return {name: html_to_text(cell_text(cell)) if name in TEXTS else cell for name, cell in cells.items()}


# --- WooCommerce --------------------------------------------------------------------------------------------------------------
def _woocommerce(rows: Iterable[SheetRow], headings: Headings) -> Iterator[SheetRow]:
    for row in rows:
        cells = _as_text(dict(row.cells))
        is_variation = "product" in cells
        cells = _with_pairs(cells) if is_variation else _without_pairs(cells)
        paths = [path.strip() for path in re.split(r"(?<!\\),", cell_text(cells.pop("woo_categories", ""))) if path.strip()]
        if paths and not is_variation:
            cells["category"] = paths[0].replace("\\,", ",")
            cells["categories"] = " | ".join(path.replace("\\,", ",") for path in paths[1:])
        if is_variation:
            cells.pop("name", None)  # "T-shirt - Red": the attributes say it better.
            cells |= _stock_of_variation(cells)
        elif "stock_quantity" in cells or "is_available" in cells:
            cells["track_stock"] = "yes" if "stock_quantity" in cells else "no"
        yield replace(row, cells={name: cell for name, cell in cells.items() if cell != ""})


def _stock_of_variation(cells: Cells) -> Cells:
    """Stock: a number where the variation is counted, "parent" where its product is, blank where nobody counts; "In stock?" says it."""
    stock, state = (cell_text(cells.get(name, "")).casefold() for name in ("stock_quantity", "is_available"))
    if stock == "parent":
        return dict.fromkeys(STOCK_RULES, EMPTY_WORD)
    if stock:
        return {"track_stock": "yes"}
    if state in NO | {"backorder"}:
        return {"track_stock": "yes", "stock_quantity": 0, "allow_backorder": "no" if state in NO else "yes"}
    return {"track_stock": "no"} if state else {}


# --- Shopify ------------------------------------------------------------------------------------------------------------------
def _shopify(rows: Iterable[SheetRow], headings: Headings) -> Iterator[SheetRow]:
    rows = _with_tracking(rows) if "variant_tracker" in headings.names else rows
    for handle, group in groupby(rows, key=lambda row: cell_text(row.cells.get("handle", ""))):
        if handle:
            yield from _shopify_product(handle, list(group))
        else:
            yield from group  # Without a handle nothing tells what it belongs to: refused later, with its number.


def _with_tracking(rows: Iterable[SheetRow]) -> Iterator[SheetRow]:
    """A blank tracker means that nobody counts; a file without the column says nothing."""
    for row in rows:
        tracked = {"track_stock": "yes" if "variant_tracker" in row.cells else "no"}
        yield replace(row, cells=row.cells | tracked) if _is_sold(row) else row


def _is_sold(row: SheetRow) -> bool:
    """Rows that are no variant hold a further picture only."""
    return bool({"variant_sku", "variant_price"} & set(row.cells))


def _shopify_product(handle: str, rows: list[SheetRow]) -> Iterator[SheetRow]:
    first = rows[0]
    sold = [row for row in rows if _is_sold(row)]
    options = _option_names(first.cells)
    cells = _as_text(_without_pairs(first.cells)) | _prices(first.cells)
    pictures = dict.fromkeys(cell_text(row.cells["images"]) for row in rows if "images" in row.cells)
    if pictures:
        cells["images"] = "\n".join(pictures)
    cells["sku"] = handle if options else cells.get("variant_sku", handle)
    if "status" in cells:
        cells["is_active"] = cells.pop("status")
    for name in STOCK_RULES if options else ():
        cells.pop(name, None)
    yield SheetRow(first.number, _known(cells))
    for row in sold if options else ():
        yield SheetRow(row.number, _shopify_variant(handle, row.cells, options))


def _option_names(cells: Cells) -> dict[str, str]:
    """{"1": "Color"}; empty for a product with the one nameless variant that Shopify calls "Default Title"."""
    pairs = [(name.split()[1], cell_text(cell)) for name, cell in cells.items() if re.fullmatch(r"attribute \d+ name", name)]
    if len(pairs) == 1 and cell_text(cells.get("attribute 1 value", "")).casefold() == ONLY_OPTION[1]:
        return {}
    return dict(pairs)


def _prices(cells: Cells) -> Cells:
    """The price to compare with is the regular one, if there is one."""
    price, regular = cells.get("variant_price", ""), cells.get("variant_compare_at_price", "")
    return {"price": regular, "sale_price": price} if regular not in ("", 0) and regular != price else {"price": price}


def _shopify_variant(handle: str, cells: Cells, options: dict[str, str]) -> Cells:
    words = {name: cell_text(cells.get(f"attribute {number} value", "")) for number, name in options.items()}
    kept = {name: cells[name] for name in STOCK_RULES if name in cells}
    picture = {"images": cells["variant_image"]} if "variant_image" in cells else {}
    return _known({"product": handle, "sku": cells.get("variant_sku", ""), "attributes": words, **_prices(cells), **kept, **picture})


def _known(cells: Cells) -> Cells:
    gone = ("handle", "variant_sku", "variant_price", "variant_compare_at_price", "variant_image", "variant_tracker")
    return {name: cell for name, cell in cells.items() if name not in gone and cell != ""}
