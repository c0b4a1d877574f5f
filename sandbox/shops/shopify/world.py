"""State and knobs of one Shopify shop. What the API says lives elsewhere, and so does what people do to the shop by hand."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

from sandbox.fault_box import AimedFaults
from sandbox.shops.calls import CallLog
from sandbox.shops.shopify.bulk_state import BulkState
from sandbox.shops.shopify.cost import Bucket
from sandbox.shops.shopify.faults import Fault
from sandbox.shops.shopify.shelf import Shelf

if TYPE_CHECKING:
    from sandbox.shops.shopify.call import Call

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


class World:
    """One shop at `home`, for example "https://tea.myshopify.com"; its bulk files lie below `files`.

    Knobs, all of which may be turned at any time: `currency`, `timezone`, `title`, `plan`; `bucket.size` and `bucket.rate` (100 points a
    second, of 2,000 at most); `bulk_seconds` until a bulk operation is done; `index_lag` seconds until the search finds a change; `clock`.
    `before_answer(call)` runs without the lock before each answer, so it may change the shop, block or raise.
    """

    def __init__(self, name: str, domain: str, home: str, files: str, clock: Callable[[], datetime] | None) -> None:
        self.lock = threading.RLock()
        self.name, self.domain, self.home, self.files = name, domain, home.rstrip("/"), files.rstrip("/")
        self.clock: Callable[[], datetime] = clock or _system_clock
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
        self.log = CallLog()
        self.bucket = Bucket(lambda: self.clock().timestamp())
        self.faults = AimedFaults(Fault, lambda: self.clock().timestamp())
        self.frozen: dict[int, Any] = {}
        self.save: Callable[[], None] = lambda: None
        self.plans: list[tuple[str, int, Callable[[], object]]] = []
        self.before_answer: Callable[[Call], None] | None = None

    @contextmanager
    def work(self) -> Iterator[None]:
        """Something is done to the shop by hand: under the lock, and on disk when it is done."""
        with self.lock:
            yield
            self.save()

    def now(self) -> int:
        """Seconds since 1970 by the shop's clock."""
        return int(self.clock().timestamp())


def _system_clock() -> datetime:
    return datetime.now(UTC)
