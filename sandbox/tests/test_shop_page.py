"""A shop's page for people and its control addresses: what they show, what they do, and that nothing of a shop is believed as markup."""

import json
import re

import pytest

from sandbox.shops import control
from sandbox.shops.page_parts import PER_PAGE
from sandbox.shops.pages import street_page
from sandbox.shops.street import Street
from sandbox.shops.woocommerce import KINDS, Attribute, Image
from sandbox.shops.woocommerce.editor import BUTTONS


@pytest.fixture
def street():
    made = Street("http://127.0.0.1:8001")
    made.open("one")
    return made


@pytest.fixture
def shop(street):
    return street.shops["one"]


def page(street, path="/shops/one/", **query):
    answer = street_page(street, path, query)
    assert answer.status == 200
    return answer.body.decode()


def news(street, **query):
    return json.loads(page(street, "/_sandbox/shops/one/news", **query))


def send(street, method, path, query=None, **body):
    return control.answer(street, method, path, query or {}, body)


def edit(street, action, number=0, **values):
    return send(street, "POST", "one/products", action=action, id=number, fields=values)


def shown(street, **query):
    return [card["key"] for card in news(street, **query)["cards"]]


def test_names_are_escaped_and_strange_pictures_left_out(street, shop):
    evil = "<img src=x onerror=alert(1)>"
    shop.add(name=evil, sku='"><b>sku', images=[Image(src="https://evil.example/a.png")], regular_price="1")
    parent = shop.add(name="V", images=[Image(src="pictures/mug.png")], attributes=[Attribute(name="A", options=(evil,), variation=True)])
    shop.add_variation(parent.id, options={"A": evil})
    for text in (page(street), "".join(card["html"] for card in news(street)["cards"])):
        assert evil not in text and "&lt;img src=x onerror=alert(1)&gt;" in text and "<b>sku" not in text
        assert text.count("<img") == 1 and 'src="/shops/one/pictures/mug.png"' in text and "evil.example" not in text
    policy = street_page(street, "/shops/one/", {}).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_the_page_is_the_shops_home_page(street, shop):
    assert street_page(street, "/shops/one/", {}).headers["Link"] == '<http://127.0.0.1:8001/shops/one/wp-json/>; rel="https://api.w.org/"'
    moved = street_page(street, "/shops/one", {})
    assert (moved.status, moved.headers["Location"]) == (301, "/shops/one/")
    shop.add_key("ck_1", "cs_1")
    assert "ck_1" in page(street) and "http://127.0.0.1:8001/shops/one" in page(street)
    assert "All shops" not in page(street)
    street.open("two")
    assert (
        "All shops" in page(street)
        and 'href="/shops/two/"' in page(street, "/shops/")
        and 'href="/shops/two/"' in page(street, "/shops/no/")
    )


def test_empty_states_search_and_pages(street, shop):
    assert "This shop is empty" in page(street)
    known = [shop.add(name=f"Product {number}", sku=f"S-{number}", regular_price="1").id for number in range(PER_PAGE + 3)]
    child = shop.add_variation(known[5], sku="child-sku")
    assert shown(street) == [str(number) for number in known[::-1][:PER_PAGE]]
    assert shown(street, page="2") == [str(number) for number in known[2::-1]] == shown(street, page="99")
    assert "Page 2 of 2" in page(street, page="2") and "page=1" in page(street, page="2")
    assert shown(street, q="product 7") == [str(known[7])] and str(known[7]) in shown(street, q=str(known[7]))
    assert shown(street, q="CHILD") == [str(child.parent_id)]
    assert "Nothing matches" in page(street, q="nobody") and "Nothing matches" in page(street, show="trash")


