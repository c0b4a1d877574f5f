"""A file becomes rows, one after the other: CSV in any usual encoding and delimiter, and XLSX. Pure: no Django, no database.

Nothing in a file is trusted: sizes are bounded before anything is unpacked, XML is read by defusedxml (through openpyxl), formulas are not
calculated (their last results are read), and whatever is no table is told by its name.
"""

import codecs
import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from products_and_services.spreadsheets.dialects import SheetRow, translate
from products_and_services.spreadsheets.headings import Headings, match_headings
from products_and_services.spreadsheets.values import plain

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 300
ENOUGH_BLANK = 1_000  # blank rows end the table: a sheet may be formatted down to row 1,048,576
MOST_UNPACKED = 300 * 1024 * 1024
MOST_AT_ONCE = 64 * 1024 * 1024  # a part that is not read row by row (shared texts, styles)
MOST_PACKING = 200  # times; a table of real products packs about 10 times
LONGEST_FIELD = 1024 * 1024
DELIMITERS = (",", ";", "\t", "|")
THE_END = "\0\1\0"  # stands below the last line: inside a cell only where that cell was never closed
CSV, XLSX = "csv", "xlsx"
OLD_ENCODING = (
    "The file is not in UTF-8; it was read as Windows-1252. If accents look wrong below, save it as “CSV UTF-8” and upload it again."
)
NEEDS = "No column is recognised as Name, SKU or ID. The first row must hold the headings; the template shows them."
OTHER_KINDS = (
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls), or one with a password. Open it and save it as .xlsx, without a password"),
    (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"RIFF", "a picture or sound"),
    (b"\x1f\x8b", "a packed file (gzip). Unpack it first"), (b"Rar!", "a packed file (RAR). Unpack it first"),
    (b"7z\xbc\xaf", "a packed file (7z). Unpack it first"), (b"{\\rtf", "a text document (RTF)"),
    (b"\x7fELF", "a program"), (b"MZ", "a program"), (b"SQLite format", "a database"),
)  # fmt: skip


class NotReadable(ValueError):
    """The file as a whole cannot be used. The text says what it is and what to do."""


@dataclass
class Table:
    """An opened file. warnings: what a person should know before trusting it."""

    file: IO[bytes]
    kind: str
    encoding: str = ""
    delimiter: str = ""
    warnings: list[str] = field(default_factory=list)
    headings: Headings = field(default_factory=lambda: Headings((), ()))

    @property
    def decimal_comma(self) -> bool:
        """Where semicolons part the cells, a comma is the decimal sign."""
        return self.delimiter == ";"

    def rows(self) -> Iterator[SheetRow]:
        """The rows below the headings in our columns, blank ones left out. Raises NotReadable for a file that breaks off or is too long."""
        return translate(self._sheet_rows(), self.headings)

    def _sheet_rows(self) -> Iterator[SheetRow]:
        names = self.headings.names
        for number, cells in self.raw_rows():
            found = {name: cell for name, cell in zip(names, cells, strict=False) if name and not _is_blank(cell)}
            if found:
                yield SheetRow(number, found)

    def raw_rows(self) -> Iterator[tuple[int, Sequence[Any]]]:
        """(number, cells) of every row below the headings that has anything in it."""
        numbered = iter(enumerate(self._lines(), start=1))
        if next((True for _, cells in numbered if not _all_blank(cells)), None) is None:
            return
        count = blank = 0
        for number, cells in numbered:
            blank = blank + 1 if _all_blank(cells) else 0
            if blank == ENOUGH_BLANK:
                return
            if blank:
                continue
            count += 1
            if count > MOST_ROWS:
                raise NotReadable(f"The file has more than {MOST_ROWS:,} rows. Divide it into several files.")
            yield number, cells

    def _lines(self) -> Iterator[Sequence[Any]]:
        return _csv_lines(self) if self.kind == CSV else _xlsx_lines(self.file, len(self.headings.texts) or MOST_COLUMNS + 1)


def check_size(size: int) -> None:
    """Raises NotReadable for more bytes than are read."""
    if size > MOST_BYTES:
        raise NotReadable(f"The file has {size / 2**20:.0f} MB; at most {MOST_BYTES // 2**20} MB are read. Divide it into several files.")


def open_table(file: IO[bytes]) -> Table:
    """Finds out what the file is. Raises NotReadable naming what it is instead, or what is missing."""
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    head = file.read(4096)
    check_size(size)
    if not head.strip():
        raise NotReadable("The file is empty.")
    table = Table(file, XLSX) if head.startswith(b"PK") else _open_csv(file, head)
    if table.kind == XLSX:
        _check_package(file)
    texts = _first_line(table)
    if len(texts) > MOST_COLUMNS:
        raise NotReadable(f"The file has more than {MOST_COLUMNS} columns. Is it a list of products?")
    table.headings = match_headings(texts)
    if not table.headings.identifies:
        raise NotReadable(NEEDS)
    return table


def _first_line(table: Table) -> list[str]:
    """The headings: the first row with anything in it."""
    for cells in islice(table._lines(), 1000):
        if not _all_blank(cells):
            texts = [plain("" if cell is None else str(cell)) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            return texts
    raise NotReadable("The file is empty.")


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not plain(cell))


def _all_blank(cells: Sequence[Any]) -> bool:
    return all(_is_blank(cell) for cell in cells)


