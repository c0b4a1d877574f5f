"""The client when the network or the shop misbehaves, when an address must not be opened, and that its keys are seen nowhere."""

import gzip
import logging
import socket
import time
import traceback
from base64 import b64encode

import pytest

from common import outbound_guard
from common.errors import NeedsConfigurationError, RemoteError, TransientError
from common.tests.keeping_host import Asked, KeepingHost, Said, keeping
from common.tests.test_outbound_guard import NAMES, REFUSED, STRANGE, opened  # noqa: F401
from integrations.providers.woocommerce import client as client_module
from integrations.providers.woocommerce.client import WooClient
from integrations.tests.test_woo_client import KEY, SECRET, Woo, plain, tls  # noqa: F401


def drip(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(200):
        peer.sendall(b"[")
        time.sleep(0.02)


def sends(data: bytes):
    return lambda peer: peer.sendall(data)


def endless(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[")
    for _ in range(2_000):
        peer.sendall(b"1," * 32 * 1024)


BOMB = gzip.compress(b" " * 20_000_000, compresslevel=1)


FAULTS = [
    (drip, "timeout"),
    (lambda peer: time.sleep(2), "timeout"),
    (lambda peer: None, "unreachable"),
    (sends(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[1"), "connection_lost"),
    (sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n"), "connection_lost"),
    (sends(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[1,"), "truncated"),
    (sends(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"), "empty"),
    (sends(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b"[1]" * 99)[:-9]), "connection_lost"),
    (sends(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\nnonsense"), "unreadable"),
    (sends(b"HTTP/1.1 200 OK\r\n" + b"X-Flood: 1\r\n" * 500 + b"\r\n[]"), "unreachable"),
    (sends(b"SSH-2.0-OpenSSH_9.2\r\n"), "unreachable"),
    (endless, "too_large"),
    (sends(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB), "too_large"),
]


@pytest.fixture
def known(plain, monkeypatch) -> tuple[KeepingHost, WooClient]:  # noqa: F811
    """A shop that has worked, and its client in a hurry."""
    Woo(plain)
    monkeypatch.setattr(client_module, "MAX_BODY", 1_000_000)
    client = WooClient(plain.url, KEY, SECRET, timeout=0.5)
    client.connect()
    return plain, client


@pytest.mark.parametrize(("talk", "kind"), FAULTS)
def test_a_fault_is_transient_and_the_next_request_works(known, talk, kind):
    host, client = known
    usual, host.answer = host.answer, lambda asked: Said(talk=talk)
    begin = time.monotonic()
    with pytest.raises(TransientError) as fault:
        client.get("products")
    assert fault.value.kind == kind and fault.value.retry_after is None
    assert time.monotonic() - begin < 3
    host.answer = usual
    assert client.get("products").total == 18


def test_in_a_hurry_there_is_a_limit_for_all_questions_together(known):
    host, client = known
    client.hurry(0.0)
    before = len(host.asked)
    with pytest.raises(TransientError) as caught:
        client.get("products")
    assert caught.value.kind == "timeout" and len(host.asked) == before


def test_a_server_that_is_gone(settings):
    settings.ALLOW_PRIVATE_STORE_URLS = True
    with keeping() as host:
        Woo(host)
        client = WooClient(host.url, KEY, SECRET)
        client.connect()
        client.close()
    with pytest.raises(TransientError) as fault:
        client.get("products")
    assert fault.value.kind == "unreachable"


@pytest.mark.parametrize("url", [*(url for url in REFUSED if url.startswith("http")), *STRANGE, "", "ftp://shop.example", "not an address"])
def test_what_must_not_be_opened_is_not(url, opened, monkeypatch):  # noqa: F811
    monkeypatch.setattr(outbound_guard, "resolve", lambda host, port: NAMES[host] if host in NAMES else [host.strip("[]")])
    with pytest.raises(NeedsConfigurationError) as refused:
        WooClient(url, KEY, SECRET).connect()
    assert refused.value.kind in ("wrong_address", "no_such_name")
    assert opened == []
    assert "10.0.0.5" not in str(refused.value.data)


@pytest.mark.parametrize(
    "place", ["http://169.254.169.254/latest/", "http://metadata.example/", "https://[::ffff:169.254.169.254]/", "file:///etc/passwd"]
)
def test_redirects_lead_nowhere_that_is_closed(plain, monkeypatch, place):  # noqa: F811
    dialled: list = []
    connect = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: [dialled.append(address[0]), connect(self, address)])
    known = dict(NAMES)
    monkeypatch.setattr(outbound_guard, "resolve", lambda host, port: known.get(host) or [host])
    plain.answer = lambda asked: Said(302, headers={"Location": place})
    with pytest.raises(RemoteError):
        WooClient(plain.url, KEY, SECRET).connect()
    assert set(dialled) == {"127.0.0.1"}


def test_a_name_that_moves_into_our_network_is_refused_at_the_next_connection(settings, monkeypatch):
    """The connection that is open stays with the address that was judged."""
    settings.ALLOW_PRIVATE_STORE_URLS = True
    addresses = iter([["127.0.0.1"], ["169.254.169.254"], ["169.254.169.254"]])
    monkeypatch.setattr(outbound_guard, "resolve", lambda host, port: next(addresses))
    with keeping() as host:
        woo = Woo(host)
        client = WooClient(f"http://shop.example:{host.port}", KEY, SECRET)
        woo.home = f"http://shop.example:{host.port}"
        client.connect()
        asked = len(host.asked)
        client.close()
        with pytest.raises(NeedsConfigurationError) as refused:
            client.get("products")
        assert (refused.value.kind, len(host.asked)) == ("wrong_address", asked)


def traces(error: BaseException) -> str:
    """Everything of an error that could be written down somewhere."""
    texts, seen = [], error
    while seen is not None:
        texts += [str(seen), repr(seen), repr(seen.args), repr(vars(seen)), "".join(traceback.format_exception(seen))]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(texts)


CANARY = "cs_canary&é/+%"
FORMS = (KEY, CANARY, "cs_canary", b64encode(f"{KEY}:{CANARY}".encode()).decode())


@pytest.mark.parametrize("way", ["basic", "oauth-https", "oauth-http", "query"])
@pytest.mark.parametrize("fault", range(9))
def test_keys_are_seen_nowhere(tls, caplog, capsys, way, fault):  # noqa: F811
    """Whatever the shop says back, and however a request ends."""
    caplog.set_level(logging.DEBUG)

    def echo(asked: Asked) -> Said:
        said = asked.raw + CANARY + FORMS[-1]
        body = {"code": "rest_x", "message": said, "data": {"status": 401, "params": {said: said}}}
        page = f"<html><title>{said}</title></html>".encode()
        place = f"https://www.shop.example/{KEY}/wp-json/?consumer_key={KEY}&consumer_secret=cs_canary"
        return [
            Said(401, body), Said(403, page, {"Content-Type": "text/html"}), Said(500, body), Said(302, headers={"Location": place}),
            Said(talk=lambda peer: None), Said(talk=sends(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" + asked.raw[:5].encode())),
            Said(200, b"{", {"Link": f"<{place}>; rel=next"}), Said(400, body), Said(429, body, {"Retry-After": said}),
        ][fault]  # fmt: skip

    tls.answer = echo
    remembered = {"store": tls.url, "api_root": f"{tls.url}/wp-json", "auth": way}
    client = WooClient(tls.url, KEY, CANARY, remembered=remembered)
    with pytest.raises(RemoteError) as error:
        client.get("products", {"per_page": "1"})
    logged = [record.getMessage() for record in caplog.records]
    shown = "".join([traces(error.value), repr(client), repr(client.remembered), *logged, *capsys.readouterr()])
    assert logged
    for form in FORMS:
        assert form not in shown


def test_a_good_answer_hands_on_no_key(tls):  # noqa: F811
    woo = Woo(tls)
    woo.strips_header = True
    woo.by_signature = lambda asked, query: {"code": "woocommerce_rest_authentication_error", "message": "x", "data": {"status": 401}}
    answer_of = woo.answer

    def answer(asked: Asked) -> Said:
        said = answer_of(asked)
        said.headers = {**said.headers, "Link": f"<{tls.url}{asked.raw.split(' ')[1]}&page=2>; rel=next"}
        return said

    tls.answer = answer
    client = WooClient(tls.url, KEY, SECRET)
    facts = client.connect()
    assert client.remembered["auth"] == "query"
    shown = repr((facts, client.remembered, client.get("products"), client.get("products").headers, client))
    assert KEY not in shown and SECRET not in shown


def test_urllib3_is_kept_from_writing_addresses_down():
    """It would log them whole, with a key in the query; the project's logging raises its level."""
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.DEBUG)
