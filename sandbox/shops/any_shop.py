"""What a shop of any kind is made of: a clock, faults, a log of calls, edits that wait for a call; and how it serves a request."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Generic

from sandbox.fault_box import Aimed, AimedFaults
from sandbox.shops.calls import CallLog, ShopCall
from sandbox.shops.client import post_here
from sandbox.shops.keeping import Keeper
from sandbox.shops.messages import ShopAnswer, ShopRequest
from sandbox.shops.post import PostOffice


class AnyShop(ABC, Generic[Aimed]):
    """Thread-safe. `clock`: aware datetimes, may be virtual; `post`: where its webhooks go out.

    `before_answer(call)` runs without the lock before each answer, so it may change the shop, block or raise.
    """

    def __init__(self, name: str, home: str, clock: Callable[[], datetime] | None, make_fault: Callable[..., Aimed]) -> None:
        self.lock = threading.RLock()
        self.name, self.home = name, home.rstrip("/")
        self.clock: Callable[[], datetime] = clock or _system_clock
        self.log = CallLog()
        self.faults = AimedFaults(make_fault, self._seconds)
        self.post = PostOffice(self._seconds, self.faults, post_here)
        self.save: Callable[[], None] = lambda: None
        self.plans: list[tuple[str, int, Callable[[], object]]] = []
        self.before_answer: Callable[[Any], None] | None = None

    def keep(self, keeper: Keeper) -> None:
        """From now on the shop is on disk, beginning with what is there."""
        keeper.load()
        self.save = keeper.save
        self.faults.changed = self._save

    def handle(self, request: ShopRequest) -> ShopAnswer:
        """Answer one request. What was planned for it (see `before`) happens first, and without the lock."""
        call = self.read(request)
        for act in self._due(call.names):
            act()
        if self.before_answer:
            self.before_answer(call)
        with self.lock:
            answer = self.serve(call)
            if call.endpoint != "picture":  # There are many, and they tell nothing.
                self.record(call, answer)
            self.save()
        return answer

    @abstractmethod
    def read(self, request: ShopRequest) -> Any:
        """The request as this kind of shop sees it: `endpoint`, and as `names` all that edits and faults may aim at."""

    @abstractmethod
    def serve(self, call: Any) -> ShopAnswer:
        """The answer, as faults leave it."""

    @abstractmethod
    def record(self, call: Any, answer: ShopAnswer) -> None:
        """A line for the log."""

    def before(self, number: int, act: Callable[[], object], endpoint: str = "products") -> None:
        """Do something right before the `number`-th call of an endpoint (or that names a root field) from now on (1: the next one), once.

        For scripted edits while pages are read: `shop.before(4, lambda: shop.trash(17))`.
        """
        with self.lock:
            self.plans.append((endpoint, number, act))

    def deliver(self) -> int:
        """Send the webhooks that are due; how many there were."""
        return self.post.deliver()

    def calls(self, endpoint: str | None = None, since: int = 0) -> list[ShopCall]:
        """Recorded calls after number `since` (see `last_call`), oldest first; `endpoint`: of that alone, as the kind's Call names it."""
        with self.lock:
            return self.log.since(since, endpoint)

    @property
    def last_call(self) -> int:
        """The number of the newest call."""
        return self.log.last

    @contextmanager
    def work(self) -> Iterator[None]:
        """Something is done to the shop by hand: under the lock, and on disk when it is done."""
        with self.lock:
            yield
            self.save()

    def now(self) -> int:
        """Seconds since 1970 by the shop's clock."""
        return int(self._seconds())

    def _seconds(self) -> float:
        return self.clock().timestamp()

    def _save(self) -> None:
        with self.lock:
            self.save()

    def _due(self, names: set[str]) -> list[Callable[[], object]]:
        with self.lock:
            counted = [(name, number - (name in names), act) for name, number, act in self.plans]
            self.plans = [plan for plan in counted if plan[1] > 0]
            return [act for _, number, act in counted if number <= 0]


def plain(fields: dict[str, Any]) -> dict[str, Any]:
    """What is done by hand, as it is kept: datetimes as seconds, lists as tuples."""
    kept = {}
    for name, value in fields.items():
        if isinstance(value, datetime):
            value = int(value.timestamp())
        kept[name] = tuple(value) if isinstance(value, list) else value
    return kept


def _system_clock() -> datetime:
    return datetime.now(UTC)
