"""The guard against real sockets: what must not be opened is not, and what is opened has an end."""

import contextlib
import gzip
import socket
import threading
import time
import tracemalloc

import pytest

from common import outbound_guard
from common.outbound_guard import FetchFailed, TooLarge, fetch_public
from common.public_addresses import AddressRefused
from common.tests.picture_host import drip, endless

NAMES = {
    "internal.example": ["10.0.0.5"], "mixed.example": ["93.184.216.34", "192.168.0.9"], "six.example": ["fd00::7"],
    "mapped.example": ["::ffff:127.0.0.1"], "metadata.example": ["169.254.169.254"], "nat64.example": ["64:ff9b::7f00:1"],
    "six-to-four.example": ["2002:7f00:1::1"], "teredo.example": ["2001:0:4136:e378:8000:63bf:3fff:fdd2"], "cgnat.example": ["100.64.0.1"],
    "empty.example": [], "link.example": ["fe80::1"], "azure.example": ["168.63.129.16"], "localhost": ["127.0.0.1"],
}  # fmt: skip
REFUSED = """
http://shop.example/x ftp://shop.example/x file:///etc/passwd gopher://shop.example/ data:image/png;base64,AA javascript:alert(1)
//shop.example/x shop.example /etc/passwd https:// https:///x https://? https://@ https://user@shop.example/ https://user:pass@shop.example/
https://shop.example@127.0.0.1/ https://127.0.0.1#@shop.example/ https://127.0.0.1\\@shop.example/ https://127.0.0.1/ https://127.1/
https://127.0.1/ https://2130706433/ https://0x7f000001/ https://0x7f.0.0.1/ https://0177.0.0.1/ https://017700000001/ https://0/
https://0.0.0.0/ https://127.0.0.1./ https://127.0.0.01/ https://１２７.０.０.１/ https://①②⑦.⓪.⓪.①/ https://127。0。0。1/ https://10.0.0.1/
https://172.16.0.1/ https://192.168.0.1/ https://169.254.169.254/latest/meta-data/ https://100.64.0.1/ https://192.0.0.192/ https://198.18.0.1/
https://203.0.113.1/ https://224.0.0.1/ https://240.0.0.1/ https://255.255.255.255/ https://[::1]/ https://[::]/ https://[::ffff:127.0.0.1]/
https://[::ffff:7f00:1]/ https://[::127.0.0.1]/ https://[64:ff9b::7f00:1]/ https://[64:ff9b:1::1]/ https://[2002:7f00:1::]/ https://[2001::1]/
https://[fe80::1]/ https://[fe80::1%25eth0]/ https://[fd00:ec2::254]/ https://[ff02::1]/ https://[fec0::1]/ https://[2001:db8::1]/
https://[1.2.3.4]/ https://shop.example:22/ https://shop.example:6379/ https://shop.example:99999/ https://shop.example:port/ https://-shop-/
https://shop..example/ https://internal.example/ https://mixed.example/ https://six.example/ https://mapped.example/ https://metadata.example/
https://nat64.example/ https://six-to-four.example/ https://teredo.example/ https://cgnat.example/ https://empty.example/ https://link.example/
https://azure.example/ https://localhost/ https://LOCALHOST./
""".split()  # fmt: skip


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list:
    """Every address that a socket was connected to."""
    seen: list = []
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, lambda self, address, seen=seen: seen.append(address))
    return seen


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound_guard, "resolve", lambda host, port: NAMES[host] if host in NAMES else [host.strip("[]")])


def fetch(url: str, **options):
    return fetch_public(url, **{"max_bytes": 1_000_000, "deadline": 3, "schemes": ("http", "https")} | options)


STRANGE = ["https://shop.example/\r\nHost: x", "https://shop.example/a b", f"https://shop.example/{'x' * 2000}"]


@pytest.mark.parametrize("url", [*REFUSED, *STRANGE])
def test_refused_before_any_socket(url, opened, names):
    with pytest.raises(AddressRefused) as refused:
        fetch_public(url, max_bytes=1000, deadline=2)
    assert opened == []
    assert "10.0.0.5" not in str(refused.value) and "192.168" not in str(refused.value)


def test_metadata_stays_closed_where_private_addresses_are_allowed(opened, names, settings):
    settings.ALLOW_PRIVATE_STORE_URLS = True
    for url in ("http://169.254.169.254/latest/", "http://metadata.example/", "http://[fe80::1]/", "http://azure.example/"):
        with pytest.raises(AddressRefused):
            fetch(url)
    assert opened == []


