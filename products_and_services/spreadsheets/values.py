"""One cell and one value, both ways. Pure. What `write` makes, `read` understands: the round trip is exact.

Cells come as text (CSV) or as text, numbers, booleans and times (XLSX). A value that has no plain form that reads back the same
(a tag with a comma in it) is written as JSON, which `read` takes too.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any
from unicodedata import category

from common.csv_text import defused, fused

EMPTY_WORD = "(empty)"
LONGEST_CELL = 100_000
# With the words that Excel writes for TRUE and FALSE into a CSV: they follow the language of Windows.
YES = frozenset(
    "yes y true t 1 on x ja j si sí oui o sim da active published instock visible continue backorder notify "
    "wahr vrai verdadero verdadeiro vero waar prawda".split()
)
NO = frozenset(
    "no n false f 0 -1 off nein non não net draft archived inactive hidden outofstock deny "
    "falsch faux falso onwaar fałsz".split()
)
SHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})
LONGEST_NUMBER = 40
LONGEST_LIST = 100  # pictures or categories in one cell; each is a row of its own
UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # JSON can spell them, no database takes them.
# What XML cannot hold; also useless in a catalog.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}):(\d{2}))?\Z")
DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T](\d{1,2}):(\d{2}))?\Z")
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*\Z")
CURRENCY = re.compile(r"^(?:[A-Z]{3}|kr\.?|Rs\.?|R|zł|Kč|Ft|лв)(?=[\d.,+-])|(?<=[\d.,])(?:[A-Z]{3}|kr\.?|Rs\.?|R|zł|Kč|Ft|лв)\Z")


class Unreadable(ValueError):
    """The cell cannot be understood. The text says why, and what to write instead."""


@dataclass(frozen=True)
class Locale:
    """How a file means its numbers and times. zone: of the business; decimal_comma: "1,234" is less than two."""

    zone: tzinfo = UTC
    decimal_comma: bool = False


def plain(text: str) -> str:
    """Outer spaces and invisible characters off, line breaks as one character: texts that only differ so are the same to people."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def cell_text(cell: Any) -> str:
    """The cell as its writer meant it: defusing undone, whole numbers without ".0"."""
    if isinstance(cell, str):
        text = plain(cell)
        return text[1:] if text.startswith("'") and _is_empty_word(text) else plain(fused(text))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return "" if cell is None else str(cell)


def safe_cell(value: Any) -> Any:
    """What is written for a value: texts that would start a formula, or mean "(empty)", get an apostrophe. Numbers stay numbers."""
    if not isinstance(value, str):
        return value
    text = plain(value)
    return f"'{text}" if _is_empty_word(text) else defused(text)


def _is_empty_word(text: str) -> bool:
    return text.lstrip("'").casefold() == EMPTY_WORD


# --- reading ----------------------------------------------------------------------------------------------------------------
def read_text(cell: Any, locale: Locale) -> str:
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return cell_text(cell)


def read_amount(cell: Any, locale: Locale) -> Decimal:
    """12.50, 12,50, 1.234,50, 1,234.50, "$ 12.50". Raises Unreadable, also for "1,234", which could be either."""
    if isinstance(cell, bool):
        raise Unreadable("Write a number, for example 12.50.")
    if isinstance(cell, (int, float, Decimal)) and Decimal(cell).is_finite():
        return Decimal(str(cell))
    text = "".join(sign for sign in cell_text(cell) if not sign.isspace() and sign not in "'’_" and category(sign) != "Sc")
    text = CURRENCY.sub("", text)
    if re.match(r"[+-]?[.,]\d", text):
        text = text.replace(".", "0.", 1) if "." in text else text.replace(",", "0,", 1)
    if not NUMBER.match(text) or len(text) > LONGEST_NUMBER:
        raise Unreadable(f"“{_short(cell)}” is not a number. Write for example 12.50.")
    try:
        return Decimal(_with_point(text, locale))
    except InvalidOperation:
        raise Unreadable(f"“{_short(cell)}” is not a number. Write for example 12.50.") from None


def _with_point(text: str, locale: Locale) -> str:
    """The number with a decimal point and nothing else: whichever of comma and point comes last is the decimal one."""
    comma, point = text.rfind(","), text.rfind(".")
    if comma < 0:
        return text if text.count(".") <= 1 else text.replace(".", "")
    if point >= 0:
        return text.replace(".", "").replace(",", ".") if comma > point else text.replace(",", "")
    if text.count(",") > 1:
        return text.replace(",", "")
    if len(text) - comma == 4 and not locale.decimal_comma:
        raise Unreadable(f"“{text}” could mean {text.replace(',', '')} or {text.replace(',', '.')}. Write one of these.")
    return text.replace(",", ".")


def read_number(cell: Any, locale: Locale) -> int:
    """A whole number."""
    amount = read_amount(cell, locale)
    if amount != amount.to_integral_value():
        raise Unreadable(f"“{_short(cell)}” is not a whole number.")
    return int(amount)


def read_flag(cell: Any, locale: Locale) -> bool:
    """yes, no and their relatives."""
    word = cell_text(cell).casefold()
    if word not in YES | NO:
        raise Unreadable(f"“{_short(cell)}” is neither yes nor no. Write yes or no.")
    return word in YES


