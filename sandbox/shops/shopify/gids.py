"""Global ids: gid://shopify/Product/123."""

import re
from datetime import UTC, datetime

from sandbox.shops.shopify.errors import Trouble

_FORM = re.compile(r"gid://shopify/([A-Za-z]+)/(\d+)(\?.*)?")


def gid(kind: str, number: int) -> str:
    """The global id of a thing."""
    return f"gid://shopify/{kind}/{number}"


def number_in(value: str, kind: str = "") -> int:
    """The number in a global id (of this kind); 0 where it is of another kind. Raises Trouble where it is none at all."""
    found = _FORM.fullmatch(value)
    if found is None:
        raise Trouble(f"Invalid global id '{value}'", "argumentLiteralsIncompatible")
    return int(found[2]) if kind in ("", found[1]) else 0


def kind_in(value: str) -> str:
    """The kind a global id names. Raises Trouble where it is none."""
    number_in(value)
    return value.split("/")[3]


def moment(seconds: int | float | None) -> str | None:
    """A DateTime as Shopify writes it, in UTC; None for None."""
    return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