def test_a_name_that_changes_its_mind_is_connected_to_as_it_was_judged(monkeypatch):
    """Rebinding: public at the look, this machine at the connection. Only the judged address is dialled."""
    answers = [["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]]
    monkeypatch.setattr(outbound_guard, "resolve", lambda host, port: answers.pop(0))
    dialled = []

    def refuse(self, address):
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(FetchFailed):
        fetch("http://shop.example/")
    assert [address[0] for address in dialled] == ["93.184.216.34"]
    assert len(answers) == 2  # Looked up once.


def test_the_judged_address_gets_the_name_it_was_asked_by(host, monkeypatch):
    monkeypatch.setattr(outbound_guard, "resolve", lambda name, port: ["127.0.0.1"])
    host.serve("/x", b"hello")
    answer = fetch(f"http://shop.example:{host.port}/x")
    assert (answer.status, answer.body, answer.is_whole) == (200, b"hello", True)
    assert f"host: shop.example:{host.port}" in host.heads[0].lower()


def test_every_hop_is_judged_again(host, settings):
    host.redirect("/a", "/b")
    host.redirect("/b", host.serve("/c", b"there"))
    assert fetch(host.url("/a")).body == b"there"
    for place in ("http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "http://user:pw@127.0.0.1/"):
        host.redirect("/trap", place)
        with pytest.raises(AddressRefused):
            fetch(host.url("/trap"))


def test_redirects_come_to_an_end(host):
    host.redirect("/round", "/round")
    with pytest.raises(FetchFailed, match="on and on"):
        fetch(host.url("/round"))
    assert len(host.asked) == 5


def test_credentials_stay_with_their_host(host):
    host.redirect("/same", "/c")
    host.redirect("/other", host.url("/c", "localhost"))
    host.serve("/c", b"ok")
    secret = {"Authorization": "Bearer s3cret", "Cookie": "a=b", "X-Plain": "stays"}
    fetch(host.url("/same"), headers=secret)
    assert "s3cret" in host.heads[-1]
    fetch(host.url("/other"), headers=secret)
    assert "s3cret" not in host.heads[-1] and "a=b" not in host.heads[-1] and "stays" in host.heads[-1]


@pytest.mark.parametrize("talk", [drip, lambda peer, _: time.sleep(5), lambda peer, _: [peer.sendall(b"H"), time.sleep(5)]])
def test_the_deadline_covers_the_whole_answer(host, talk):
    host.act("/slow", talk)
    begin = time.monotonic()
    with pytest.raises(FetchFailed, match="too long"):
        fetch(host.url("/slow"), deadline=0.4)
    assert time.monotonic() - begin < 3


def test_a_dripping_tls_handshake_is_cut_too(settings):
    settings.ALLOW_PRIVATE_STORE_URLS = True

    def handshake() -> None:
        peer, _ = server.accept()
        with peer, contextlib.suppress(OSError):
            peer.sendall(b"\x16\x03\x03\x40\x00")
            for _ in range(200):
                peer.sendall(b"\x02")
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=handshake, daemon=True).start()
        begin = time.monotonic()
        with pytest.raises(FetchFailed):
            fetch(f"https://127.0.0.1:{server.getsockname()[1]}/", deadline=0.5)
        assert time.monotonic() - begin < 4


def test_a_look_up_that_hangs_is_left_behind(monkeypatch):
    monkeypatch.setattr(outbound_guard, "resolve", lambda host, port: time.sleep(5) or [])
    with pytest.raises(FetchFailed, match="name took too long"):
        fetch("http://shop.example/", deadline=0.2)


def test_too_much_is_not_read(host):
    host.act("/endless", endless)
    with pytest.raises(TooLarge):
        fetch(host.url("/endless"))
    assert fetch(host.url("/endless"), first_bytes=1000).body == b"x" * 1000


def test_a_gzip_bomb_stays_small_here(host):
    bomb = gzip.compress(b"\0" * 200_000_000, compresslevel=9)
    host.serve("/bomb", bomb, Content_Encoding="gzip")
    tracemalloc.start()
    with pytest.raises(TooLarge):
        fetch(host.url("/bomb"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_packed_answers_are_unpacked_and_strange_packings_refused(host):
    host.serve("/gzip", gzip.compress(b"picture"), Content_Encoding="gzip")
    assert fetch(host.url("/gzip")).body == b"picture"
    host.serve("/br", b"\x0b\x02\x80", Content_Encoding="br")
    with pytest.raises(FetchFailed, match="packed"):
        fetch(host.url("/br"))
    host.serve("/broken", b"no gzip at all", Content_Encoding="gzip")
    with pytest.raises(FetchFailed, match="damaged"):
        fetch(host.url("/broken"))


def test_errors_say_nothing_of_the_answer(host):
    host.act("/rude", lambda peer, _: peer.sendall(b"SECRET-BANNER of an internal service\r\n\r\n"))
    with pytest.raises(FetchFailed) as failed:
        fetch(host.url("/rude"))
    assert "SECRET" not in str(failed.value) and failed.value.__cause__ is None
    host.act("/short", lambda peer, _: peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nSECRET"))
    with pytest.raises(FetchFailed, match="broke off"):
        fetch(host.url("/short"))


def test_proxies_of_the_environment_are_not_used(host, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    host.serve("/x", b"direct")
    assert fetch(host.url("/x")).body == b"direct"
