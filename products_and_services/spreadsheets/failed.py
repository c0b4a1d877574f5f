"""The failed rows of an import as a file of their own, with what is wrong in a last column: to correct and upload again."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import IO, Any

from operations.models import Run, RunIssue
from products_and_services.spreadsheets.reading import Table, open_table
from products_and_services.spreadsheets.values import cell_text, safe_cell
from products_and_services.spreadsheets.writing import WRITERS

ERROR = "Error"
NOT_FAILED = ("locked",)  # noted, and the row went in all the same
NUMBER = re.compile(r"row (\d+)")


def failed_issues(run: Run) -> Any:
    """Issues that kept a row out."""
    return run.issues.exclude(code__in=NOT_FAILED)


def failed_rows_file(run: Run, upload: IO[bytes]) -> tuple[str, Iterator[bytes]]:
    """(format, pieces): the rows as they were uploaded, in the format they came in. Raises NotReadable."""
    table = open_table(upload)
    headings = [text for text in table.headings.texts if text != ERROR]
    return table.kind, WRITERS[table.kind]([safe_cell(text) for text in [*headings, ERROR]], _rows(run, table))


def _rows(run: Run, table: Table) -> Iterator[list[Any]]:
    texts = table.headings.texts
    errors = _errors(run)
    number, words = next(errors, (0, ""))
    for row_number, cells in table.raw_rows():
        if row_number != number:
            continue
        kept = [_cell(cells[place]) if place < len(cells) else "" for place, text in enumerate(texts) if text != ERROR]
        yield [*kept, safe_cell(words)]
        number, words = next(errors, (0, ""))


def _errors(run: Run) -> Iterator[tuple[int, str]]:
    """(row number, all that is wrong with it), in the file's order."""
    issues = failed_issues(run).order_by("pk").iterator(chunk_size=500)
    for number, group in groupby(issues, key=_number):
        yield number, " ".join(f"{issue.field}: {issue.message}" if issue.field else issue.message for issue in group)


def _number(issue: RunIssue) -> int:
    found = NUMBER.match(issue.subject)
    return int(found[1]) if found else 0


def _cell(cell: Any) -> Any:
    """Texts made safe anew; numbers and times of an XLSX as they are."""
    return safe_cell(cell_text(cell)) if isinstance(cell, str) else cell
