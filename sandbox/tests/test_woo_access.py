"""Who gets in: Basic, query keys, OAuth in both forms; proxies, lost headers, clocks, nonces; and what becomes of the keys afterwards."""

from datetime import timedelta

import pytest
import requests

from sandbox.shops.adapter import session_for
from sandbox.shops.woocommerce import ShopRequest, oauth_signature
from sandbox.tests.woo_recorded import KEY, NOW, SECRET, ask, make_shop

PLAIN = "http://shop.example/store"
TLS = "https://shop.example/store"


def signed(shop, path="products", *, header=False, scheme=None, how="HMAC-SHA256", key=KEY, secret=SECRET, seconds=0, nonce="n1", **params):
    """A GET signed with OAuth, as a careful client signs."""
    address = f"{shop.home}/wp-json/wc/v3/{path}"
    base = address.replace(address.split(":")[0], scheme or address.split(":")[0], 1)
    oauth = {
        "oauth_consumer_key": key,
        "oauth_timestamp": str(int(NOW.timestamp()) + seconds),
        "oauth_nonce": nonce,
        "oauth_signature_method": how,
    }
    pairs = [*params.items(), *oauth.items()]
    oauth["oauth_signature"] = oauth_signature("GET", base, pairs, secret, how)
    request = requests.Request("GET", address, params=params if header else {**params, **oauth}).prepare()
    if header:
        words = ", ".join(f'{name}="{requests.utils.quote(value, safe="")}"' for name, value in oauth.items())
        return ShopRequest("GET", request.url, {"Authorization": f"OAuth {words}"})
    return ShopRequest("GET", request.url)


def basic(shop, secret=SECRET):
    request = requests.Request("GET", f"{shop.home}/wp-json/wc/v3/products", auth=(KEY, secret)).prepare()
    return ShopRequest("GET", request.url, dict(request.headers))


def said(answer):
    return answer.status if answer.status == 200 else (answer.status, answer.json()["code"].rsplit("rest_")[-1], answer.json()["message"])


NOBODY = (401, "cannot_view", "Sorry, you cannot list resources.")


def failed(message):
    return 401, "authentication_error", message


@pytest.mark.parametrize("how", ["HMAC-SHA1", "HMAC-SHA256"])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("home", [PLAIN, TLS, "http://127.0.0.1:8001/shops/demo"])
def test_oauth_works_everywhere_and_in_both_forms(home, header, how):
    shop = make_shop(home)
    call = signed(shop, header=header, how=how, per_page="5", search="50% off & more~", _fields="id,name")
    assert said(shop.handle(call)) == 200


def test_what_oauth_refuses():
    shop = make_shop(PLAIN)
    wrong = failed("Invalid signature - provided signature does not match.")
    assert said(shop.handle(signed(shop, scheme="https"))) == wrong
    assert said(shop.handle(signed(shop, secret="cs_other"))) == wrong
    assert said(shop.handle(signed(shop, **{"include[]": "1"}))) == wrong, "PHP renumbers the key"
    assert said(shop.handle(signed(shop, include="1,2"))) == 200
    assert said(shop.handle(signed(shop, key="ck_9"))) == failed("Consumer key is invalid.")
    assert said(shop.handle(signed(shop, nonce="n1"))) == failed("Invalid nonce - nonce has already been used.")
    for seconds, text in ((16 * 60, "Invalid timestamp."), (-16 * 60, "Invalid timestamp.")):
        assert said(shop.handle(signed(shop, seconds=seconds, nonce=f"n{seconds}"))) == failed(text)
    assert said(shop.handle(signed(shop, seconds=-14 * 60, nonce="n3"))) == 200


def test_the_next_link_of_a_signed_list_does_not_work():
    shop = make_shop(PLAIN)
    for number in range(3):
        shop.add(name=str(number))
    answer = shop.handle(signed(shop, per_page="2"))
    address = answer.headers["Link"].split(">")[0].removeprefix("<")
    assert "oauth_nonce" in address and shop.handle(ShopRequest("GET", address)).status == 401


