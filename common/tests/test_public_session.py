"""Many requests to one origin: kept open, judged at every new connection, within limits, and nothing follows a redirect."""

import gzip
import socket
import threading
import time

import pytest

from common import outbound_guard
from common.outbound_guard import FetchFailed, PublicSession, TooLarge, Why, stream_public
from common.public_addresses import AddressRefused
from common.tests.keeping_host import KeepingHost, Said, certificate, keeping
from common.tests.picture_host import drip, endless
from common.tests.test_outbound_guard import REFUSED, STRANGE, names, opened  # noqa: F401

BOTH = ("http", "https")


@pytest.fixture
def shop(settings) -> KeepingHost:
    """A server that keeps connections open."""
    settings.ALLOW_PRIVATE_STORE_URLS = True
    with keeping() as running:
        running.answer = lambda asked: Said(body=[asked.path])
        yield running


def get(session: PublicSession, path: str = "/", **options):
    return session.get(f"{session.target.scheme}://{_netloc(session)}{path}", **{"max_bytes": 1_000_000, "deadline": 3} | options)


def _netloc(session: PublicSession) -> str:
    return session.target.url.partition("://")[2].partition("/")[0]


def session_to(url: str) -> PublicSession:
    return PublicSession(url, schemes=BOTH)


def test_one_connection_for_many_requests_also_packed_ones(shop):
    session = session_to(shop.url)
    assert get(session, "/a").body == b'["/a"]'
    shop.answer = lambda asked: Said(body=gzip.compress(b"[1]" * 1000), headers={"Content-Encoding": "gzip"})
    assert get(session, "/b").body == b"[1]" * 1000
    assert [one.headers["accept-encoding"] for one in shop.asked] == ["gzip", "gzip"]
    assert shop.connections == 1
    session.close()


def test_parcels_may_follow_each_other(shop):
    shop.answer = lambda asked: Said(body=gzip.compress(b"[1,") + gzip.compress(b"2]") + b"rest", headers={"Content-Encoding": "gzip"})
    assert get(session_to(shop.url)).body == b"[1,2]"
    shop.answer = lambda asked: Said(body=gzip.compress(b" " * 100_000) * 100, headers={"Content-Encoding": "gzip"})
    with pytest.raises(TooLarge):
        get(session_to(shop.url))


def test_what_is_refused_is_refused_here_too(opened, names):  # noqa: F811
    for url in (*REFUSED, *STRANGE):
        with pytest.raises(AddressRefused):
            PublicSession(url).get(url, max_bytes=1000, deadline=2)
    assert opened == []


def test_another_server_is_none_of_its_business(shop):
    session = session_to(shop.url)
    with keeping() as other:
        for url in (other.url, shop.url.replace("http://", "https://"), shop.url.replace("127.0.0.1", "localhost")):
            with pytest.raises(AddressRefused):
                session.get(url, max_bytes=1000, deadline=2)
        assert shop.asked == other.asked == []


def test_each_new_connection_is_judged_and_an_open_one_is_not(shop, monkeypatch):
    looks = []

    def resolve(host, port):
        looks.append(host)
        return ["127.0.0.1"] if len(looks) < 3 else ["169.254.169.254"]

    monkeypatch.setattr(outbound_guard, "resolve", resolve)
    session = session_to(f"http://shop.example:{shop.port}/")
    get(session)
    get(session)
    assert looks == ["shop.example"]
    shop.answer = lambda asked: Said(headers={"Connection": "close"})
    get(session)
    get(session)
    assert len(looks) == 2
    with pytest.raises(AddressRefused):  # The name leads elsewhere by now.
        get(session)
    assert shop.connections == 2
    assert "shop.example" in shop.asked[0].headers["host"]


def test_a_connection_that_the_server_has_dropped_is_made_anew(shop):
    session = session_to(shop.url)
    get(session)

    def hang_up(peer: socket.socket) -> None:
        shop.answer = lambda asked: Said(body=[2])

    shop.answer = lambda asked: Said(talk=hang_up)  # The request comes thhost, then the line is dead.
    assert get(session).body == b"[2]"
    assert (shop.connections, len(shop.asked)) == (2, 3)


