"""A stand-in behind a requests.Session: requests in, responses and network errors out, no socket involved.

What a request means to a stand-in, and what its answers are called, the adapters of graph/ and shops/ know.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import ProtocolError
from urllib3.response import HTTPResponse


class Answer(Protocol):
    """What any stand-in answers: see the messages.py of each. `length` is that of the whole body; None: it never ends."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> dict[str, str]:
        """Without Content-Length."""

    @property
    def fault(self) -> str | None:
        """How the transport is to misbehave, if at all."""

    @property
    def delay(self) -> float:
        """Seconds before anything is sent."""

    @property
    def length(self) -> int | None:
        """Bytes of the body in all."""

    def blocks(self) -> Iterator[bytes]:
        """The body piece by piece."""


class WireAdapter(BaseAdapter):
    """Faults become what the real network would have raised: ConnectionError, ReadTimeout, ChunkedEncodingError while reading.

    Subclasses say how a request is asked (`ask`), how long a wait is (`wait`) and which faults reset or silence the connection.
    """

    resets: frozenset[str] = frozenset({"reset"})
    silences: frozenset[str] = frozenset({"hang"})

    def ask(self, request: requests.PreparedRequest) -> Answer:
        """The stand-in's answer."""
        raise NotImplementedError

    def wait(self, seconds: float) -> None:
        """Let the time of a slow answer pass, or not."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """A delay above the read timeout is a ReadTimeout; the stand-in has counted the call all the same."""
        answer = self.ask(request)
        limit = _read_timeout(timeout)
        if answer.delay:
            self.wait(min(answer.delay, limit) if limit is not None else answer.delay)
        if answer.fault in self.silences or (limit is not None and answer.delay > limit):
            raise requests.ReadTimeout(f"Read timed out. (read timeout={limit})", request=request)
        if answer.fault in self.resets:
            broken = ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))
            raise requests.ConnectionError(broken, request=request)
        response = HTTPAdapter().build_response(request, _raw(answer, request.method or "GET"))
        if not stream:
            _ = response.content  # reads the body, as a session without stream does; a cut body raises here
        return response

    def close(self) -> None:
        """Nothing is held open."""


def body_of(request: requests.PreparedRequest) -> bytes:
    """The body as it goes out, whatever it was given as."""
    body = request.body or b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes):
        return body
    return body.read() if hasattr(body, "read") else b"".join(body)


class _Body(io.RawIOBase):
    """A body that comes in pieces and may never end. `limit`: the connection ends after so many bytes."""

    def __init__(self, answer: Answer, limit: int | None) -> None:
        self._blocks = answer.blocks()
        self._rest = b""
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = block
        room = len(buffer) if self._left is None else min(len(buffer), self._left)
        taken = self._rest[:room]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        if self._left is not None:
            self._left -= len(taken)
        return len(taken)


def _read_timeout(timeout: Any) -> float | None:
    if isinstance(timeout, tuple):
        return timeout[1]
    return getattr(timeout, "read_timeout", timeout)


def _raw(answer: Answer, method: str) -> HTTPResponse:
    length, headers = answer.length, dict(answer.headers)
    if length is not None:
        headers["Content-Length"] = str(length)
    limit = length // 2 if answer.fault == "cut" and length is not None else None
    return HTTPResponse(
        body=io.BytesIO() if method == "HEAD" else _Body(answer, limit), headers=headers, status=answer.status, reason=None, version=11,
        version_string="HTTP/1.1", preload_content=False, enforce_content_length=method != "HEAD", request_method=method,
    )  # fmt: skip
