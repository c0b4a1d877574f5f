"""Outgoing HTTP for the clients: kept-alive sessions per thread and host, a deadline over the whole call, a size cap, no redirects.

Nothing else in the project opens sockets. Errors leave as the two kinds a caller must tell apart: never sent, and maybe applied.
A server may drip one byte at a time below every read timeout; so a watch cuts the socket when the call's time is up.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import create_connection

CONNECT_SECONDS = 5.0
DEADLINE_SECONDS = 18.0  # Three calls in a row (stale id, look-up, creation) end before a 60 s lease does.
MAX_BODY = 32 * 1024 * 1024
CHUNK = 64 * 1024
MOST_PINS = 3  # Addresses of one name that are tried.
_sessions = threading.local()
_current = threading.local()  # .watch: the watch over this thread's call; .pins: gives the only IP addresses it may connect to
session_factory: Callable[[], requests.Session] | None = None


class NeverSent(Exception):
    """The connection could not be made, so the request had no effect."""


class AnswerLost(Exception):
    """The request left, the answer did not (wholly) arrive: it may have been applied."""


@dataclass(frozen=True)
class Answer:
    """status: HTTP status; headers: case-insensitive mapping; body: decoded bytes, at most 32 MiB."""

    status: int
    headers: "requests.structures.CaseInsensitiveDict[str]"
    body: bytes


class _WatchedHTTP(HTTPConnection):
    """Notes the socket of a request, so that the watch can cut it. Inside `pinned` it connects to the given addresses only."""

    _copy: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        pins = getattr(_current, "pins", None)
        if pins is None:
            return super()._new_conn()
        sock = self._connect_to_any(pins())
        watch = getattr(_current, "watch", None)
        if watch is not None:  # A copy, because TLS takes the socket itself over: so it can be cut in the middle of a handshake.
            self._copy = sock.dup()
            watch.take(self._copy)
        return sock

    def close(self) -> None:
        if self._copy is not None:
            self._copy.close()
        super().close()

    def _connect_to_any(self, addresses: list[str]) -> socket.socket:
        for address in addresses[:MOST_PINS]:
            with contextlib.suppress(OSError):
                return create_connection((address, self.port), self.timeout, socket_options=self.socket_options)
        raise NewConnectionError(self, "none of the addresses answers")

    def request(self, *args: Any, **kwargs: Any) -> None:
        super().request(*args, **kwargs)
        watch = getattr(_current, "watch", None)
        if watch is not None:
            watch.take(self.sock)


class _WatchedHTTPS(_WatchedHTTP, HTTPSConnection):
    """The same over TLS."""


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


class _WatchedAdapter(HTTPAdapter):
    """The ordinary adapter over connections that can be cut."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class _Watch:
    """Shuts a call's socket down when its time is up; whoever waits on it then sees the connection end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sock: socket.socket | None = None
        self.written = self.cut = False

    def take(self, sock: socket.socket | None) -> None:
        """The socket that the request has been written to; None: the call is over."""
        with self._lock:
            self._sock, self.written = sock, self.written or sock is not None
        if self.cut:
            self.bite()

    def bite(self) -> None:
        """Time is up."""
        with self._lock, contextlib.suppress(OSError, ValueError):
            self.cut = True
            if self._sock is not None:
                self._sock.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def watched(seconds: float) -> Iterator[_Watch]:
    """Whatever this thread requests inside is cut after so many seconds."""
    watch = _current.watch = _Watch()
    timer = threading.Timer(seconds, watch.bite)
    timer.daemon = True
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()
        watch.take(None)
        _current.watch = None


def _session(url: str) -> requests.Session:
    if session_factory is not None:
        return session_factory()
    host = urlsplit(url).netloc
    sessions = _sessions.__dict__.setdefault("by_host", {})
    if host not in sessions:
        sessions[host] = fresh_session()
    return sessions[host]


def fresh_session() -> requests.Session:
    """A session of its own, with connections that can be watched and pinned."""
    session = requests.Session()
    session.trust_env = False  # No proxy and no .netrc credentials from the environment.
    session.mount("https://", _WatchedAdapter(pool_connections=1, pool_maxsize=4, max_retries=0))
    session.mount("http://", _WatchedAdapter(pool_connections=1, pool_maxsize=4, max_retries=0))
    return session


@contextlib.contextmanager
def pinned(addresses: Callable[[], list[str]]) -> Iterator[None]:
    """Whatever this thread connects to inside goes to one of these IP addresses; Host and TLS name stay the URL's own.

    addresses: asked at each new connection, not for one that is still open; what it raises comes through. For outbound_guard.py, which
    judges them.
    """
    _current.pins = addresses
    try:
        yield
    finally:
        _current.pins = None


def call(
    method: str,
    url: str,
    *,
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    deadline: float = DEADLINE_SECONDS,
) -> Answer:
    """One request. deadline: seconds for everything, body included. Raises NeverSent or AnswerLost, never a requests exception."""
    ends = time.monotonic() + deadline
    options: dict[str, Any] = {"timeout": (CONNECT_SECONDS, deadline), "allow_redirects": False, "stream": True}
    with watched(deadline) as watch:
        try:
            response = _session(url).request(method, url, params=params, headers=headers, data=body, **options)
        except requests.exceptions.ConnectTimeout as error:
            raise NeverSent(type(error).__name__) from error
        except requests.exceptions.SSLError as error:
            raise (AnswerLost if watch.written else NeverSent)(type(error).__name__) from error
        except requests.exceptions.ConnectionError as error:
            raise (NeverSent if _refused(error) else AnswerLost)(type(error).__name__) from error
        except requests.exceptions.RequestException as error:
            raise AnswerLost(type(error).__name__) from error
        return Answer(response.status_code, response.headers, _read(response, ends))


def _refused(error: Exception) -> bool:
    """urllib3 raises NewConnectionError (and name resolution errors) before a byte has left."""
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)


def _read(response: requests.Response, ends: float) -> bytes:
    received = bytearray()
    try:
        for chunk in response.iter_content(CHUNK):
            received += chunk
            if len(received) > MAX_BODY or time.monotonic() > ends:
                raise AnswerLost("the answer was too long or too slow")
    except requests.exceptions.RequestException as error:
        raise AnswerLost(type(error).__name__) from error
    finally:
        response.close()
    if time.monotonic() > ends:  # A body without a length ends quietly when its connection is cut.
        raise AnswerLost("the answer was too slow")
    return bytes(received)
