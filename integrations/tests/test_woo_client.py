"""The client against a shop's web server that answers as WooCommerce does, or as it should not."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from common import http
from integrations.providers.woocommerce.client import WooClient
from integrations.tests.shop_host import Asked, Said, ShopHost, certificate, shop_host

KEY, SECRET = "ck_0123456789abcdef0123456789abcdef01234567", "cs_fedcba9876543210fedcba9876543210fedcba98"
REFUSED = {"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot list resources.", "data": {"status": 401}}
NO_ROUTE = {"code": "rest_no_route", "message": "No route was found matching the URL and request method.", "data": {"status": 404}}


@pytest.fixture
def host(settings) -> Iterator[ShopHost]:
    """A shop without https."""
    settings.ALLOW_PRIVATE_STORE_URLS = True
    with shop_host() as running:
        yield running


@pytest.fixture
def tls(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ShopHost]:
    """A shop with https, whose certificate is trusted."""
    settings.ALLOW_PRIVATE_STORE_URLS = True
    context, paper = certificate(tmp_path)
    fresh = http.fresh_session

    def trusting():
        session = fresh()
        session.verify = paper
        return session

    monkeypatch.setattr(http, "fresh_session", trusting)
    with shop_host(context) as running:
        yield running


def shop(host: ShopHost, may_read, *, variations: bool = True):
    """A WooCommerce that lets in whom `may_read` says."""

    def answer(asked: Asked) -> Said:
        if asked.path == "/wp-json/":
            return Said(body={"name": "Sun", "home": host.url, "url": host.url, "namespaces": ["wc/v3", "wp/v2"]})
        if asked.path == "/wp-json/wc/v3/variations" and not variations:
            return Said(404, NO_ROUTE)
        if not may_read(asked):
            return Said(401, REFUSED)
        return Said(body=[{"id": 7}], headers={"X-WP-Total": "18", "X-WP-TotalPages": "18"})

    return answer


def by_basic(asked: Asked) -> bool:
    return asked.headers.get("authorization") == "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()


def test_an_ordinary_shop(tls):
    tls.answer = shop(tls, by_basic)
    client = WooClient(tls.url + "/wp-admin/", KEY, SECRET)
    facts = client.connect()
    assert facts == {
        "store_url": tls.url, "api_root": f"{tls.url}/wp-json", "home": tls.url, "name": "Sun", "auth": "basic",
        "has_variations_endpoint": True, "products": 18, "notes": [],
    }  # fmt: skip
    assert tls.paths() == ["/wp-json/", "/wp-json/wc/v3/products", "/wp-json/wc/v3/variations"]
    answer = client.get("products", {"per_page": "100"})
    assert (answer.data, answer.total, answer.pages) == ([{"id": 7}], 18, 18)
    assert tls.connections == 1
    again = WooClient(tls.url, KEY, SECRET, remembered=client.remembered)
    assert again.get("products").total == 18
    assert len(tls.asked) == 5
    client.close()
    again.close()
