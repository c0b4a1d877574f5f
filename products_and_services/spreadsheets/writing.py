"""Rows become a file: CSV that Excel opens right, or XLSX; both written as they come. Pure apart from the temporary file of an XLSX."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LONGEST_XLSX_CELL = 32_767
WIDTHS = {"Name": 36, "Description": 48, "Short description": 32, "Images": 40, "Description at Meta": 40, "Error": 60}
HEAD = PatternFill("solid", start_color="FFDCFCE7")
CHUNK = 64 * 1024
Rows = Iterable[Sequence[Any]]


def write_csv(headings: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """The file in pieces; begins with a byte order mark, so that Excel reads UTF-8. Cells must be safe already (values.safe_cell)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(headings)
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def write_xlsx(headings: Sequence[str], rows: Rows, more: Callable[[Workbook], None] | None = None) -> Iterator[bytes]:
    """The file in pieces, made in a temporary file (an XLSX has its index at the end). more: adds further sheets.

    A text beyond Excel's 32,767 characters would be cut by openpyxl without a word: its cell is left blank, which an import leaves alone.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Products")
    lay_out(sheet, headings)
    for row in rows:
        sheet.append(["" if isinstance(cell, str) and len(cell) > LONGEST_XLSX_CELL else cell for cell in row])
    if more:
        more(book)
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def lay_out(sheet: Any, headings: Sequence[str]) -> None:
    """The heading row, bold and frozen, and columns wide enough to read. Before any other row: the sheet is written as it comes."""
    sheet.freeze_panes = "A2"
    for number, heading in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(heading, max(12, len(heading) + 3))
    cells = [WriteOnlyCell(sheet, heading) for heading in headings]
    for cell in cells:
        cell.font, cell.fill, cell.alignment = Font(bold=True), HEAD, Alignment(vertical="top")
    sheet.append(cells)


WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
