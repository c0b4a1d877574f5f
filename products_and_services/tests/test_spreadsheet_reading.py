"""Files of every sort: encodings, delimiters, decimal commas, other systems' exports, and what is no spreadsheet at all."""

import csv
import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from products_and_services.spreadsheets import reading, values
from products_and_services.spreadsheets.columns import BY_NAME, COLUMNS
from products_and_services.spreadsheets.headings import match_headings
from products_and_services.spreadsheets.reading import NotReadable, open_table
from products_and_services.spreadsheets.values import Locale, Unreadable, cell_text, safe_cell


def table(content):
    return open_table(io.BytesIO(content if isinstance(content, bytes) else content.encode()))


def cells(content):
    return [(row.number, row.cells) for row in table(content).rows()]


def xlsx(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


TEXT = 'SKU{d}Name{d}Price\r\n1{d}"Süß{d} \nöl"{d}2\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_encoding_and_delimiter(encoding, delimiter):
    found = table(TEXT.format(d=delimiter).encode(encoding))
    assert [row.cells for row in found.rows()] == [{"sku": "1", "name": f"Süß{delimiter} \nöl", "price": "2"}]
    assert bool(found.warnings) == (encoding == "cp1252")
    assert found.decimal_comma == (delimiter == ";")


@pytest.mark.parametrize("content", ['SKU,Name\nA,"5 inch\nB,b\nC,c\n', 'SKU,Name\nA,"'])
def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_rest(content):
    with pytest.raises(NotReadable, match="never closed"):
        cells(content)


def test_quotation_marks_within_a_cell_are_no_harm():
    content = 'SKU,Name\n1,5" pipe\n2,"a ""b"" \n"'
    assert [row["name"] for _, row in cells(content)] == ['5" pipe', 'a "b" \n']


def test_excels_line_about_its_delimiter_is_no_heading():
    assert cells("sep=;\r\nSKU;Name\r\n1;a\r\n") == [(2, {"sku": "1", "name": "a"})]


def test_blank_rows_count_and_are_left_out():
    assert cells("\r\n,,\r\nSKU,Name\r\n,\r\n1,a\r\n\r\n2,b") == [(5, {"sku": "1", "name": "a"}), (7, {"sku": "2", "name": "b"})]


def test_xlsx_cells_keep_their_kind():
    content = xlsx(["SKU", "Name", "Price", "Active", "Sale starts"], ["007", 12.0, 12.5, True, datetime(2026, 11, 25, 8, 30)], [None] * 5)
    ((number, found),) = cells(content)
    assert number == 2
    locale = Locale(ZoneInfo("Europe/Berlin"))
    read = {name: BY_NAME[name].read(cell, locale) for name, cell in found.items()}
    starts = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
    assert read == {"sku": "007", "name": "12", "price": Decimal("12.5"), "is_active": True, "sale_starts_at": starts}


@pytest.mark.parametrize(("content", "words"), [
    (b"%PDF-1.4 ...", "it is a PDF"),
    (b"\x89PNG\r\n", "it is a picture"),
    (b"\xd0\xcf\x11\xe0 xls", "with a password. Open it and save it as .xlsx"),
    (b"<!DOCTYPE html><table>", "web page"),
    (b'{"items": []}', "JSON"),
    (b"\x00\x01\x02\x03 SKU", "for machines"),
    (b"", "is empty"), (b" \r\n", "is empty"),
    (b"Colour,Size\r\nred,L", "No column is recognised as Name, SKU or ID"),
    (b"PK\x03\x04 broken", "damaged"),
])  # fmt: skip
def test_what_is_no_table_is_told_by_its_name(content, words):
    with pytest.raises(NotReadable, match=words):
        table(content)


@pytest.mark.parametrize(("names", "words"), [
    (["word/document.xml"], "Word document"), (["content.xml"], "OpenDocument"), (["a.csv"], "ZIP"), (["xl/workbook.bin"], "xlsb"),
])  # fmt: skip
def test_other_packages_are_told_apart(names, words):
    with pytest.raises(NotReadable, match=words):
        table(package(dict.fromkeys(names, b"x")))


def package(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_a_zip_bomb_is_not_unpacked():
    with pytest.raises(NotReadable, match="swells"):
        table(package({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"\0" * 40 * 2**20}))


def test_entities_in_a_workbook_are_not_followed():
    content = xlsx(["SKU", "Name"], ["1", "a"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = evil + parts[sheet].replace(b"<v>1</v>", b"<v>&a;</v>")
    with pytest.raises(NotReadable):
        list(table(package(parts)).rows())


def test_a_broken_sheet_is_told():
    content = xlsx(["SKU", "Name"], *(["1", "a"] for _ in range(2000)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-2000]
    with pytest.raises(NotReadable, match="damaged"):
        list(table(package(parts)).rows())


def test_bounds(monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 100)
    with pytest.raises(NotReadable, match="at most"):
        table("SKU,Name\r\n" + "x" * 100)
    monkeypatch.undo()
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    with pytest.raises(NotReadable, match="more than 3 rows"):
        cells("SKU\r\n1\r\n2\r\n3\r\n4")
    with pytest.raises(NotReadable, match="more than 300 columns"):
        table("SKU" + ",x" * 300)
    with pytest.raises(Unreadable, match="at most"):
        BY_NAME["name"].read("x" * (values.LONGEST_CELL + 1), Locale())


def test_a_sheet_formatted_to_its_last_row_ends_where_its_rows_end():
    assert len(cells("SKU\r\n1" + "\r\n" * 1_500 + "2")) == 1


@given(st.binary(max_size=400))
def test_no_file_crashes_the_reader(content):
    for begin in (b"", b"SKU,Name\n", b"PK\x03\x04", b"\xff\xfeS\x00K\x00U\x00\n\x00"):
        try:
            list(table(begin + content).rows())
        except NotReadable as error:
            assert str(error)


# --- headings ---------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_every_column_is_found_by_name_and_by_heading_in_any_case(column):
    for word in (column.name, column.heading, column.heading.upper(), f" {column.name.replace('_', ' ').title()} "):
        assert match_headings([word]).names == (column.name,)


def test_what_is_not_read_is_told():
    found = match_headings(["Title", "sku", "SKU", "Colour of the box", ""])
    assert found.recognised == [("Title", "name"), ("sku", "sku")]
    assert found.ignored == ["SKU", "Colour of the box"]


# --- cells ------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("cell", "comma", "amount"), [
    ("12.50", False, "12.5"), ("12,50", False, "12.5"), ("1.234,50", False, "1234.5"), ("1,234.50", False, "1234.5"),
    ("$ 1,234.50", False, "1234.5"), ("12 €", False, "12"), ("1 234,5", False, "1234.5"), ("1'234.50", False, "1234.5"),
    ("1,234", True, "1.234"), ("1.234", False, "1.234"), ("-3", False, "-3"), (".5", False, "0.5"), (5, False, "5"), (0.1, False, "0.1"),
    ("1.234.567", False, "1234567"), ("1,234,567", False, "1234567"), ("USD 9", False, "9"), ("'-5", False, "-5"),
])  # fmt: skip
def test_amounts(cell, comma, amount):
    assert values.read_amount(cell, Locale(decimal_comma=comma)) == Decimal(amount)


@pytest.mark.parametrize("cell", ["", "abc", "1,234", "1.2.3,4,5", "--1", "1e5", "NaN", "∞", "٣x", True, "12-", "=1+1"])
def test_what_is_no_amount(cell):
    with pytest.raises(Unreadable):
        values.read_amount(cell, Locale())


@pytest.mark.parametrize(("cell", "moment"), [
    ("2026-11-25", (2026, 11, 25)), ("25.11.2026 18:30", (2026, 11, 25, 18, 30)), ("25/11/2026", (2026, 11, 25)),
    ("11/25/2026", (2026, 11, 25)), ("2026-11-25T10:00:00+02:00", (2026, 11, 25, 8)),
])  # fmt: skip
def test_moments(cell, moment):
    assert values.read_moment(cell, Locale()) == datetime(*moment, tzinfo=UTC)


@pytest.mark.parametrize("cell", ["tomorrow", "03/04/2026", "31.02.2026", "13/13/2026", "0001-01-01T00:00+23:00"])
def test_what_is_no_moment(cell):
    with pytest.raises(Unreadable):
        values.read_moment(cell, Locale())


@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=40))
def test_any_text_comes_back_from_its_cell_as_people_see_it(text):
    file = io.StringIO()
    csv.writer(file).writerow([safe_cell(text)])
    file.seek(0)
    ((cell,),) = csv.reader(file) if text.strip() else (("",),)
    assert cell_text(cell) == values.plain(text)