# --- CSV ----------------------------------------------------------------------------------------------------------------------
def _open_csv(file: IO[bytes], head: bytes) -> Table:
    for start, name in OTHER_KINDS:
        if head.startswith(start):
            raise NotReadable(f"This is not a spreadsheet: it is {name}.")
    encoding, notes = _encoding(file, head)
    begin = plain(head.decode(encoding, "replace").lstrip("\ufeff")).casefold()
    if begin.startswith(("<!doctype", "<html", "<?xml", "<svg")):
        raise NotReadable("This is not a spreadsheet: it is a web page or XML.")
    if begin.startswith(("{", "[")):
        raise NotReadable("This is not a spreadsheet: it is JSON. Send that to /v1/products/bulk/.")
    table = Table(file, CSV, encoding, warnings=notes)
    table.delimiter = _delimiter(table, begin)
    return table


def _encoding(file: IO[bytes], head: bytes) -> tuple[str, list[str]]:
    """UTF-8 and UTF-16 (with or without mark) for sure; anything else as Windows-1252, with a warning."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", []
    sample = head[: len(head) // 2 * 2]
    for place, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(sample) >= 4 and sample[place::2].count(0) > len(sample) // 4:
            return name, []
    if b"\0" in head:
        raise NotReadable("This is not a spreadsheet: it is a file for machines.")
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(1024 * 1024):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252", [OLD_ENCODING]
    return "utf-8-sig", []


def _delimiter(table: Table, begin: str) -> str:
    """The one that makes the most of the headings mean something; then the one that makes the most columns."""
    if begin.startswith("sep=") and len(begin) > 4:
        return begin[4]

    def worth(delimiter: str) -> tuple[int, int]:
        table.delimiter = delimiter
        with suppress(NotReadable):
            texts = _first_line(table)
            return len(match_headings(texts).recognised), len(texts)
        return 0, 0

    return max(DELIMITERS, key=worth)


def _csv_lines(table: Table) -> Iterator[Sequence[str]]:
    table.file.seek(0)
    csv.field_size_limit(LONGEST_FIELD)
    # errors: five bytes mean nothing in Windows-1252; UTF-8 was checked whole.
    text = io.TextIOWrapper(table.file, table.encoding, errors="replace", newline="")
    try:
        reader = csv.reader(chain(text, (THE_END,)), delimiter=table.delimiter, skipinitialspace=True)
        begin = 1
        for cells in reader:
            if cells == [THE_END]:
                return
            if cells and cells[-1].endswith(THE_END):
                raise NotReadable(f"A quotation mark in or below line {begin} is never closed: all the rest would be one cell. Correct it.")
            if reader.line_num > 1 or not _names_delimiter(cells):
                yield cells
            begin = reader.line_num + 1
    except (csv.Error, UnicodeError) as error:
        raise NotReadable(f"Line {reader.line_num} cannot be read ({error}). Perhaps a quotation mark is not closed.") from error
    finally:
        with suppress(ValueError):
            text.detach()


def _names_delimiter(cells: Sequence[str]) -> bool:
    """The line "sep=;" that some programs write above the headings for Excel."""
    text = ",".join(cells).lstrip("\ufeff").strip()
    return text.casefold().startswith("sep=") and len(text) <= 5


# --- XLSX ---------------------------------------------------------------------------------------------------------------------
def _check_package(file: IO[bytes]) -> None:
    """A zip is opened only when it holds a workbook and does not swell beyond bounds. zipfile never unpacks more than is declared."""
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise NotReadable("The file is damaged: it begins like an XLSX and breaks off. Save it again.") from error
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise NotReadable(f"This is not a spreadsheet that can be read: it is {_package_name(names)}.")
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    whole = max(part.file_size for part in parts if not part.filename.startswith("xl/worksheets/"))
    if unpacked > MOST_UNPACKED or whole > MOST_AT_ONCE or (unpacked > 2**20 * 10 and unpacked > packed * MOST_PACKING):
        raise NotReadable("The file swells far beyond its size when it is opened. Save the table alone as CSV.")


def _package_name(names: set[str]) -> str:
    if any(name.startswith("word/") for name in names):
        return "a Word document"
    if any(name.startswith("ppt/") for name in names):
        return "a presentation"
    if "content.xml" in names:
        return "an OpenDocument file (.ods). Save it as .xlsx or CSV"
    if "xl/workbook.bin" in names:
        return "a binary workbook (.xlsb). Save it as .xlsx"
    return "a packed file (ZIP). Unpack it first"


def _xlsx_lines(file: IO[bytes], width: int) -> Iterator[Sequence[Any]]:
    """The rows of the first sheet, `width` cells each."""
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns about decorations that it does not read.
        try:
            book = load_workbook(file, read_only=True, data_only=True)
        except Exception as error:  # openpyxl raises many kinds for broken or hostile files; each means the same here
            raise NotReadable("The file is damaged or protected by a password. Open it and save it again as .xlsx or CSV.") from error
        if not book.worksheets:
            raise NotReadable("The workbook has no sheet with cells.")
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # Some writers declare A1:A1, whatever there is.
        try:
            yield from sheet.iter_rows(max_col=width, values_only=True)
        except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, SyntaxError) as error:
            raise NotReadable("The file is damaged: its sheet cannot be read to the end. Save it again.") from error
        finally:
            book.close()
