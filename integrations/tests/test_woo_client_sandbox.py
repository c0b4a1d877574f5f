"""The client and the sandbox's WooCommerce, written apart from each other: they must agree on signatures, refusals and faults."""

from collections.abc import Callable

import pytest

from common import http
from common.errors import NeedsConfigurationError, RemoteError, TransientError
from integrations.providers.woocommerce.client import WooClient
from sandbox.shops.adapter import session_for
from sandbox.shops.woocommerce import WooShop

KEY, SECRET = "ck_0123456789abcdef0123456789abcdef01234567", "cs_fedcba9876543210fedcba9876543210fedcba98"
HOME = "https://shop.example/store"


@pytest.fixture
def connected(monkeypatch) -> Callable[..., tuple[WooShop, WooClient]]:
    """`connected(home, **knobs)`: a shop with two products, and a client that reaches it without sockets."""

    def make(home: str = HOME, **knobs) -> tuple[WooShop, WooClient]:
        shop = WooShop(home=home)
        vars(shop).update(knobs)
        shop.add_key(KEY, SECRET)
        for name in ("Hat", "Scarf"):
            shop.add(name=name)
        monkeypatch.setattr(http, "fresh_session", lambda: session_for(shop))
        return shop, WooClient(home, KEY, SECRET)

    return make


@pytest.mark.parametrize(
    ("home", "knobs", "auth"),
    [
        (HOME, {}, "basic"),
        (HOME, {"strips_authorization": True}, "oauth-https"),
        (HOME, {"believes_tls": False}, "oauth-http"),
        (HOME, {"believes_tls": False, "strips_authorization": True}, "oauth-http"),
        ("http://shop.example", {}, "oauth-http"),
        ("http://shop.example:8080/a/b", {"strips_authorization": True}, "oauth-http"),
    ],
)
def test_ways_in(connected, home, knobs, auth):
    _shop, client = connected(home, **knobs)
    facts = client.connect()
    assert (facts["auth"], facts["products"], facts["has_variations_endpoint"]) == (auth, 2, True)
    answer = client.get("products", {"orderby": "id", "order": "asc", "search": "50% off & more~ä"})
    assert answer.data == []
    names = client.get("products", {"orderby": "id", "order": "asc", "_fields": "id,name"}).data
    assert [product["name"] for product in names] == ["Hat", "Scarf"]


def test_an_old_shop(connected):
    _shop, client = connected(version="7.9")
    assert client.connect()["has_variations_endpoint"] is False


FAULTS = {
    "slow": "timeout", "hang": "timeout", "reset_before": "unreachable", "reset_after": "unreachable", "cut": "connection_lost",
    "truncated": "truncated", "throttled": "throttled", "fatal": "php_error", "database_down": "database_down",
    "maintenance": "maintenance", "gateway_timeout": "timeout", "firewall": "firewall", "challenge": "challenge",
    "no_woocommerce": "woo_off", "gzip_bomb": "too_large", "endless": "too_large", "redirect_www": "redirect_elsewhere",
    "key_revoked": "bad_key", "no_rights": "no_rights", "plain_permalinks": "plain_permalinks",
}  # fmt: skip
FOR_A_PERSON = {"redirect_www", "key_revoked", "no_rights", "plain_permalinks"}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_a_shop_that_has_worked(connected, fault):
    shop, client = connected()
    client.connect()
    shop.faults.add(fault, seconds=45, mb=60)
    expected = NeedsConfigurationError if fault in FOR_A_PERSON else TransientError
    with pytest.raises(expected) as failed:
        client.get("products")
    assert failed.value.kind == FAULTS[fault]
    assert failed.value.retry_after == (45 if fault in ("throttled", "maintenance") else None)
    assert "slash" not in client.remembered
    shop.faults.clear()
    assert client.get("products").total == 2


@pytest.mark.parametrize("fault", [*FAULTS, "redirect_https"])
def test_faults_at_the_first_look(connected, fault):
    home = "http://shop.example" if fault == "redirect_https" else HOME
    shop, client = connected(home)
    shop.faults.add(fault, seconds=45, mb=60)
    with pytest.raises(RemoteError) as failed:
        client.connect()
    assert failed.value.kind == FAULTS.get(fault, "redirect_elsewhere")
    if fault == "redirect_https":
        assert failed.value.data["address"] == "https://shop.example"


def test_a_notice_before_every_answer_does_no_harm(connected):
    shop, client = connected()
    shop.faults.add("notice")
    facts = client.connect()
    assert facts["products"] == 2 and "WP_DEBUG_DISPLAY" in facts["notes"][0]


def test_a_key_that_is_deleted_costs_few_calls(connected):
    shop, client = connected()
    client.connect()
    shop.revoke(KEY)
    before = len(shop.calls())
    with pytest.raises(NeedsConfigurationError) as refused:
        client.get("products")
    assert refused.value.kind == "bad_key" and len(shop.calls()) - before == 2
