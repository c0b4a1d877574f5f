"""The client against a shop's web server that answers as WooCommerce does: finding it, being let in, remembering what worked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from common import http
from common.errors import NeedsConfigurationError, RemoteError, TransientError
from common.tests.keeping_host import Asked, KeepingHost, Said, certificate, keeping
from integrations.providers.woocommerce.client import WooClient
from integrations.tests.woo_behind_a_server import ARABIC, CANNOT_VIEW, ENGLISH, KEY, SECRET, Woo, no, ways_tried


@pytest.fixture
def plain(settings) -> Iterator[KeepingHost]:
    """A shop without https."""
    settings.ALLOW_PRIVATE_STORE_URLS = True
    with keeping() as running:
        yield running


@pytest.fixture
def tls(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeepingHost]:
    """A shop with https, whose certificate is trusted."""
    settings.ALLOW_PRIVATE_STORE_URLS = True
    context, paper = certificate(tmp_path)
    fresh = http.fresh_session

    def trusting():
        session = fresh()
        session.verify = paper
        return session

    monkeypatch.setattr(http, "fresh_session", trusting)
    with keeping(context) as running:
        yield running


def test_an_ordinary_shop(tls):
    Woo(tls)
    client = WooClient(f" {tls.url}/wp-admin/ ", f" {KEY}\n", SECRET)
    assert client.connect() == {
        "store_url": tls.url, "api_root": f"{tls.url}/wp-json", "home": tls.url, "name": "Sun", "auth": "basic",
        "has_variations_endpoint": True, "products": 18, "notes": [],
    }  # fmt: skip
    assert tls.paths() == ["/wp-json/", "/wp-json/wc/v3/products", "/wp-json/wc/v3/variations"]
    answer = client.get("products", {"per_page": "100", "include": "1,2"})
    assert (answer.data, answer.total, answer.pages) == ([{"id": 7}], 18, 18)
    assert tls.asked[-1].query == {"per_page": "100", "include": "1,2"}
    assert tls.connections == 1


def test_what_worked_is_remembered(tls):
    Woo(tls).strips_header = True
    first = WooClient(tls.url, KEY, SECRET, remembered={"page_size": 50})
    first.connect()
    assert first.remembered["page_size"] == 50
    tls.asked.clear()
    again = WooClient(tls.url, KEY, SECRET, remembered=first.remembered)
    again.get("products")
    assert ways_tried(tls) == ["oauth_signature"] and len(tls.asked) == 1
    again.connect()
    assert len(tls.asked) == 3  # The proof, and whether variations come at once.


@pytest.mark.parametrize(("behind", "slow_by"), [(0, None), (-7_200, None), (200, None), (1_860, 45), (400 * 86_400, 1_440)])
def test_how_slow_the_shops_clock_is_is_remembered_and_forgotten(plain, behind, slow_by):
    Woo(plain)
    usual = plain.answer

    def late(asked):
        said = usual(asked)
        said.headers = {**said.headers, "Date": format_datetime(datetime.now(UTC) - timedelta(seconds=behind), usegmt=True)}
        return said

    plain.answer = late
    client = WooClient(plain.url, KEY, SECRET)
    client.connect()
    assert client.remembered.get("slow_by") == slow_by
    plain.answer = usual
    again = WooClient(plain.url, KEY, SECRET, remembered=client.remembered)
    again.get("products")
    assert not again.remembered.get("slow_by")


def test_facts_of_another_address_are_not_trusted_with_the_key(tls, plain):
    Woo(tls)
    first = WooClient(tls.url, KEY, SECRET)
    first.connect()
    Woo(plain)
    for remembered in (first.remembered, first.remembered | {"store": plain.url}, {"store": plain.url, "api_root": 5, "auth": "x"}):
        other = WooClient(plain.url, KEY, SECRET, remembered=remembered)
        asked = len(tls.asked)
        assert other.get("products").total == 18
        assert len(tls.asked) == asked


@pytest.mark.parametrize(
    ("change", "auth", "tried"),
    [
        ({}, "basic", ["header"]),
        ({"strips_header": True}, "oauth-https", ["header", "oauth_signature"]),
        ({"is_ssl": False}, "oauth-http", ["header", "oauth_signature", "oauth_signature"]),
        ({"is_ssl": False, "strips_header": True}, "oauth-http", ["header", "oauth_signature", "oauth_signature"]),
    ],
)
def test_ways_in(tls, change, auth, tried):
    vars(Woo(tls)).update(change)
    facts = WooClient(tls.url, KEY, SECRET).connect()
    assert (facts["auth"], ways_tried(tls), bool(facts["notes"])) == (auth, tried, auth != "basic")


def test_a_shop_that_checks_signatures_against_an_address_nobody_knows_gets_the_key_in_the_query(tls):
    woo = Woo(tls)
    woo.strips_header, woo.by_signature = True, lambda asked, query: no("التوقيع غير صالح")
    facts = WooClient(tls.url, KEY, SECRET).connect()
    assert (facts["auth"], ways_tried(tls)[-1]) == ("query", "consumer_secret")
    assert "log" in facts["notes"][0]


def test_signed_as_the_shop_knows_itself(plain):
    """It is reached by one name and believes itself to have another (a proxy, or www left out)."""
    woo = Woo(plain)
    woo.home = "http://www.shop.example"
    facts = WooClient(plain.url, KEY, SECRET).connect()
    assert (facts["auth"], ways_tried(plain)) == ("oauth-http", ["oauth_signature"])


def test_over_plain_http_the_secret_never_travels(plain):
    woo = Woo(plain)
    WooClient(plain.url, KEY, SECRET).connect()
    woo.knows_key = False
    with pytest.raises(NeedsConfigurationError):
        WooClient(plain.url, KEY, SECRET).connect()
    assert all(SECRET not in asked.raw and "authorization" not in asked.headers for asked in plain.asked)


@pytest.mark.parametrize(
    ("words", "change", "secret", "kind", "requests"),
    [
        (ENGLISH, {}, "cs_wrong", "bad_key", 1),
        (ENGLISH, {"knows_key": False}, SECRET, "bad_key", 2),
        (ARABIC, {"knows_key": False}, SECRET, "bad_key", 4),
        (ENGLISH, {"strips_header": True}, "cs_wrong", "bad_key", 4),
        (ENGLISH, {"strips_header": True, "strips_query": True}, SECRET, "header_stripped", 4),
        (ENGLISH, {"is_ssl": False}, "cs_wrong", "bad_key", 4),
    ],
)
def test_a_refused_key_costs_few_requests(tls, words, change, secret, kind, requests):
    vars(Woo(tls)).update({**change, "words": words})
    with pytest.raises(NeedsConfigurationError) as refused:
        WooClient(tls.url, KEY, secret).connect()
    assert (refused.value.kind, len(ways_tried(tls))) == (kind, requests)


def test_a_key_that_is_revoked_while_products_are_read(tls):
    woo = Woo(tls)
    client = WooClient(tls.url, KEY, SECRET)
    client.connect()
    woo.knows_key = False
    tls.asked.clear()
    for _ in range(3):
        with pytest.raises(NeedsConfigurationError) as refused:
            client.get("products")
        assert refused.value.kind in ("bad_key", "header_stripped")
    assert len(tls.asked) <= 4


def test_a_web_server_that_begins_to_strip_headers_is_coped_with(tls):
    woo = Woo(tls)
    client = WooClient(tls.url, KEY, SECRET)
    client.connect()
    woo.strips_header = True
    again = WooClient(tls.url, KEY, SECRET, remembered=client.remembered)
    assert again.get("products").total == 18
    assert again.remembered["auth"] == "oauth-https"


def test_a_key_without_rights(tls):
    woo = Woo(tls)
    woo.refusal = lambda asked: {**CANNOT_VIEW, "data": {"status": 403}}
    with pytest.raises(NeedsConfigurationError) as refused:
        WooClient(tls.url, KEY, SECRET).connect()
    assert (refused.value.kind, len(ways_tried(tls))) == ("no_rights", 1)


def test_an_outage_while_ways_are_tried_is_an_outage(tls):
    woo = Woo(tls)
    answers = iter([Said(401, CANNOT_VIEW), Said(503, b"", {"Retry-After": "7"})])
    tls.answer = lambda asked: next(answers) if "products" in asked.path else woo.answer(asked)
    with pytest.raises(TransientError) as outage:
        WooClient(tls.url, KEY, SECRET).connect()
    assert outage.value.retry_after == 7


@pytest.mark.parametrize(("key", "secret", "kind"), [("", SECRET, "no_key"), (KEY, "  ", "no_key"), (SECRET, KEY, "keys_swapped")])
def test_what_can_be_seen_without_asking(tls, key, secret, kind):
    for ask in (WooClient(tls.url, key, secret).connect, lambda: WooClient(tls.url, key, secret).get("products")):
        with pytest.raises(NeedsConfigurationError) as refused:
            ask()
        assert refused.value.kind == kind
    assert tls.asked == []


def test_an_older_shop_has_no_list_of_all_variations(tls):
    Woo(tls).variations = False
    assert WooClient(tls.url, KEY, SECRET).connect()["has_variations_endpoint"] is False


def test_a_server_that_wants_a_slash_behind_everything(tls):
    woo = Woo(tls)

    def answer(asked: Asked) -> Said:
        return woo.answer(asked) if asked.path.endswith("/") else Said(301, headers={"Location": f"{asked.path}/"})

    tls.answer = answer
    client = WooClient(tls.url, KEY, SECRET)
    client.connect()
    tls.asked.clear()
    assert client.get("products").total == 18
    assert len(tls.asked) == 1


def test_a_notice_is_noted_once(tls):
    woo = Woo(tls)

    def answer(asked: Asked) -> Said:
        said = woo.answer(asked)
        if "products" in asked.path and said.status == 200:
            return Said(body=b"<b>Warning</b>: x in <b>y</b><br />\n" + b'[{"id": 7}]', headers=said.headers)
        return said

    tls.answer = answer
    client = WooClient(tls.url, KEY, SECRET)
    assert "WP_DEBUG_DISPLAY" in client.connect()["notes"][0]
    client.get("products")
    assert len(client.notes) == 1


def test_where_a_redirect_leads_is_told_without_going_there_with_the_key(tls, plain):
    """http -> another host -> its https: a person types the last one at once."""
    Woo(tls)
    plain.answer = lambda asked: Said(301, headers={"Location": f"{tls.url.replace('127.0.0.1', 'localhost')}{asked.path}"})
    first = WooClient(plain.url, KEY, SECRET)
    with pytest.raises(NeedsConfigurationError) as told:
        first.connect()
    assert told.value.data["address"] == tls.url.replace("127.0.0.1", "localhost")
    assert not any(KEY in asked.raw or "authorization" in asked.headers for asked in [*plain.asked, *tls.asked])


def test_without_https_typed_a_shop_that_has_none_is_found(plain, monkeypatch):
    Woo(plain)
    client = WooClient(plain.url.partition("://")[2], KEY, SECRET)
    assert client.store_url.startswith("https://")
    assert client.connect()["store_url"] == plain.url
    assert client.remembered["store"] == plain.url
    with pytest.raises(RemoteError) as stays:
        WooClient(plain.url.replace("http://", "https://"), KEY, SECRET).connect()
    assert stays.value.kind == "no_tls"


def test_an_invalid_certificate_is_never_a_reason_to_go_without(settings, tmp_path):
    settings.ALLOW_PRIVATE_STORE_URLS = True
    with keeping(certificate(tmp_path, days=-1)[0]) as running:
        with pytest.raises(NeedsConfigurationError) as refused:
            WooClient(running.url.partition("://")[2], KEY, SECRET).connect()
        assert (refused.value.kind, running.asked) == ("certificate", [])
