"""Outgoing HTTP against small servers of our own: deadlines, the size cap, and which failures may have been applied."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from common import http

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
# Of a server that hangs up, and says so: a connection that is kept would be lost in the middle of the next call.
LAST = OK.replace(b"Content", b"Connection: close\r\nContent", 1)


@contextmanager
def serving(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on this machine that reads the head of one request and then behaves as told."""

    def run() -> None:
        while True:
            try:
                peer, _ = server.accept()
            except OSError:
                return
            with peer:
                peer.settimeout(5)
                try:
                    peer.recv(65536)
                    talk(peer)
                except OSError:
                    pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=6)


def drip(peer: socket.socket) -> None:
    for _ in range(300):
        peer.sendall(b"x")
        time.sleep(0.02)


def drip_body(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    drip(peer)


def drip_body_without_a_length(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    drip(peer)


def drip_head(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    drip(peer)


def say_nothing(peer: socket.socket) -> None:
    time.sleep(1)


@pytest.mark.parametrize("talk", [drip_body, drip_body_without_a_length, drip_head, say_nothing], ids=lambda talk: talk.__name__)
def test_the_deadline_holds_whatever_the_server_does(talk):
    with serving(talk) as url:
        began = time.monotonic()
        with pytest.raises(http.AnswerLost):
            http.call("POST", url, body=b"{}", deadline=0.4)
        assert time.monotonic() - began < 2


def test_an_answer_in_time_is_not_cut_and_the_connection_is_kept():
    peers = []

    def talk(peer: socket.socket) -> None:
        peers.append(peer)
        peer.sendall(OK)
        peer.recv(65536)
        peer.sendall(OK)

    with serving(talk) as url:
        for _ in range(2):
            answer = http.call("GET", url, deadline=5)
            assert (answer.status, answer.body) == (200, b"ok")
    assert len(peers) == 1


def test_a_body_beyond_the_cap_is_not_read_on(monkeypatch):
    monkeypatch.setattr(http, "MAX_BODY", 100_000)

    def talk(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _ in range(100):
            peer.sendall(b"x" * 10_000)

    with serving(talk) as url, pytest.raises(http.AnswerLost):
        http.call("GET", url, deadline=5)


def test_a_refused_connection_was_never_sent():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(http.NeverSent):
        http.call("POST", f"http://127.0.0.1:{port}/", body=b"{}")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"], ids=["reset", "cut"])
def test_a_connection_that_ends_early_may_have_been_applied(answer):
    with serving(lambda peer: peer.sendall(answer)) as url, pytest.raises(http.AnswerLost):
        http.call("POST", url, body=b"{}", deadline=5)


def test_redirects_are_not_followed():
    away = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/login\r\nContent-Length: 0\r\n\r\n"
    with serving(lambda peer: peer.sendall(away)) as url:
        assert http.call("GET", url, headers={"Authorization": "Bearer x"}).status == 302


def test_no_watch_is_left_behind():
    with serving(lambda peer: peer.sendall(LAST)) as url:
        for _ in range(3):
            http.call("GET", url, deadline=30)
    watches = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for thread in watches:
        thread.join(5)  # Far less than the 30 seconds that an uncancelled watch would sleep.
    assert not [thread for thread in watches if thread.is_alive()]
