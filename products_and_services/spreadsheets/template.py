"""The file to begin with: the headings, a product with a variant, and (XLSX) a second sheet that explains each column. Pure."""

from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook

from products_and_services.spreadsheets.columns import COLUMNS
from products_and_services.spreadsheets.writing import lay_out, write_csv, write_xlsx

RULES = (
    "A blank cell leaves the field as it is; the word (empty) clears it.",
    "A row with an ID or a known SKU changes that product; any other row makes a new one.",
    "A variant has a row of its own below its product; “Variant of” names the product's SKU.",
    "Columns that you do not need may be left out; unknown ones are ignored.",
)


def template(kind: str) -> Iterator[bytes]:
    """The file in pieces. kind: csv or xlsx."""
    headings = [column.heading for column in COLUMNS]
    rows = [[column.example for column in COLUMNS], [column.variant_example for column in COLUMNS]]
    return write_xlsx(headings, rows, more=_explain) if kind == "xlsx" else write_csv(headings, rows)


def _explain(book: Workbook) -> None:
    sheet: Any = book.create_sheet("Explanations")
    sheet.column_dimensions["C"].width = 100
    lay_out(sheet, ["Column", "For variants too", "What it holds"])
    sheet.column_dimensions["A"].width = 28
    for column in COLUMNS:
        where = "only" if column.only_variants else "yes" if column.of_variants else "no"
        sheet.append([column.heading, where, column.help])
    for rule in RULES:
        sheet.append(["", "", rule])
