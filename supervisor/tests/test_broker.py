"""Which server is chosen, and that an embedded one keeps its promises: short private socket, nothing lost by kill -9."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervisor import broker

SERVERS = [found for found in (broker.server_on_path(), broker.server_in_wheel(Path(sys.executable))) if found]


def ask(sock: Path, *words: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        connection.connect(str(sock))
        connection.sendall(f"{' '.join(words)}\r\n".encode())
        return connection.recv(4096)


class Running:
    """An embedded server, started exactly as `make up` starts it."""

    def __init__(self, server: str, var: Path) -> None:
        self.embedded = broker.prepare(server, var)
        program = self.embedded.program
        self.process = subprocess.Popen(list(program.argv), cwd=program.cwd, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        assert program.answers is not None
        while not program.answers():
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.02)

    @property
    def sock(self) -> Path:
        return self.embedded.folder / "valkey.sock"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.embedded.folder)


@pytest.fixture(params=SERVERS, ids=[Path(server).name + str(number) for number, server in enumerate(SERVERS)])
def server(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def deep_folder(tmp_path: Path) -> Path:
    folder = tmp_path / ("a long name with spaces " * 4) / ("and another one " * 6)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def running(server: str, deep_folder: Path) -> Iterator[Running]:
    started = Running(server, deep_folder)
    yield started
    started.kill()


@pytest.mark.realprocess
def test_only_the_owner_reaches_it_and_it_never_evicts(running: Running) -> None:
    assert len(os.fsencode(running.sock)) < broker.LONGEST_SOCKET_PATH
    assert stat.S_IMODE(running.sock.stat().st_mode) == 0o600
    assert stat.S_IMODE(running.embedded.folder.stat().st_mode) == 0o700
    for name, value in (("maxmemory-policy", b"noeviction"), ("appendonly", b"yes"), ("appendfsync", b"everysec"), ("port", b"\r\n0\r\n")):
        assert value in ask(running.sock, "CONFIG", "GET", name)
    assert running.embedded.url == f"unix://{running.sock}"


@pytest.mark.realprocess
def test_what_was_queued_survives_kill_9(server: str, deep_folder: Path) -> None:
    first = Running(server, deep_folder)
    ask(first.sock, "RPUSH", "catalog", "a-task")
    first.kill()

    second = Running(server, deep_folder)
    try:
        assert b":1" in ask(second.sock, "LLEN", "catalog")
    finally:
        second.kill()


def test_a_server_on_path_comes_first(tmp_path: Path) -> None:
    for name in ("redis-server", "valkey-server"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)

    assert broker.server_on_path(str(tmp_path)) == str(tmp_path / "valkey-server")
    (tmp_path / "valkey-server").unlink()
    assert broker.server_on_path(str(tmp_path)) == str(tmp_path / "redis-server")
    (tmp_path / "redis-server").unlink()
    assert broker.server_on_path(str(tmp_path)) is None


def test_without_the_wheel_there_is_no_server_and_the_refusal_says_what_to_do(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)

    assert broker.server_in_wheel(python) is None
    assert "apt-get install redis-server" in str(broker.refusal())
    assert "REDIS_URL" in str(broker.refusal())


def test_a_long_tmpdir_does_not_make_a_long_socket_path(deep_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(deep_folder))

    folder = broker.short_folder()

    assert len(os.fsencode(folder / "valkey.sock")) < broker.LONGEST_SOCKET_PATH
    folder.rmdir()