def read_moment(cell: Any, locale: Locale) -> datetime:
    """Date, or date and time; without an offset in the business's time zone. Raises Unreadable, also for 03/04/2026."""
    if isinstance(cell, datetime):
        return _zoned(cell, locale)
    if isinstance(cell, date):
        return _zoned(datetime.combine(cell, time()), locale)
    text = cell_text(cell)
    try:
        return _zoned(_slashed(text) or datetime.fromisoformat(text), locale)
    except (ValueError, OverflowError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"“{_short(cell)}” is no date. Write for example 2026-11-25 or 2026-11-25 18:30.") from None


def _zoned(moment: datetime, locale: Locale) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=locale.zone)).astimezone(UTC)


def _slashed(text: str) -> datetime | None:
    dotted, slashed = DOTTED.match(text), SLASHED.match(text)
    if not dotted and not slashed:
        return None
    first, second, year, hour, minute = (int(part or 0) for part in (dotted or slashed).groups())  # type: ignore[union-attr]
    if slashed and first <= 12 and second <= 12 and first != second:
        iso = (f"{year}-{month:02}-{day:02}" for day, month in ((first, second), (second, first)))
        raise Unreadable(f"“{text}” could mean {' or '.join(iso)}. Write one of these.")
    day, month = (second, first) if slashed and second > 12 else (first, second)
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - _zoned adds the zone


def read_words(cell: Any, locale: Locale) -> list[str]:
    """ "solar, inverter" """
    text = cell_text(cell)
    words = _json(text, list) if text.startswith("[") else [word.strip() for word in re.split(r"[,\n]", text)]
    return list(dict.fromkeys(_storable(str(word)) for word in words if word != ""))


def read_pairs(cell: Any, locale: Locale) -> dict[str, str]:
    """ "color: Red; size: L" """
    text = cell_text(cell)
    if text.startswith("{"):
        return {_storable(name): _storable(word) if isinstance(word, str) else word for name, word in _json(text, dict).items()}
    pairs = {}
    for part in filter(str.strip, re.split(r"[;\n]", text)):
        name, colon, word = (piece.strip() for piece in part.partition(":"))
        if not name or not colon:
            raise Unreadable("Write pairs such as “color: Red; size: L”.")
        pairs[name] = word
    return pairs


def read_paths(cell: Any, locale: Locale) -> list[str]:
    """Category paths with | between them."""
    return _not_endless(path.strip() for path in re.split(r"[|\n]", cell_text(cell)))


def read_addresses(cell: Any, locale: Locale) -> list[str]:
    """Web addresses, one after the other: a comma, a space, a line break or | between them."""
    parts = re.split(r"[\s|]+|,(?=https?://)", cell_text(cell))
    return _not_endless(part.strip(",;") for part in parts)


def _not_endless(texts: Iterable[str]) -> list[str]:
    """Each once, blank ones left out. Raises Unreadable for more than anybody means."""
    found = list(dict.fromkeys(filter(None, texts)))
    if len(found) > LONGEST_LIST:
        raise Unreadable(f"There are {len(found)} in this cell; at most {LONGEST_LIST} are read.")
    return found


def _json(text: str, kind: type) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, kind):
        raise Unreadable("This begins like JSON and is none. Write plain words with commas between them.")
    return value


def _storable(text: str) -> str:
    return UNSTORABLE.sub("", text)


def _short(cell: Any) -> str:
    text = cell_text(cell)
    return text if len(text) <= 60 else text[:60] + "…"


# --- writing ----------------------------------------------------------------------------------------------------------------
def write_same(value: Any, locale: Locale) -> Any:
    return value


def write_amount(value: Decimal, locale: Locale) -> Decimal:
    """Without idle zeros, with two places where it has any."""
    cents = value.quantize(Decimal("0.01"))
    return cents if cents == value else value.normalize() + 0


def write_flag(value: bool, locale: Locale) -> str:
    return "yes" if value else "no"


def write_moment(value: datetime, locale: Locale) -> str:
    """The business's wall clock; with the offset where the wall clock alone is ambiguous (an hour in autumn)."""
    local = value.astimezone(locale.zone)
    wall = local.replace(tzinfo=None)
    text = wall.isoformat(" ", "minutes" if not wall.second and not wall.microsecond else "auto")
    return text if read_moment(text, locale) == value else local.isoformat(" ")


def write_words(value: list[str], locale: Locale) -> str:
    return _exact(", ".join(value), value, read_words, locale)


def write_pairs(value: dict[str, str], locale: Locale) -> str:
    return _exact("; ".join(f"{name}: {word}" for name, word in value.items()), value, read_pairs, locale)


def write_paths(value: list[str], locale: Locale) -> str:
    return " | ".join(value)


def write_addresses(value: list[str], locale: Locale) -> str:
    return "\n".join(value)


def _exact(text: str, value: Any, read: Callable[[Any, Locale], Any], locale: Locale) -> str:
    """The plain text where it reads back as the value, else JSON."""
    if not value:
        return ""
    try:
        if read(safe_cell(text), locale) == value:
            return text
    except Unreadable:
        pass
    return json.dumps(value, ensure_ascii=bool(UNPRINTABLE.search(text)))
