"""What goes in and what comes out of a shop: one request, one answer. No behaviour, no transport."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass(slots=True)
class ShopRequest:
    """One HTTP request. `url` is the whole address as the caller wrote it, the scheme included: a shop behind a proxy may see another."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str:
        """The value of a header, whatever its case, or an empty string."""
        wanted = name.lower()
        return next((str(value) for key, value in self.headers.items() if key.lower() == wanted), "")

    @property
    def path(self) -> str:
        """The path alone, still percent-encoded."""
        return urlsplit(self.url).path

    @property
    def query(self) -> str:
        """The raw query."""
        return urlsplit(self.url).query


@dataclass(slots=True)
class ShopAnswer:
    """One answer. `fault` tells the transport to misbehave: reset, hang, cut (the connection ends in the middle of the body).

    `delay` is in seconds, before anything is sent. `more` follows the body piece by piece, `more_length` bytes of it: a file too large to
    hold. `endless`: after that this block is sent again and again, for ever.
    """

    status: int
    headers: dict[str, str]
    body: bytes = b""
    fault: str = ""
    delay: float = 0.0
    endless: bytes = b""
    more: Iterable[bytes] = ()
    more_length: int = 0

    @property
    def length(self) -> int | None:
        """Bytes of the whole body; None where it never ends."""
        return None if self.endless else len(self.body) + self.more_length

    def json(self) -> Any:
        """The decoded body; raises ValueError where the body is not JSON."""
        return json.loads(self.body)

    def blocks(self) -> Iterator[bytes]:
        """The body piece by piece; it need not end."""
        yield self.body
        yield from self.more
        while self.endless:
            yield self.endless
