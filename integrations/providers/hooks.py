"""Webhooks of shops, whatever the kind: what one delivery tells us, and how hooks are entered in a shop. No Django, no network in here.

What a shop sends is a hint that something has changed, never the change itself: the product is fetched again. So deliveries that come
twice, late, in another order or not at all do no harm.

Each kind of shop has a pure module `webhook` (see `WebhookModule`) and its own `ShopHooks`.
"""

import base64
import hashlib
import hmac
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from common.parsed_json import parse_json
from common.signing import equal

LONGEST_ID, LONGEST_TOPIC, LONGEST_KEPT = 100, 60, 100  # characters
LARGEST_NUMBER = 2**63 - 1
Headers = Mapping[str, str]


class News(StrEnum):
    """What a delivery is about."""

    PRODUCTS = "products"
    SHOP = "shop"
    UNINSTALLED = "uninstalled"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Event:
    """topic: the shop's own word; delivery_id: the same in each repetition of one delivery, "" where the shop does not say.

    product_ids: what to fetch again; shop: whose news the (signed) body says it is, "" where it does not; kept: what is stored of the
    body: short, and nothing about customers ("shop" again among it); note: why there is nothing to do.
    """

    topic: str
    delivery_id: str = ""
    news: News = News.NOTHING
    product_ids: tuple[str, ...] = ()
    shop: str = ""
    kept: dict[str, Any] = field(default_factory=dict)
    note: str = ""


class WebhookModule(Protocol):
    """providers/<name>/webhook.py. headers: names in lower case. Pure.

    SIGNED_WITH: names of the credentials that sign deliveries; empty = with a secret that we choose when a hook is entered.
    WRONGLY_SIGNED: what it means, for a merchant, when the shop's deliveries come with another signature, and what to do.
    """

    SIGNED_WITH: tuple[str, ...]
    WRONGLY_SIGNED: str

    def is_ping(self, headers: Headers, body: bytes) -> bool:
        """Whether it only asks if somebody is there; such a question is not signed."""

    def signature(self, headers: Headers) -> str:
        """As it was given, "" without."""

    def verify(self, body: bytes, headers: Headers, secrets: Sequence[str]) -> bool:
        """Whether one of the secrets has signed these very bytes. An empty secret signs nothing."""

    def parse(self, headers: Headers, body: bytes) -> Event:
        """What it tells; never raises, whatever stands in it."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook as the shop has it. address: where it delivers; is_on: False where the shop has switched it off."""

    id: str
    topic: str
    address: str
    is_on: bool = True


class ShopHooks(ABC):
    """The hooks of one shop. Network; raises the four errors of common/errors.py.

    topics: what we want to be told. shop_url: where the shop itself is reached. obstacle: why hooks would be of no use, in words (there is
    nothing to check their signature with); "" = they would.
    """

    topics: tuple[str, ...] = ()
    shop_url = ""
    obstacle = ""

    @abstractmethod
    def found(self) -> list[Hook]:
        """All that this key can see, other people's included."""

    @abstractmethod
    def create(self, topic: str, address: str, secret: str) -> Hook:
        """Enters one."""

    @abstractmethod
    def mend(self, hook: Hook, secret: str) -> None:
        """Switches one on (again), and gives it our secret."""

    def secret_is_refused(self) -> bool:
        """Whether the shop does not take the secret any more that should sign its deliveries; False where that cannot be asked."""
        return False

    @abstractmethod
    def delete(self, hook: Hook) -> None:
        """Removes one; fine when it is gone already."""


def signed_by(secrets: Sequence[str], given: str, body: bytes) -> bool:
    """Whether `given` is the base64 of HMAC-SHA256 over these bytes with one of the secrets: as both kinds of shop sign."""
    digests = [hmac.new(secret.encode(), body, hashlib.sha256).digest() for secret in secrets if secret]
    # Every pair is compared, whatever an earlier one said.
    return any([equal(given.strip(), base64.b64encode(digest)) for digest in digests])  # noqa: C419


def body_of(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; {} where there is none."""
    try:
        parsed = parse_json(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def number_in(value: Any) -> str:
    """A shop's id as text, "" for what is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_NUMBER:
        return ""
    return str(value)


def line_in(value: str | None, longest: int) -> str:
    """A header as it may be stored: printable, and not longer than that."""
    return "".join(character for character in (value or "")[: longest * 2] if character.isprintable()).strip()[:longest]


def delivery_in(written: str | None, *more: str) -> str:
    """The id of a delivery; one that is too long is told by its hash. more: what else tells deliveries apart."""
    name = (written or "").strip()
    if not name:
        return ""
    whole = "-".join((name, *more))
    return whole if whole.isprintable() and len(whole) <= LONGEST_ID else hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()


def kept_of(data: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The short plain values of these names."""
    found = {name: data[name] for name in names if isinstance(data.get(name), (str, int, bool))}
    return {name: value[:LONGEST_KEPT] if isinstance(value, str) else value for name, value in found.items() if _is_short(value)}


def _is_short(value: Any) -> bool:
    return not isinstance(value, int) or abs(value) <= LARGEST_NUMBER
