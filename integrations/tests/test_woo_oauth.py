"""Signatures against the shop's own way of checking them, and against the example that everybody knows."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.providers.woocommerce import addresses, oauth
from integrations.tests.woo_signature import as_woocommerce_checks_it

URL = "http://shop.example/wp-json/wc/v3/products"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
NAME = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)


def signed(params: dict, *, url: str = URL, secret: str = "cs_1") -> dict:
    return oauth.signed("get", url, params, "ck_1", secret, timestamp=1795162587, nonce="3278ae5d8d1c367f")


@given(st.dictionaries(NAME, TEXT, max_size=6), TEXT)
def test_the_shop_finds_the_signature_right(params, secret):
    sent = dict(parse_qsl(oauth.query(signed(params, secret=secret)), keep_blank_values=True, strict_parsing=True))
    assert as_woocommerce_checks_it("GET", URL, sent, secret)
    assert {name: sent[name] for name in params if not name.startswith("oauth_")} == {
        name: value for name, value in params.items() if not name.startswith("oauth_")
    }


@pytest.mark.parametrize(
    ("change", "address", "secret"),
    [({"per_page": "2"}, URL, "cs_1"), ({}, URL + "/", "cs_1"), ({}, URL.replace("http:", "https:"), "cs_1"), ({}, URL, "cs_2"),
     ({"oauth_nonce": "other"}, URL, "cs_1"), ({"oauth_timestamp": "1795162588"}, URL, "cs_1")],
)  # fmt: skip
def test_it_fits_nothing_else(change, address, secret):
    sent = signed({"per_page": "1", "search": "ä ~/?&=+%"})
    assert as_woocommerce_checks_it("GET", URL, sent, "cs_1")
    assert not as_woocommerce_checks_it("GET", address, sent | change, secret)


def test_the_base_string_of_the_specification():
    """RFC 5849, section 3.4.1.1 (its parameters have no doubles in our form, so one of them is left out; its host is written in capitals
    with the usual port, which only the specification takes for the same)."""
    params = {
        "b5": "=%3D", "a3": "a", "c@": "", "a2": "r b", "oauth_consumer_key": "9djdj82h48djs9d2", "oauth_token": "kkk9d7dh3k39sjv7",
        "oauth_signature_method": "HMAC-SHA1", "oauth_timestamp": "137131201", "oauth_nonce": "7d8f3e4a", "c2": "",
    }  # fmt: skip
    assert oauth.base_string("POST", "http://example.com/request?ignored=1", params) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9dj"
        "dj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7"
        "dh3k39sjv7"
    )


@pytest.mark.parametrize("url", ["https://Shop.Example:443/a/", "http://shop.example:8081/a", "http://[::1]:8081/a", "http://shop.example/"])
def test_the_address_is_signed_as_it_is_written(url):
    """As WordPress has it in its settings, capitals and usual ports included: WooCommerce compares with exactly that."""
    assert oauth.base_string("GET", url, {}) == f"GET&{oauth.encoded(url)}&"


def test_an_address_that_nobody_but_us_has_written():
    assert oauth.base_string("GET", "http://shop.example", {}) == f"GET&{oauth.encoded('http://shop.example/')}&"
    tidied = [addresses.without_usual_port(f"{start}/store") for start in ("http://a.example:80", "https://a.example:443", "http://a.example:443")]
    assert tidied == ["http://a.example/store", "https://a.example/store", "http://a.example:443/store"]


def test_the_address_as_the_shop_knows_it():
    url = "https://10.0.0.7:8443/store/wp-json/wc/v3/products"
    assert addresses.under_another_name(url, "http", "https://www.shop.example/store") == "http://www.shop.example/store/wp-json/wc/v3/products"
    known = addresses.under_another_name("http://shop.example/store/wp-json/wc/v3/products", "http", "http://Shop.Example:80/store")
    assert known == "http://Shop.Example:80/store/wp-json/wc/v3/products"


def test_the_secret_is_not_among_what_is_sent():
    assert "cs_1" not in str(signed({}))
