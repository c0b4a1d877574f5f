"""What every edge needs at hand: the store, the clock, the faults, the counters and the knobs. No rules of the remote side."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox.graph.audit import AuditLog
from sandbox.graph.call import Call
from sandbox.graph.faults import Fault, GraphFaults
from sandbox.graph.messages import GraphAnswer
from sandbox.graph.store import Store

SettleOrder = str | Callable[[list[str]], list[str]]


def _system_clock() -> datetime:
    return datetime.now(UTC)


class World:
    """State and knobs of one stand-in.

    `review_delay`: seconds until a new or changed item has been reviewed (0: approved at once, see review.py).
    `batch_delay`: seconds until a handle is ready (None: only by hand). `settle_order`: fifo, lifo or a callable that orders handles.
    `price_style`: "en" ($1,299.00) or "de" (1.299,00 €). `keep_payloads` keeps parameters in the audit log. `enforce_limits` throttles as
    Meta does (8 batch calls a minute per catalog). `sleep` is called with seconds where a fault makes the caller wait; None waits not at
    all. `before_apply(call)` and `after_apply(call, answer)` run without the lock, so they may block.
    """

    def __init__(self, store: Store | None = None, clock: Callable[[], datetime] | None = None) -> None:
        self.lock = threading.RLock()
        self.store = store or Store()
        self.clock = clock or _system_clock
        self.faults = GraphFaults()
        self.faults.changed = self._save_faults
        self.audit = AuditLog()
        self.ignored_parameters: Counter[str] = Counter()
        self.batch_delay: float | None = 0.3
        self.review_delay = 0.0
        self.settle_order: SettleOrder = "fifo"
        self.price_style = "en"
        self.keep_payloads = False
        self.enforce_limits = False
        self.sleep: Callable[[float], None] | None = None
        self.before_apply: Callable[[Call], None] | None = None
        self.after_apply: Callable[[Call, GraphAnswer], None] | None = None
        self.windows: dict[str, Any] = {}
        self._load_faults()

    def now(self) -> float:
        """Seconds since 1970 by the stand-in's clock."""
        return self.clock().timestamp()

    def ignore(self, edge: str, name: str) -> None:
        """Count a parameter that Meta swallows without a word."""
        self.ignored_parameters[f"{edge}:{name}"] += 1

    def new_id(self, first_digits: str) -> str:
        """A numeric id of 15 to 17 digits; the longest are beyond what a float or a JavaScript number can hold."""
        number = self.store.next_number()
        return f"{first_digits}{number * 7919 % 10**4:04d}{number:0{(9, 10, 11)[number % 3]}d}"

    def find_item(self, catalog_id: str, retailer_id: str) -> dict[str, Any] | None:
        """The item with this retailer_id, exact and current."""
        item_id = self.store.by_retailer.get(catalog_id, {}).get(retailer_id)
        return self.store.items[item_id] if item_id else None

    def find_every(self, catalog_id: str, retailer_id: str) -> list[dict[str, Any]]:
        """The items with this retailer_id: none, one, or more where an import went wrong (`add_twin`)."""
        found = self.find_item(catalog_id, retailer_id)
        twins = self.store.twins.get(catalog_id, {}).get(retailer_id, [])
        return [found, *(self.store.items[key] for key in twins)] if found else []

    def group_id(self, catalog_id: str, retailer_id: str) -> str:
        """The id of a product group, made on first use."""
        key = f"{catalog_id}:{retailer_id}"
        group = self.store.groups.get(key)
        if group is None:
            group = {"id": self.new_id("51")}
            self.store.put("group", key, group)
        return group["id"]

    def _save_faults(self) -> None:
        self.store.put("note", "faults", {"faults": [fault.to_dict() for fault in self.faults]})

    def _load_faults(self) -> None:
        for body in self.store.notes.get("faults", {}).get("faults", []):
            self.faults.add(Fault(**body))
