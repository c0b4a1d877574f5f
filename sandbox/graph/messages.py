"""What goes in and what comes out of the stand-in: one request, one answer. No behaviour, no transport."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class GraphRequest:
    """One HTTP request: `path` starts with a slash, `params` is the decoded query, `body` the raw bytes."""

    method: str
    path: str
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str:
        """The value of a header, whatever its case, or an empty string."""
        wanted = name.lower()
        return next((str(value) for key, value in self.headers.items() if key.lower() == wanted), "")


@dataclass(slots=True)
class GraphAnswer:
    """One answer. `fault` tells the transport to misbehave instead of (or while) delivering it; `delay` is in seconds.

    Faults: reset_before (nothing was applied), reset_after (applied, connection closed), hang (nothing applied, no answer), timeout_after
    (applied, no answer), cut (the connection ends in the middle of the body).
    """

    status: int
    headers: dict[str, str]
    body: bytes
    fault: str | None = None
    delay: float = 0.0

    @property
    def length(self) -> int | None:
        """Bytes of the body."""
        return len(self.body)

    def blocks(self) -> Iterator[bytes]:
        """The body, in one piece."""
        yield self.body

    def json(self) -> Any:
        """The decoded body; raises ValueError where the body is not JSON."""
        return json.loads(self.body)
