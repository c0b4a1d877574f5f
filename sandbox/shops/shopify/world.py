"""State and knobs of one Shopify shop. What the API says lives elsewhere, and so does what people do to the shop by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zlib import crc32

from sandbox.shops.any_shop import AnyShop
from sandbox.shops.shopify.bulk_state import BulkState
from sandbox.shops.shopify.cost import Bucket
from sandbox.shops.shopify.faults import Fault
from sandbox.shops.shopify.shelf import Shelf

ALL_SCOPES = ("read_products", "read_inventory", "read_locations", "read_publications", "read_orders", "write_orders")
TOKEN_SECONDS = 86_399


@dataclass(slots=True)
class App:
    """An app of the merchant's: `client_secret` signs its webhooks. `token` never ends (an old custom app); `granted` end with time."""

    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ALL_SCOPES
    token: str = field(default="", repr=False)
    installed: bool = True
    granted: dict[str, float] = field(default_factory=dict, repr=False)


@dataclass(slots=True, kw_only=True)
class Hook:
    """A webhook subscription. `failures` counts deliveries that failed in a row; the eighth deletes it."""

    id: int = 0
    client_id: str = ""
    topic: str = ""
    uri: str = ""
    format: str = "JSON"
    include_fields: tuple[str, ...] = ()
    failures: int = 0
    created: int = 0


class World(AnyShop[Fault]):
    """One shop at `home`, for example "https://tea.myshopify.com"; its bulk files lie below `files`.

    Knobs, all of which may be turned at any time: `currency`, `timezone`, `title`, `plan`; `bucket.size` and `bucket.rate` (100 points a
    second, of 2,000 at most); `bulk_seconds` until a bulk operation is done; `index_lag` seconds until the search finds a change; `clock`.
    """

    def __init__(self, name: str, domain: str, home: str, files: str, clock: Callable[[], datetime] | None) -> None:
        super().__init__(name, home, clock, Fault)
        self.domain, self.files = domain, files.rstrip("/")
        self.title = name.replace("-", " ").title()
        self.currency, self.timezone, self.plan = "USD", "UTC", "Basic"
        self.opened = self.now()
        self.number = 60_000_000 + crc32(domain.encode()) % 10_000_000
        self.location = 71000001
        self.publication = 91000001
        self.bulk_seconds = 1.0
        self.index_lag = 0.0
        self.apps: dict[str, App] = {}
        self.hooks: dict[int, Hook] = {}
        self.shelf = Shelf()
        self.bulk = BulkState()
        self.bucket = Bucket(lambda: self.clock().timestamp())
        self.frozen: dict[int, Any] = {}
