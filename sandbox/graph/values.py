"""Reading one parameter by its rule: raw text or JSON in, the item's spelling out. Pure; which parameters exist is schema.py's matter."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from sandbox.graph import money
from sandbox.graph.schema import CURRENCIES, Rule

CLEAR = None  # a parsed value of None takes the field off the item


class BadValue(ValueError):
    """The value breaks its rule; the text is how Graph words it, without the "(#100)"."""


def parse(name: str, raw: Any, rule: Rule) -> Any:
    """The value for the item, or CLEAR for an empty one. Raises BadValue."""
    if rule.kind not in ("uint", "money") and (raw == "" or raw == []):
        return CLEAR
    return _READERS[rule.kind](name, raw, rule)


def _text(name: str, raw: Any, rule: Rule) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise BadValue(f"Param {name} must be a string")
    text = str(raw)
    if rule.limit and len(text) > rule.limit:
        raise BadValue(f"Param {name} must be no longer than {rule.limit} characters")
    if not text.strip() and text:
        raise BadValue(f"Param {name} must be a non-empty string")
    return text


def _uint(name: str, raw: Any, rule: Rule) -> int:
    if isinstance(raw, bool):
        raise BadValue(f"Param {name} must be an integer")
    if isinstance(raw, int):
        value = raw
    elif isinstance(raw, str) and re.fullmatch(r"[+-]?\d{1,15}", raw):
        value = int(raw)
    else:
        raise BadValue(f"Param {name} must be {'an integer' if _is_number(raw) else 'a number'}")
    if value < 0:
        raise BadValue(f"Param {name} must be greater than or equal to 0")
    return value


def _is_number(raw: Any) -> bool:
    try:
        Decimal(str(raw))
    except InvalidOperation:
        return False
    return True


def _currency(name: str, raw: Any, rule: Rule) -> str:
    if raw not in CURRENCIES:
        raise BadValue(f"Param {name} must be a valid ISO 4217 currency code")
    return str(raw)


def _money(name: str, raw: Any, rule: Rule) -> str | None:
    if raw == "" and name == "sale_price":
        return CLEAR
    price = money.from_text(raw) if isinstance(raw, str) else None
    if price is None or price.split(" ")[1] not in CURRENCIES:
        raise BadValue(f"The value of '{name}' must be an amount, one space and an ISO currency code, such as '9.99 USD'")
    return price


def _enum(name: str, raw: Any, rule: Rule) -> str:
    if not isinstance(raw, str) or raw not in rule.choices:
        raise BadValue(f"Param {name} must be one of {{{', '.join(rule.choices)}}}")
    return raw


def _country(name: str, raw: Any, rule: Rule) -> str:
    if not isinstance(raw, str) or not re.fullmatch(r"[A-Z]{2}", raw):
        raise BadValue(f"Param {name} must be an ISO 3166-1 alpha-2 country code")
    return raw


def _url(name: str, raw: Any, rule: Rule) -> str:
    parts = urlsplit(raw) if isinstance(raw, str) and len(raw) <= 2048 and not re.search(r"\s", raw) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadValue(f"Param {name} must be a valid URI")
    return raw


def _decoded(name: str, raw: Any, shape: type, word: str) -> Any:
    """Forms carry lists and maps as JSON text; JSON bodies carry them as they are."""
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            raise BadValue(f"Param {name} must be {word}") from None
    if not isinstance(raw, shape):
        raise BadValue(f"Param {name} must be {word}")
    return raw


def _list(name: str, raw: Any, rule: Rule) -> list[Any]:
    entries = _decoded(name, raw, list, "an array.")
    if rule.limit and len(entries) > rule.limit:
        raise BadValue(f"Param {name} must have at most {rule.limit} entries")
    return entries


def _urls(name: str, raw: Any, rule: Rule) -> list[str]:
    return [_url(f"{name}[{n}]", entry, rule) for n, entry in enumerate(_list(name, raw, rule))]


def _images(name: str, raw: Any, rule: Rule) -> list[str]:
    """`image`: [{"url": .., "tag": [..]}], the first one is the main picture."""
    entries = _list(name, raw, rule)
    if not all(isinstance(entry, dict) for entry in entries):
        raise BadValue(f"Param {name} must be an array of objects with a url")
    return [_url(f"{name}[{n}][url]", entry.get("url"), rule) for n, entry in enumerate(entries)]


def _map(name: str, raw: Any, rule: Rule) -> dict[str, Any]:
    return _decoded(name, raw, dict, "a valid JSON object")


def _attributes(name: str, raw: Any, rule: Rule) -> dict[str, str]:
    """Read "Scent:Fruity,Flavor:Apple" -> a map."""
    pairs = [entry.partition(":") for entry in _text(name, raw, rule).split(",")]
    if not all(colon and key.strip() and value.strip() for key, colon, value in pairs):
        raise BadValue(f"The value of '{name}' must look like 'Scent:Fruity,Flavor:Apple'")
    return {key.strip(): value.strip() for key, _, value in pairs}


def _moment(name: str, raw: Any) -> str:
    try:
        moment = datetime.fromisoformat(str(raw).replace("Z", "+00:00"))
    except ValueError:
        raise BadValue(f"Param {name} must be a valid ISO 8601 date") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def _date(name: str, raw: Any, rule: Rule) -> str:
    return _moment(name, raw)


def _period(name: str, raw: Any, rule: Rule) -> tuple[str, str]:
    """Read "start/end": both moments."""
    start, slash, end = str(raw).partition("/")
    if not slash or not start or not end:
        raise BadValue(f"The value of '{name}' must be 'start/end' in ISO 8601")
    return _moment(name, start), _moment(name, end)


def _bool(name: str, raw: Any, rule: Rule) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if isinstance(raw, bool):
        return raw
    if str(raw).lower() not in known:
        raise BadValue(f"Param {name} must be a boolean")
    return known[str(raw).lower()]


def _any(name: str, raw: Any, rule: Rule) -> Any:
    return raw


_READERS: dict[str, Callable[[str, Any, Rule], Any]] = {
    "text": _text, "uint": _uint, "currency": _currency, "money": _money, "enum": _enum, "country": _country, "url": _url, "urls": _urls,
    "images": _images, "list": _list, "map": _map, "attributes": _attributes, "date": _date, "period": _period, "bool": _bool, "any": _any,
}  # fmt: skip