def test_keys_need_tls_that_wordpress_believes_in():
    shop = make_shop(TLS)
    assert said(shop.handle(basic(shop))) == said(ask(shop, "products")) == 200
    assert said(shop.handle(basic(shop, "cs_9"))) == failed("Consumer secret is invalid.")
    shop.believes_tls = False
    assert said(shop.handle(basic(shop))) == said(ask(shop, "products")) == NOBODY
    assert said(shop.handle(signed(shop, scheme="http"))) == 200
    assert said(shop.handle(signed(shop, nonce="n2"))) == failed("Invalid signature - provided signature does not match.")
    assert shop.handle(signed(shop, scheme="http", nonce="n3")).headers["Link"].startswith("<http://shop.example/store/wp-json/>")
    shop = make_shop(PLAIN)
    shop.believes_tls = True
    assert said(shop.handle(basic(shop))) == 200


def test_a_lost_header_leaves_query_keys():
    shop = make_shop(TLS)
    shop.strips_authorization = True
    assert said(shop.handle(basic(shop))) == NOBODY
    assert said(shop.handle(signed(shop, header=True))) == NOBODY
    assert said(ask(shop, "products")) == said(shop.handle(signed(shop, nonce="n2"))) == 200


def test_a_revoked_key_is_an_unknown_one():
    shop = make_shop(TLS)
    shop.revoke(KEY)
    assert said(ask(shop, "products")) == NOBODY
    assert said(shop.handle(signed(shop))) == failed("Consumer key is invalid.")
    shop.revoke(KEY, revoked=False)
    assert said(ask(shop, "products")) == 200


def test_query_keys_stand_in_the_link_but_never_in_the_log():
    shop = make_shop(TLS)
    for number in range(11):
        shop.add(name=str(number))
    assert SECRET in ask(shop, "products", per_page=5).headers["Link"]
    call = shop.calls("products")[0]
    assert (call.query, call.signed, call.key_tail, call.outcome) == ("per_page=5", "query", KEY[-4:], "ok")
    assert SECRET not in repr(shop.calls()) + repr(shop.keys) and KEY not in repr(shop.calls())


def test_the_other_ways_to_the_api():
    shop = make_shop(TLS)
    query = f"consumer_key={KEY}&consumer_secret={SECRET}"
    assert shop.handle(ShopRequest("GET", f"{TLS}/index.php/wp-json/wc/v3/products?{query}")).status == 200
    assert shop.handle(ShopRequest("GET", f"{TLS}/?rest_route=/wc/v3/products&{query}")).status == 401
    home = shop.handle(ShopRequest("HEAD", f"{TLS}/"))
    assert home.headers["Link"] == f'<{TLS}/wp-json/>; rel="https://api.w.org/"'
    assert shop.handle(ShopRequest("GET", f"{TLS}/nowhere")).status == 404


def test_writing_is_refused_loudly():
    shop = make_shop(TLS)
    query = f"consumer_key={KEY}&consumer_secret={SECRET}"
    assert shop.handle(ShopRequest("POST", f"{TLS}/wp-json/wc/v3/products?{query}")).status == 501
    assert shop.handle(ShopRequest("POST", f"{TLS}/wp-json/wc/v3/variations?{query}")).status == 404


def test_a_session_without_sockets():
    shop = make_shop(TLS)
    shop.add(name="Lamp")
    session = session_for(shop)
    session.auth = (KEY, SECRET)
    answer = session.get(f"{TLS}/wp-json/wc/v3/products", params={"per_page": 1}, timeout=5)
    assert answer.json()[0]["name"] == "Lamp" and answer.headers["x-wp-total"] == "1"
    head = session.head(f"{TLS}/wp-json/wc/v3/products", timeout=5)
    assert head.headers["X-WP-Total"] == "1" and head.content == b""


def test_old_nonces_are_forgotten():
    shop = make_shop(PLAIN)
    for number in range(499):
        shop.handle(signed(shop, nonce=f"n{number}"))
    shop.clock = lambda: NOW + timedelta(minutes=16)
    shop.handle(signed(shop, nonce="last", seconds=16 * 60))
    assert len(shop.keys[KEY].nonces) == 1
