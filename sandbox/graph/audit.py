"""What was asked and how it ended, newest last. Tokens are never kept, only their last four characters."""

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.graph.call import Call


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One finished call. `outcome` is "ok", "error <code>" or "fault <kind>"; `seq` counts up from 1."""

    seq: int
    at: datetime
    method: str
    edge: str
    version: int
    catalog_id: str | None
    business_id: str | None
    token_tail: str
    retailer_ids: tuple[str, ...]
    outcome: str
    status: int
    code: int | None
    handle: str | None
    payload: dict[str, Any] | None

    @property
    def writes(self) -> bool:
        """Whether the call wanted to change something."""
        return self.method != "GET"


class AuditLog:
    """A bounded log of calls with counters that are not bounded."""

    def __init__(self, size: int = 5000) -> None:
        self._calls: deque[CallRecord] = deque(maxlen=size)
        self.counts: Counter[str] = Counter()
        self.last = 0

    def record(self, call: Call, at: datetime, outcome: str, status: int, code: int | None, keep_payload: bool) -> CallRecord:
        """Add one call."""
        self.last += 1
        payload = {key: value for key, value in call.params.items() if key not in _SECRET} if keep_payload else None
        entry = CallRecord(
            self.last, at, call.method, call.edge, call.version, call.catalog_id, call.business_id, call.token[-4:], call.retailer_ids,
            outcome, status, code, call.handle, payload,
        )  # fmt: skip
        self._calls.append(entry)
        self.counts["calls"] += 1
        self.counts[call.edge] += 1
        self.counts["writes" if entry.writes else "reads"] += 1
        self.counts["refused" if outcome != "ok" else "ok"] += 1
        return entry

    def since(self, kind: str | None = None, since: int = 0) -> list[CallRecord]:
        """Calls with a higher `seq` than `since`; `kind` is an edge name, "read" or "write"."""
        entries = [entry for entry in self._calls if entry.seq > since]
        if kind in ("read", "write"):
            return [entry for entry in entries if entry.writes == (kind == "write")]
        return [entry for entry in entries if kind is None or entry.edge == kind]

    def clear(self) -> None:
        """Forget calls and counters; `seq` goes on."""
        self._calls.clear()
        self.counts.clear()


_SECRET = frozenset({"access_token", "appsecret_proof", "input_token"})
