"""A shop behind a requests.Session: requests in, responses and network errors out, no socket involved.

`session_for(shop)` is the short way; `session.mount(origin, ShopAdapter(shop.handle))` the long one.
"""

import io
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import ProtocolError
from urllib3.response import HTTPResponse

from sandbox.shops.messages import ShopAnswer, ShopRequest

Handler = Callable[[ShopRequest], ShopAnswer]


class Shop(Protocol):
    """Any kind of shop."""

    def handle(self, request: ShopRequest) -> ShopAnswer:
        """Answer one request."""


def session_for(shop: Shop, sleep: Callable[[float], None] | None = None) -> requests.Session:
    """A session in which every address leads to this shop."""
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, ShopAdapter(shop.handle, sleep))
    return session


class ShopAdapter(BaseAdapter):
    """Faults become what the real network would have raised: ConnectionError, ReadTimeout, ChunkedEncodingError while reading.

    `sleep` is called with the seconds that a slow answer takes (never more than the read timeout); None waits not at all.
    """

    def __init__(self, handle: Handler, sleep: Callable[[float], None] | None = None) -> None:
        super().__init__()
        self.handle = handle
        self.sleep = sleep

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Hand the request to the shop. A delay above the read timeout is a ReadTimeout; the shop has counted the call all the same."""
        answer = self.handle(_to_shop(request))
        self._wait(answer, request, _read_timeout(timeout))
        if answer.fault == "reset":
            broken = ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))
            raise requests.ConnectionError(broken, request=request)
        response = HTTPAdapter().build_response(request, _raw(answer, request.method or "GET"))
        if not stream:
            _ = response.content  # reads the body, as a session without stream does; a cut body raises here
        return response

    def close(self) -> None:
        """Nothing is held open."""

    def _wait(self, answer: ShopAnswer, request: requests.PreparedRequest, limit: float | None) -> None:
        if self.sleep and answer.delay:
            self.sleep(min(answer.delay, limit) if limit is not None else answer.delay)
        if answer.fault == "hang" or (limit is not None and answer.delay > limit):
            raise requests.ReadTimeout(f"Read timed out. (read timeout={limit})", request=request)


class _Body(io.RawIOBase):
    """A body that comes in pieces and may never end."""

    def __init__(self, answer: ShopAnswer) -> None:
        self._blocks = answer.blocks()
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = block
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)


def _read_timeout(timeout: Any) -> float | None:
    if isinstance(timeout, tuple):
        return timeout[1]
    return getattr(timeout, "read_timeout", timeout)


def _to_shop(request: requests.PreparedRequest) -> ShopRequest:
    body = request.body or b""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = body.read() if hasattr(body, "read") else b"".join(body)
    return ShopRequest(request.method or "GET", request.url or "", dict(request.headers), body)


def _raw(answer: ShopAnswer, method: str) -> HTTPResponse:
    headers = dict(answer.headers)
    if not answer.endless:
        headers["Content-Length"] = str(len(answer.body))
    if answer.fault == "cut":
        answer.body = answer.body[: len(answer.body) // 2]
    return HTTPResponse(
        body=io.BytesIO() if method == "HEAD" else _Body(answer), headers=headers, status=answer.status, reason=None, version=11,
        version_string="HTTP/1.1", preload_content=False, enforce_content_length=method != "HEAD", request_method=method,
    )  # fmt: skip
