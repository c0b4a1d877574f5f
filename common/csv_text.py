"""CSV that is safe to open in a spreadsheet: a cell that would start a formula is written as text. Pure."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def defused(value: Any) -> Any:
    """Texts that a spreadsheet would run get a leading apostrophe; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA_STARTS) else value


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The file line by line, for streaming; starts with a byte order mark so that Excel reads UTF-8."""
    yield "\ufeff" + _line(header)
    for row in rows:
        yield _line([defused(cell) for cell in row])


def _line(cells: Sequence[Any]) -> str:
    buffer = StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
