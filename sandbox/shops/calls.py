"""What was asked of a shop and how it ended, newest last. Keys and signatures are never kept, only the key's last four characters."""

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ShopCall:
    """One finished call. `outcome` is "ok", "error <code>" or "fault <kind>"; `query` has no secrets in it; `seq` counts up from 1."""

    seq: int
    at: datetime
    method: str
    endpoint: str
    path: str
    query: str
    signed: str
    key_tail: str
    outcome: str
    status: int


class CallLog:
    """A bounded log of calls with counters that are not bounded. Callers hold the shop's lock."""

    def __init__(self, size: int = 5000) -> None:
        self._calls: deque[ShopCall] = deque(maxlen=size)
        self.counts: Counter[str] = Counter()
        self.last = 0

    def record(
        self, at: datetime, method: str, endpoint: str, path: str, query: str, signed: str, key_tail: str, outcome: str, status: int
    ) -> ShopCall:
        """Add one call."""
        self.last += 1
        entry = ShopCall(self.last, at, method, endpoint, path, query, signed, key_tail, outcome, status)
        self._calls.append(entry)
        self.counts["calls"] += 1
        self.counts[endpoint] += 1
        self.counts["ok" if outcome == "ok" else "refused"] += 1
        return entry

    def since(self, number: int = 0, endpoint: str | None = None) -> list[ShopCall]:
        """Calls after number `number`, oldest first."""
        return [entry for entry in self._calls if entry.seq > number and endpoint in (None, entry.endpoint)]

    def clear(self) -> None:
        """Forget calls and counters; `seq` goes on."""
        self._calls.clear()
        self.counts.clear()
