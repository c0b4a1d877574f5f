"""What a person sees before an import: what is recognised, and the first rows as they would be read."""

from dataclasses import dataclass
from itertools import islice

from common.clock import database_now
from operations.files import find_file, open_file
from operations.models import FileRole, Run
from products_and_services.spreadsheets.columns import BY_NAME
from products_and_services.spreadsheets.imports import GONE, judge_for, judge_rows
from products_and_services.spreadsheets.reading import XLSX, NotReadable, Table, open_table
from products_and_services.spreadsheets.verdicts import Verdict

SHOWN = 50


@dataclass(frozen=True)
class Preview:
    """recognised: (heading in the file, our heading); verdicts: on the first 50 rows."""

    described: str
    warnings: list[str]
    recognised: list[tuple[str, str]]
    ignored: list[str]
    verdicts: list[Verdict]


def preview(run: Run) -> Preview:
    """Reads the head of the run's file; writes nothing. Raises NotReadable, also when the file is gone."""
    file = find_file(run, FileRole.UPLOAD, database_now())
    if file is None:
        raise NotReadable(GONE)
    with open_file(file) as copy:
        table = open_table(copy)
        rows = list(islice(table.rows(), SHOWN))
        verdicts = list(judge_rows(rows, judge_for(run, table), writes=False))
    known = [(text, BY_NAME[name].heading if name in BY_NAME else name) for text, name in table.headings.recognised]
    return Preview(_described(table), table.warnings, known, table.headings.ignored, verdicts)


def _described(table: Table) -> str:
    """ "CSV, separated by semicolons, UTF-8" """
    source = f", exported from {table.headings.source}" if table.headings.source else ""
    if table.kind == XLSX:
        return f"Excel workbook, first sheet{source}"
    signs = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
    names = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}
    return f"CSV, separated by {signs.get(table.delimiter, table.delimiter)}, {names.get(table.encoding, table.encoding.upper())}{source}"
