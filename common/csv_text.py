"""CSV that is safe to open in a spreadsheet: a cell that would start a formula is written as text. Pure.

The one rule of defusing, and its way back, for every file this system writes or reads.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
QUOTE = "'"


def defused(value: Any) -> Any:
    """Texts that a spreadsheet would run get a leading apostrophe; numbers stay numbers."""
    return f"{QUOTE}{value}" if isinstance(value, str) and _is_risky(value) else value


def fused(value: Any) -> Any:
    """The way back: fused(defused(value)) == value for every value."""
    return value[1:] if isinstance(value, str) and value.startswith(QUOTE) and _is_risky(value[1:]) else value


def _is_risky(text: str) -> bool:
    """Apostrophes in front count as ours: a text that had one before gets a second, so that the way back takes off only ours."""
    return text.lstrip(QUOTE).lstrip(" ").startswith(FORMULA_STARTS)


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The file line by line, for streaming; starts with a byte order mark so that Excel reads UTF-8."""
    yield "\ufeff" + _line(header)
    for row in rows:
        yield _line([defused(cell) for cell in row])


def _line(cells: Sequence[Any]) -> str:
    buffer = StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
