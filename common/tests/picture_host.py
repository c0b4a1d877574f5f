"""A web server on this machine whose answers a test writes by hand, for tests of everything that fetches from strangers."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from common.tests.listening import listening

Talk = Callable[[socket.socket, str], None]


class Host:
    """pages: {path: what to do}; asked: paths in the order they were asked for; heads: the request heads."""

    def __init__(self) -> None:
        self.port = 0
        self.pages: dict[str, Talk] = {}
        self.asked: list[str] = []
        self.heads: list[str] = []

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def serve(self, path: str, body: bytes = b"", *, status: int = 200, length: bool = True, **headers: str) -> str:
        """The page answers with this; returns its address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if length:
            named["Content-Length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        answer = f"HTTP/1.1 {status} Said\r\nConnection: close\r\n{head}\r\n".encode() + body
        return self.act(path, lambda peer, _: peer.sendall(answer))

    def serve_ranges(self, path: str, body: bytes) -> str:
        """The page answers a Range with that part, as picture hosts do."""

        def talk(peer: socket.socket, head: str) -> None:
            wanted = next((line for line in head.lower().splitlines() if line.startswith("range: bytes=0-")), "")
            part = body[: int(wanted.rpartition("-")[2]) + 1] if wanted else body
            status = f"206 Part\r\nContent-Range: bytes 0-{len(part) - 1}/{len(body)}" if wanted else "200 OK"
            peer.sendall(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(part)}\r\n\r\n".encode() + part)

        return self.act(path, talk)

    def act(self, path: str, talk: Talk) -> str:
        """The page behaves as told."""
        self.pages[path] = talk
        return self.url(path)

    def redirect(self, path: str, to: str) -> str:
        return self.serve(path, status=302, Location=to)


@contextmanager
def hosting() -> Iterator[Host]:
    """The server, until the end of the block."""
    host = Host()
    with listening(lambda peer: _answer(peer, host)) as host.port:
        yield host


def _answer(peer: socket.socket, host: Host) -> None:
    with peer, suppress(OSError):
        peer.settimeout(10)
        head = peer.recv(65536).decode("latin-1")
        path = head.split(" ")[1]
        host.asked.append(path)
        host.heads.append(head)
        talk = host.pages.get(path)
        if talk is None:
            peer.sendall(b"HTTP/1.1 404 Gone\r\nConnection: close\r\nContent-Length: 4\r\n\r\ngone")
        else:
            talk(peer, head)


def drip(peer: socket.socket, _: str) -> None:
    """One byte at a time, below every read timeout."""
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(500):
        peer.sendall(b"x")
        time.sleep(0.02)


def endless(peer: socket.socket, _: str) -> None:
    """As much as anybody takes."""
    peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(4_000):
        peer.sendall(b"x" * 64 * 1024)
