"""Every recorded refusal, asked of the sandbox shop in the same way: status, body and headers, in their order."""

import base64
from urllib.parse import urlencode

import pytest

from sandbox.shops.woocommerce import ShopRequest
from sandbox.tests.woo_recorded import HOME, KEY, SECRET, make_shop, recorded, stock

HEADERS = recorded("headers")
PLAIN = "http://127.0.0.1:8081"
READ, WRITE, GUEST = "ck_read", "ck_write", "ck_guest"
# Pages and notices are faults, see test_woo_faults.py; two were signed with a secret that is not known, see test_woo_access.py.
ELSEWHERE = ("5", "200-html", "200-warning", "404-woocommerce", "401-oauth-nonce", "401-oauth-clock")
REFUSALS = [name for name in HEADERS["errors"] if not name.startswith(ELSEWHERE)]


def shop_for(request_headers):
    link = dict(request_headers).get("Link", "")
    shop = make_shop(PLAIN if PLAIN in link else HOME)
    shop.add_key(READ, SECRET, "read")
    shop.add_key(WRITE, SECRET, "write")
    shop.add_key(GUEST, SECRET, rights=False)
    for number in range(18):
        shop.add(name=f"Product {number}", regular_price="1")
    family = recorded("bodies")["families"]["sample v-neck"]
    stock(shop, family["product"], family["variations"])
    shop.shelf.drop(27)
    shop.add_variation(11, id=29)
    shop.add_variation(family["product"]["id"], id=30)
    return shop


def credentials(name, request):
    """What was sent besides the parameters that the recording shows."""
    if name.startswith("401-oauth") or name == "401-no-credentials":
        return {}, {}
    if name == "401-basic-auth-over-plain-http":
        return {}, {"Authorization": f"Basic {base64.b64encode(f'{KEY}:{SECRET}'.encode()).decode()}"}
    key = {"401-unknown-key": "ck_9", "401-read-only-key-writes": READ, "401-write-only-key-reads": WRITE}.get(name, KEY)
    key = GUEST if name.startswith("403") else key
    secret = "cs_wrong" if name == "401-wrong-secret" else SECRET
    return {"consumer_key": key, "consumer_secret": secret}, {}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_worded_as_it_was_recorded(name):
    recording = HEADERS["errors"][name]
    request = recording["request"]
    shop = shop_for(recording["headers"])
    extra, headers = credentials(name, request)
    params = {**(request.get("params") or {}), **extra}
    call = ShopRequest(request["method"], f"{shop.home}{request['path']}?{urlencode(params)}", headers)
    answer = shop.handle(call)
    assert (answer.status, answer.json()) == (recording["status"], recording["body"])
    if name == "200-page-past-the-end-is-empty-list":
        assert answer.headers.pop("Link").endswith('rel="prev"') and answer.headers["X-WP-TotalPages"] == "1"
    for header, value in recording["headers"]:
        if header not in ("Link", "X-WP-Total") or "wp-json/>" in value:
            assert answer.headers[header] == value, header
    assert [header for header in answer.headers if header != "Link"] == [row[0] for row in recording["headers"] if row[0] != "Link"]


def fill(shop, name, count):
    """As many rows as the recorded list had."""
    if "variation" in name:
        family = recorded("bodies")["families"]["sample v-neck"]
        stock(shop, family["product"], family["variations"])
        for number in range(count - 3):
            shop.add_variation(10, options={"Color": str(number)})
    elif "/attributes" in name:
        for attribute in ("Color", "Size"):
            shop.attribute(attribute)
    else:
        for number in range(count):
            shop.add(name=f"Product {number}")


@pytest.mark.parametrize("name", HEADERS["answers"])
def test_an_answer_has_the_recorded_headers(name):
    recording, shop = HEADERS["answers"][name], make_shop()
    request, headers = recording["request"], dict(recording["headers"])
    fill(shop, name, int(headers.get("X-WP-Total", 0)))
    signed = {"consumer_key": KEY, "consumer_secret": SECRET}
    answer = shop.handle(ShopRequest("GET", f"{HOME}{request['path']}?{urlencode({**request['params'], **signed})}"))
    assert answer.status == 200
    link = answer.headers["Link"].replace(f"&{urlencode(signed)}", "").replace(f"{urlencode(signed)}&", "")
    assert {**answer.headers, "Link": link} == headers
    assert list(answer.headers) == [header for header, _ in recording["headers"]]
