"""Values that a shop's answer may hold, in any form, made into ours: texts, markup, amounts, counts, moments, addresses. Pure.

Shops' plugins write anything anywhere. What cannot be read is noted as a FieldProblem and left out; nothing here raises for a value.
"""

import math
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit

from common.html_text import html_to_text
from integrations.records import FieldProblem
from products_and_services.spreadsheets.values import Locale, plain, read_amount

LARGEST_AMOUNT = Decimal("9999999999.9999")  # More would be left out later, and a variation without price has its product's.
LONGEST_LINE = 4000  # Of markup that a line is made of.
PLAIN_AMOUNT = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,10})?\Z")
PLAIN_ADDRESS = re.compile(r"https?://[a-zA-Z0-9.-]+(?:/[a-zA-Z0-9._~%/?&=+,;:()-]*)?\Z")
KEPT_IN_ADDRESSES = "%/?#[]!$&'()*+,;=:@~"


class Problems:
    """Collects what could not be taken over. subject: the variation it is about, "" for the product."""

    def __init__(self, subject: str = "", found: list[FieldProblem] | None = None) -> None:
        self.subject = subject
        self.found: list[FieldProblem] = [] if found is None else found

    def note(self, field: str, code: str, message: str) -> None:
        """One problem more."""
        self.found.append(FieldProblem(field, code, message, self.subject))

    def about(self, subject: str) -> "Problems":
        """The same collection, for a part of the product."""
        return Problems(subject, self.found)


def shown(value: Any) -> str:
    """A value as it can stand in a message."""
    if isinstance(value, str):
        text = plain(value)
    elif value is None or isinstance(value, (bool, float, Decimal)) or (isinstance(value, int) and abs(value) < 10**40):
        text = str(value)
    elif isinstance(value, int):
        text = "a very large number"
    else:
        text = "a list" if isinstance(value, list) else "a group of values"
    return text if len(text) <= 60 else text[:60] + "…"


def read_text(value: Any, field: str, problems: Problems) -> str:
    """The text without what no database takes; "" for none. Numbers are texts too."""
    if isinstance(value, str):
        return plain(value)
    if value is None or value is False:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 10**40:
        return str(value)
    problems.note(field, "not_a_text", f"The shop sent {shown(value)} where a text belongs, so it was left out. Correct it in the shop.")
    return ""


def read_line(value: Any, field: str, problems: Problems, limit: int = LONGEST_LINE) -> str:
    """One line of plain text: tags off, entities decoded, spaces folded, the end cut where it is longer than `limit`."""
    text = " ".join(plain(html_to_text(read_text(value, field, problems)[:LONGEST_LINE])).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def read_money(value: Any, field: str, problems: Problems) -> Decimal | None:
    """Major units as they stand there; None for blank, and for what is no amount of money (noted)."""
    if isinstance(value, str):
        value = value.strip()
        if PLAIN_AMOUNT.match(value):
            return Decimal(value)
    if value is None or value == "":
        return None
    amount = _number(value)
    if amount is None or amount < 0:
        words = "is not a number" if amount is None else "is below zero"
        problems.note(field, "not_an_amount", f"“{shown(value)}” {words}, so there is no price. Correct it in the shop.")
        return None
    if amount > LARGEST_AMOUNT:
        problems.note(field, "amount_too_large", f"“{shown(value)}” is more than any price here. Correct it in the shop.")
        return None
    return amount


def read_count(value: Any, field: str, problems: Problems) -> int | None:
    """A whole number, fractions rounded down; None where there is none or what stands there is no number (noted)."""
    if value is None or value == "" or type(value) is int:
        return None if value == "" else value
    number = _number(value)
    if number is None:
        problems.note(field, "not_a_number", f"“{shown(value)}” is not a number of pieces. Correct it in the shop.")
        return None
    return math.floor(number)


def _number(value: Any) -> Decimal | None:
    """The finite number that a value means, else None."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    try:
        return Decimal(value) if isinstance(value, int) else read_amount(value, Locale())
    except ValueError:
        return None


def read_utc(value: Any) -> datetime | None:
    """A moment; without an offset it is UTC. None for none. Raises ValueError for what is no moment."""
    if value is None or value == "" or value is False:
        return None
    if not isinstance(value, str):
        raise ValueError("not a moment")
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("not a moment") from None


def read_address(value: Any) -> str:
    """An absolute http(s) address in plain ASCII, percent-encoded where needed. Raises ValueError for anything else."""
    text = value.strip() if isinstance(value, str) else ""
    if PLAIN_ADDRESS.match(text):
        return text
    parts = urlsplit(f"https:{text}" if text.startswith("//") else text)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password or "\\" in text:
        raise ValueError("not a web address")
    if not host.isascii():
        host = host.encode("idna").decode()
    port = f":{parts.port}" if parts.port else ""
    rest = quote(plain(parts._replace(scheme="", netloc="").geturl()), safe=KEPT_IN_ADDRESSES)
    address = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{rest}"
    if any(not sign.isprintable() or sign in " \"<>'" for sign in host):
        raise ValueError("not a web address")
    return address
