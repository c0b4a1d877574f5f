"""A receiver of webhooks at the other end of a real HTTP call, and a mail server that can be down."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import orjson
from django.core.mail.backends.locmem import EmailBackend

from common.signing import verified


class Receiver:
    """Keeps what arrived; answers `status`. accepted: the ids it took, each once, as a receiver should."""

    def __init__(self) -> None:
        self.status = 200
        self.location = ""
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.accepted: dict[str, dict[str, Any]] = {}

    def take(self, headers: dict[str, str], body: bytes) -> None:
        self.calls.append((headers, body))
        if 200 <= self.status < 300:
            self.accepted.setdefault(headers["webhook-id"], orjson.loads(body))

    def types(self) -> list[str]:
        return [f"{payload['type']} {payload['data']['kind']}" for payload in self.accepted.values()]

    def all_signed(self, secret: str, now: datetime) -> bool:
        return all(verified([secret], headers, body, now) for headers, body in self.calls)


@contextmanager
def listening() -> Iterator[tuple[Receiver, str]]:
    """(receiver, address) of a server in a thread of this process."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(receiver.status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver, f"http://127.0.0.1:{server.server_port}/hook?key=url-canary-0123456789"
    finally:
        server.shutdown()
        server.server_close()


class MoodyMail(EmailBackend):
    """Django's outbox, unless `down` is set."""

    down = False

    def send_messages(self, messages: Any) -> int:
        if MoodyMail.down:
            raise ConnectionRefusedError("password-canary-0123456789")
        return super().send_messages(messages)
