"""The stand-ins over HTTP: sockets, faults on the wire, control addresses and the pages. Loopback only.

What an answer says is decided elsewhere (graph/, shops/, control.py, meta_side/); here it is only delivered, or not.
"""

import json
import socket
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox import control
from sandbox.graph import GraphAnswer, GraphRequest, GraphStandIn
from sandbox.shops import control as shop_control
from sandbox.shops.messages import ShopAnswer, ShopRequest
from sandbox.shops.street import PREFIX, PREFIXES, Street, path_of

HOST = "127.0.0.1"
MAX_BODY = 64 * 1024 * 1024
_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_RESET = struct.pack("ii", 1, 0)


@dataclass
class Page:
    """What the page answers: status, content type, body, further headers."""

    status: int
    kind: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


PageMaker = Callable[[str, dict[str, str]], Page]


class SandboxServer(ThreadingHTTPServer):
    """One thread per connection; none of them outlives the process."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    standin: GraphStandIn
    street: Street

    def __init__(self, port: int) -> None:
        super().__init__((HOST, port), Handler)
        self.stopping = threading.Event()
        self.make_page: PageMaker | None = None
        self.after_request: Callable[[], None] = lambda: None

    def shutdown_request(self, request: Any) -> None:
        """A connection that is to be reset is closed without the polite goodbye that comes before."""
        if request.fileno() < 0 or request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET)) != _RESET:
            super().shutdown_request(request)
        else:
            self.close_request(request)


class Handler(BaseHTTPRequestHandler):
    """One connection. Addresses: / and /_sandbox/.. for people, /shops/.. and /shopify/.. are shops, all else is Graph."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 300
    server: SandboxServer

    def serve(self) -> None:
        """Any method."""
        body = self._read_body()
        if body is None:
            return
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if parts.path == "/" or parts.path.startswith("/_sandbox/") or self._looks_into_a_shop(parts.path, query):
            self._for_people(parts.path, query, body)
        elif parts.path.startswith(PREFIXES):
            self._shop(body)
        else:
            self._graph(GraphRequest(self.command, parts.path, query, dict(self.headers.items()), body))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = serve

    def finish(self) -> None:
        """The connection ends, and with it the thread: what it held is given back."""
        try:
            super().finish()
        finally:
            self.server.after_request()

    def log_message(self, format: str, *args: Any) -> None:
        """No access log: query strings may carry tokens, and the page shows the calls."""

    def _read_body(self) -> bytes | None:
        length = int(self.headers.get("Content-Length") or 0) if (self.headers.get("Content-Length") or "0").isdigit() else -1
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower() or not 0 <= length <= MAX_BODY:
            self.close_connection = True
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length > MAX_BODY else HTTPStatus.LENGTH_REQUIRED, {}, b"")
            return None
        return self.rfile.read(length) if length else b""

    # --- shops ---------------------------------------------------------------------------------------------------------

    def _looks_into_a_shop(self, path: str, query: dict[str, str]) -> bool:
        """Whether a browser asks for the street or for a shop's home page. It sees the shop even where the shop is broken."""
        if self.command not in ("GET", "HEAD") or "text/html" not in (self.headers.get("Accept") or ""):
            return False
        if "rest_route" in query or self.server.make_page is None:
            return False
        if path in (PREFIX, PREFIX.rstrip("/")):
            return True
        home = f"{path.rstrip('/')}/"
        shop = self.server.street.shop_at(home) if path.startswith(PREFIXES) else None
        return shop is not None and path_of(shop) == home

    def _shop(self, body: bytes) -> None:
        url = f"http://{self.headers.get('Host') or HOST}{self.path}"
        answer = self.server.street.handle(ShopRequest(self.command, url, dict(self.headers.items()), body))
        if answer.delay:
            self.server.stopping.wait(answer.delay)
        if answer.fault in ("reset", "hang"):
            self._reset()
        elif answer.endless or answer.more:
            self._send_pieces(answer)
        elif answer.fault == "cut":
            self._cut(answer)
        else:
            self._send(answer.status, answer.headers, answer.body)

    def _send_pieces(self, answer: ShopAnswer) -> None:
        """A body that is too large to hold, or never ends; half of it where it is cut off."""
        self.close_connection = True
        left = sys.maxsize if answer.length is None or answer.fault != "cut" else answer.length // 2
        lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        lines += [] if answer.length is None else [f"Content-Length: {answer.length}"]
        try:
            self.wfile.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
            for block in answer.blocks():
                self.wfile.write(block[:left])
                left -= min(len(block), left)
                if self.command == "HEAD" or left <= 0 or self.server.stopping.is_set():
                    break
        except OSError:
            pass  # the caller has heard enough

    # --- Graph ---------------------------------------------------------------------------------------------------------

    def _graph(self, request: GraphRequest) -> None:
        answer = self.server.standin.handle(request)
        if answer.delay:
            self.server.stopping.wait(answer.delay)
        if answer.fault in ("reset_before", "reset_after", "hang", "timeout_after"):
            self._reset()
        elif answer.fault == "cut":
            self._cut(answer)
        else:
            self._send(answer.status, answer.headers, answer.body)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.close_connection = True

    def _cut(self, answer: GraphAnswer | ShopAnswer) -> None:
        self.close_connection = True
        self._send(answer.status, answer.headers, answer.body[: len(answer.body) // 2], length=len(answer.body))

    def _send(self, status: int, headers: dict[str, str], body: bytes, length: int | None = None) -> None:
        """Status, headers and body in one write, so that small answers are one packet."""
        lines = [f"HTTP/1.1 {status} {_phrase(status)}", *(f"{name}: {value}" for name, value in headers.items())]
        lines += [
            f"Content-Length: {len(body) if length is None else length}",
            f"Connection: {'close' if self.close_connection else 'keep-alive'}",
        ]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        try:
            self.wfile.write(head if self.command == "HEAD" else head + body)
        except OSError:
            self.close_connection = True  # the caller has given up, as callers of a slow server do

    # --- people ----------------------------------------------------------------------------------------------------------

    def _for_people(self, path: str, query: dict[str, str], body: bytes) -> None:
        """Only from this machine under its own name, and only JSON: a page elsewhere must not be able to press the buttons."""
        if (self.headers.get("Host") or "").rsplit(":", 1)[0] not in _LOCAL_NAMES:
            self._json(HTTPStatus.FORBIDDEN, {"error": "the sandbox answers on 127.0.0.1 and localhost only"})
        elif self.command == "POST" and "application/json" not in (self.headers.get("Content-Type") or ""):
            self._json(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, {"error": "send JSON"})
        elif path.startswith("/_sandbox/shops/") and not path.endswith("/news"):
            self._shop_control(path.removeprefix("/_sandbox/shops/"), query, body)
        elif (self.command, path.removeprefix("/_sandbox/")) in control.ROUTES:
            self._control(path.removeprefix("/_sandbox/"), query, body)
        elif self.command in ("GET", "HEAD") and self.server.make_page:
            page = self.server.make_page(path, query)
            self._send(page.status, {"Content-Type": page.kind, "Cache-Control": "no-store", **page.headers}, page.body)
        else:
            self._json(HTTPStatus.NOT_FOUND, {"error": f"nothing at {path}"})

    def _control(self, name: str, query: dict[str, str], raw: bytes) -> None:
        body = self._json_object(raw)
        if body is not None:
            self._json(*control.answer(self.server.standin, self.command, name, query, body))

    def _shop_control(self, path: str, query: dict[str, str], raw: bytes) -> None:
        body = self._json_object(raw)
        if body is not None:
            self._json(*shop_control.answer(self.server.street, self.command, path, query, body))

    def _json_object(self, raw: bytes) -> dict[str, Any] | None:
        """The body as an object; None where it is none, and that has been said."""
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            body = None
        if not isinstance(body, dict):
            self._json(HTTPStatus.BAD_REQUEST, {"error": "the body must be a JSON object"})
            return None
        return body

    def _json(self, status: int, body: Any) -> None:
        self._send(status, {"Content-Type": "application/json", "Cache-Control": "no-store"}, json.dumps(body).encode())


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