def test_every_edit_of_the_page(street, shop):
    status, made = edit(street, "add", name="Lamp", sku="L", regular_price="12.50", stock_quantity="4")
    number = made["item"]["id"]
    assert status == 200 and shop.product(number).stock_quantity == 4 and shop.product(number).manage_stock
    edit(street, "change", number, name="Big lamp", regular_price=" 15 ", sale_price="9", stock_quantity="", status="draft")
    lamp = shop.product(number)
    assert (lamp.name, lamp.regular_price, lamp.sale_price, lamp.manage_stock, lamp.status) == ("Big lamp", "15", "9", False, "draft")
    assert "9 USD, on sale (regular 15)" in page(street)
    twin = edit(street, "copy", number)[1]["item"]
    assert (twin["sku"], twin["name"]) == ("L", "Big lamp (copy)") and twin["id"] != number
    edit(street, "trash", number)
    assert shown(street) == [str(twin["id"])] and shown(street, show="trash") == [str(number)]
    assert "Delete for good" in page(street, show="trash") and "Restore" in page(street, show="trash")
    edit(street, "restore", number)
    edit(street, "delete", number)
    assert shown(street) == [str(twin["id"])] and shown(street, show="trash") == []
    child = edit(street, "add_variation", twin["id"], options={"Size": "M"}, regular_price="3")[1]["item"]
    assert f'data-id="{child["id"]}"' in page(street)
    before = shop.product(twin["id"]).modified
    edit(street, "write_silently", twin["id"], name="Silent")
    assert shop.product(twin["id"]).modified == before


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"regular_price": "cheap"}, 'regular_price must be a number like "12.50"'),
        ({"sale_price": "-1"}, "sale_price must be"),
        ({"regular_price": "NaN"}, "regular_price must be"),
        ({"stock_quantity": "many"}, "the stock must be a whole number"),
        ({"status": "sold"}, "status must be one of"),
        ({"name": " "}, "the name is missing"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_nonsense_is_refused_by_name_and_changes_nothing(street, shop, values, said):
    lamp = shop.add(name="Lamp", regular_price="5")
    status, body = edit(street, "change", lamp.id, **values)
    assert status == 400 and said in body["error"] and shop.product(lamp.id) == lamp


def test_unknown_addresses_shops_and_products(street, shop):
    assert edit(street, "change", 999)[1] == {"error": "there is no product 999"}
    assert edit(street, "paint", 1)[0] == 400
    assert send(street, "GET", "nobody/state")[0] == 404 == send(street, "GET", "one/nonsense")[0]
    assert send(street, "POST", "", name="../x")[0] == 400
    assert street_page(street, "/_sandbox/shops/nobody/news", {}).status == 404


def test_shops_can_be_opened_and_turned(street):
    options = {"version": "7.9.0", "currency": "EUR", "consumer_key": "ck_2", "consumer_secret": "cs_2", "permissions": "read"}
    assert send(street, "POST", "", name="two", **options) == (201, {"home": "http://127.0.0.1:8001/shops/two"})
    assert street.shops["two"].keys["ck_2"].permissions == "read" and street.shops["two"].version == "7.9.0"
    assert set(send(street, "GET", "")[1]["shops"]) == {"one", "two"}
    assert send(street, "POST", "two/knobs", version="11.0.1", timezone="Asia/Riyadh")[1]["timezone"] == "Asia/Riyadh"
    assert send(street, "GET", "two/state")[1]["knobs"]["version"] == "11.0.1"


def test_faults_by_button(street, shop):
    assert set(BUTTONS) <= set(KINDS)
    assert send(street, "POST", "one/faults", kind="slow", seconds=20)[0] == 201
    assert send(street, "POST", "one/faults", kind="cut", minutes=5, endpoints=["products"])[0] == 201
    assert send(street, "POST", "one/faults", kind="typo")[0] == 400 == send(street, "POST", "one/faults", kind="slow", colour=1)[0]
    faults = news(street)["parts"]["faults"]
    assert re.search(r'data-fault="slow"[^>]*aria-pressed="true"', faults) and "(1 on)" in faults
    assert send(street, "DELETE", "one/faults", {"kind": "slow"})[1]["faults"][0]["kind"] == "cut"
    assert send(street, "DELETE", "one/faults")[1]["faults"] == []
    for kind in sorted(set(KINDS) - set(BUTTONS)):
        shop.faults.add(kind)
        assert f'data-fault="{kind}"' in news(street)["parts"]["faults"], "whatever is on can be switched off"


def test_planned_edits_and_recorded_calls(street, shop):
    from sandbox.shops.messages import ShopRequest

    lamp = shop.add(name="Lamp")
    assert send(street, "POST", "one/plans", before=2, endpoint="index", action="trash", id=lamp.id) == (201, {"planned": 1})
    assert send(street, "POST", "one/plans", action="trash", id=999)[0] == 400
    for _ in range(2):
        shop.handle(ShopRequest("GET", f"{shop.home}/wp-json/?page=2&oauth_nonce=secret"))
    assert shop.product(lamp.id).status == "trash"
    calls = send(street, "GET", "one/calls", {"since": "1"})[1]["calls"]
    assert [(call["endpoint"], call["query"]) for call in calls] == [("index", "page=2")]
    text = news(street)["parts"]["calls"]
    assert "GET /wp-json/?page=2" in text and "secret" not in text