def test_a_server_that_hangs_up_on_everybody_is_left_after_one_try(shop):
    shop.answer = lambda asked: Said(talk=lambda peer: None)
    with pytest.raises(FetchFailed) as failed:
        get(session_to(shop.url))
    assert failed.value.why is Why.UNREACHABLE and len(shop.asked) == 1


def test_redirects_are_handed_back(shop):
    shop.answer = lambda asked: Said(302, headers={"Location": "http://169.254.169.254/"})
    answer = get(session_to(shop.url), headers={"Authorization": "Basic s3cret"})
    assert (answer.status, answer.headers["Location"], len(shop.asked)) == (302, "http://169.254.169.254/", 1)


def test_cookies_are_not_kept(shop):
    session = session_to(shop.url)
    shop.answer = lambda asked: Said(headers={"Set-Cookie": "a=b; path=/"})
    get(session)
    get(session)
    assert "cookie" not in shop.asked[-1].headers


def test_first_bytes_end_the_reading(host):
    host.act("/endless", endless)
    answer = get(session_to(host.url("/")), "/endless", first_bytes=1000)
    assert (len(answer.body), answer.is_whole) == (1000, False)


@pytest.mark.parametrize(
    ("talk", "why"),
    [
        (drip, Why.SLOW),
        (lambda peer, _: time.sleep(4), Why.SLOW),
        (lambda peer, _: [peer.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 50), time.sleep(4)], Why.SLOW),
        (lambda peer, _: peer.sendall(b"SECRET-BANNER\r\n\r\n"), Why.UNREACHABLE),
        (lambda peer, _: peer.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-Flood: 1\r\n" * 5000 + b"\r\n"), Why.UNREACHABLE),
        (lambda peer, _: peer.sendall(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n"), Why.UNREACHABLE),
        (lambda peer, _: peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1]"), Why.BROKE_OFF),
        (lambda peer, _: peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2"), Why.BROKE_OFF),
        (lambda peer, _: peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), Why.BROKE_OFF),
        (lambda peer, _: peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 99)[:-9]), Why.BROKE_OFF),
        (lambda peer, _: peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip"), Why.DAMAGED),
        (lambda peer, _: peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\nxx"), Why.DAMAGED),
        (endless, Why.TOO_LARGE),
    ],
)
def test_a_misbehaving_server(host, talk, why):
    host.act("/x", talk)
    begin = time.monotonic()
    with pytest.raises(FetchFailed) as failed:
        get(session_to(host.url("/")), "/x", deadline=0.5)
    assert failed.value.why is why
    assert time.monotonic() - begin < 3
    assert "SECRET" not in str(failed.value) and failed.value.__cause__ is None


def test_a_gzip_bomb_is_too_large(host):
    host.serve("/bomb", gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")
    with pytest.raises(TooLarge):
        get(session_to(host.url("/")), "/bomb")


def test_after_a_failure_the_session_goes_on(shop):
    session = session_to(shop.url)
    shop.answer = lambda asked: Said(talk=lambda peer: time.sleep(2))
    with pytest.raises(FetchFailed):
        get(session, deadline=0.3)
    shop.answer = lambda asked: Said(body=[1])
    assert get(session).body == b"[1]"


def test_threads_take_turns(shop):
    session = session_to(shop.url)
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(get(session, "/t").body)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [b'["/t"]'] * 5
    assert shop.connections == 1


@pytest.mark.parametrize(("name", "days"), [("127.0.0.1", -1), ("other.example", 2), ("127.0.0.1", 2)])
def test_a_certificate_that_is_not_trusted_stops_before_anything_is_said(settings, tmp_path, name, days):
    settings.ALLOW_PRIVATE_STORE_URLS = True
    with keeping(certificate(tmp_path, name=name, days=days)[0]) as running:
        with pytest.raises(FetchFailed) as failed:
            get(session_to(running.url))
        assert failed.value.why is Why.CERTIFICATE and running.asked == []


def test_a_port_without_tls(shop):
    with pytest.raises(FetchFailed) as failed:
        get(session_to(shop.url.replace("http://", "https://")))
    assert failed.value.why is Why.NO_TLS


def test_nobody_there(settings):
    settings.ALLOW_PRIVATE_STORE_URLS = True
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(FetchFailed) as failed:
        get(session_to(f"http://127.0.0.1:{port}/"))
    assert failed.value.why is Why.UNREACHABLE


def test_proxies_of_the_environment_are_not_used(shop, monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert get(session_to(shop.url), "/x").body == b'["/x"]'


def post(session: PublicSession, verb: str = "ask"):
    url, limits = f"http://{_netloc(session)}/q", {"max_bytes": 1_000_000, "deadline": 3, "headers": {"X-Key": "1"}}
    return session.ask(url, b"{}", **limits) if verb == "ask" else session.write("POST", url, b"{}", **limits)


def test_a_question_by_post_is_asked_again_over_a_dropped_connection_and_a_change_is_not(shop):
    session = session_to(shop.url)
    get(session)

    def hang_up(peer: socket.socket) -> None:
        shop.answer = lambda asked: Said(body=[2])

    shop.answer = lambda asked: Said(talk=hang_up)
    assert post(session).body == b"[2]"
    assert [(one.body, one.headers.get("x-key")) for one in shop.asked[1:]] == [(b"{}", "1")] * 2
    shop.answer = lambda asked: Said(talk=hang_up)
    with pytest.raises(FetchFailed) as failed:
        post(session, "write")
    assert failed.value.may_be_done and len(shop.asked) == 4


def test_a_file_comes_in_portions(shop, host):
    body = bytes(range(256)) * 4_000
    shop.answer = lambda asked: Said(body=gzip.compress(body), headers={"Content-Encoding": "gzip"})
    portions = list(stream_public(shop.url, max_bytes=2_000_000, deadline=5, schemes=BOTH))
    assert b"".join(portions) == body and len(portions) > 1
    host.act("/x", endless)
    portions = stream_public(host.url("/x"), max_bytes=2_000_000, deadline=5, schemes=BOTH)
    with pytest.raises(TooLarge):
        for portion in portions:
            assert len(portion) < 100_000
    shop.answer = lambda asked: Said(302, headers={"Location": shop.url})
    with pytest.raises(FetchFailed, match="302"):
        list(stream_public(shop.url, max_bytes=10, deadline=5, schemes=BOTH))


def rest_of(shop, start):
    return b"".join(stream_public(shop.url, max_bytes=1_000, deadline=5, schemes=BOTH, start=start))


def test_a_file_is_gone_on_with_where_it_stopped(shop):
    body = bytes(range(100))
    shop.answer = lambda asked: Said(206, body[40:], {"Content-Range": "bytes 40-99/100"})
    assert rest_of(shop, 40) == body[40:]
    assert (shop.asked[0].headers["range"], shop.asked[0].headers["accept-encoding"]) == ("bytes=40-", "identity")
    shop.answer = lambda asked: Said(416, b"<Error/>", {"Content-Range": "bytes */100"})
    assert rest_of(shop, 100) == b""
    shop.answer = lambda asked: Said(200, body)
    assert (rest_of(shop, 40), rest_of(shop, 100), rest_of(shop, 0)) == (body[40:], b"", body)


PACKED = {"Content-Range": "bytes 40-99/100", "Content-Encoding": "gzip"}


@pytest.mark.parametrize("headers", [{"Content-Range": "bytes 0-99/100"}, {}, PACKED])
def test_another_part_of_a_file_is_not_taken_for_the_right_one(shop, headers):
    shop.answer = lambda asked: Said(206, gzip.compress(b"x"), headers)
    with pytest.raises(FetchFailed, match="206"):
        rest_of(shop, 40)


def test_a_file_that_is_gone_on_with_may_not_be_longer_in_all(shop):
    shop.answer = lambda asked: Said(206, b"x" * 200, {"Content-Range": "bytes 900-1099/1100"})
    with pytest.raises(TooLarge):
        rest_of(shop, 900)


def test_files_are_not_fetched_from_own_networks(opened, names):  # noqa: F811
    for url in (*REFUSED, *STRANGE):
        with pytest.raises(AddressRefused):
            list(stream_public(url, max_bytes=1000, deadline=2))
    assert opened == []
