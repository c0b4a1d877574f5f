"""A Shopify shop's page for people and its control addresses; and how it stands on the street beside the others."""

import json
import re

import pytest

from sandbox.shops import control
from sandbox.shops.messages import ShopRequest
from sandbox.shops.pages import street_page
from sandbox.shops.shopify import KINDS
from sandbox.shops.shopify.demo import CLIENT_ID, CLIENT_SECRET, NAME, open_demo_shop
from sandbox.shops.shopify.editor import BUTTONS
from sandbox.shops.street import Street, path_of
from sandbox.state_file import StateFile

ORIGIN = "http://127.0.0.1:8001"
PATH = "/shopify/tea.myshopify.com/"


@pytest.fixture
def street():
    made = Street(ORIGIN)
    made.open_shopify("tea", currency="EUR").add_app("id-1", "shpss_1")
    return made


@pytest.fixture
def shop(street):
    return street.shops["tea"]


def page(street, path=PATH, **query):
    answer = street_page(street, path, query)
    assert answer.status == 200
    return answer.body.decode()


def news(street, **query):
    return json.loads(page(street, "/_sandbox/shops/tea/news", **query))


def send(street, method, path, query=None, **body):
    return control.answer(street, method, path, query or {}, body)


def shown(street, **query):
    return [card["key"] for card in news(street, **query)["cards"]]


def edit(street, action, number=0, **values):
    return send(street, "POST", "tea/products", action=action, id=number, fields=values)


def test_names_are_escaped_and_strange_pictures_left_out(street, shop):
    evil = "<img src=x onerror=alert(1)>"
    edit(street, "add", name=evil, sku='"><b>sku', pictures=["https://evil.example/a.png"])
    shop.add("V", options=(("A", (evil,)),), variants=[{"values": (evil,)}])
    for text in (page(street), "".join(card["html"] for card in news(street)["cards"])):
        assert evil not in text and "&lt;img src=x onerror=alert(1)&gt;" in text and "<b>sku" not in text and "evil.example" not in text


def test_the_page_says_how_to_connect_and_leads_to_the_other_shops(street):
    text = page(street)
    assert "tea.myshopify.com" in text and "id-1" in text and "shpss_1" in text and "All shops" not in text
    assert street_page(street, PATH.rstrip("/"), {}).headers["Location"] == PATH
    street.open("woo")
    assert "All shops" in page(street)
    listed = page(street, "/shops/")
    assert f'href="{PATH}"' in listed and 'href="/shops/woo/"' in listed and "Shopify, 0 products, EUR" in listed


def test_every_edit_of_the_page(street, shop):
    status, made = edit(street, "add", name="Cup", sku="C", price="9.5", available="4")
    number = made["item"]["id"]
    (variant,) = shop.variants(number)
    assert status == 200 and (variant.price, variant.available, variant.tracked) == ("9.50", 4, True)
    edit(street, "change", variant.id, price="8", compare_at_price="10", available="")
    variant = shop.variant(variant.id)
    assert (variant.price, variant.compare_at_price, variant.tracked) == ("8.00", "10.00", False)
    edit(street, "change", number, name="Big cup", status="UNLISTED")
    assert (shop.product(number).title, shop.product(number).status) == ("Big cup", "UNLISTED")
    edit(street, "unpublish", number)
    assert shop.product(number).published is None and "not in the online store" in page(street)
    edit(street, "publish", number)
    assert shop.product(number).published is not None
    tee = shop.add("Tee", options=(("Size", ("S",)), ("Colour", ("red",))), variants=[{"values": ("S", "red")}])
    made = edit(street, "add_variant", tee.id, values="M / blue", price="3")[1]["item"]
    assert shop.product(tee.id).options == (("Size", ("S", "M")), ("Colour", ("red", "blue"))) and f'data-id="{made["id"]}"' in page(street)
    edit(street, "delete", made["id"])
    assert len(shop.variants(tee.id)) == 1
    edit(street, "delete", tee.id)
    assert shown(street) == [str(number)]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"price": "cheap"}, 'price must be a number like "12.50"'),
        ({"compare_at_price": "-1"}, "compare_at_price must be"),
        ({"available": "many"}, "the stock must be a whole number"),
        ({"status": "SOLD"}, "status must be one of"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_nonsense_is_refused_by_name_and_changes_nothing(street, shop, values, said):
    cup = shop.add("Cup", price="5.00")
    number = cup.id if "status" in values or "colour" in values else shop.variants(cup.id)[0].id
    status, body = edit(street, "change", number, **values)
    assert status == 400 and said in body["error"] and shop.variants(cup.id)[0].price == "5.00" and shop.product(cup.id) == cup


def test_search_and_what_is_shown(street, shop):
    cup, draft = shop.add("Cup", sku="RED-1"), shop.add("Lid", status="DRAFT")
    assert shown(street) == [str(draft.id), str(cup.id)]
    assert shown(street, q="red") == [str(cup.id)] == shown(street, show="active")
    assert "Nothing matches" in page(street, q="nobody")


def test_faults_by_button(street, shop):
    assert set(BUTTONS) <= set(KINDS)
    assert send(street, "POST", "tea/faults", kind="throttled", remaining=2)[0] == 201
    assert send(street, "POST", "tea/faults", kind="typo")[0] == 400 == send(street, "POST", "tea/faults", kind="slow", colour=1)[0]
    assert re.search(r'data-fault="throttled"[^>]*aria-pressed="true"', news(street)["parts"]["faults"])
    assert send(street, "DELETE", "tea/faults")[1]["faults"] == []
    for kind in sorted(set(KINDS) - set(BUTTONS)):
        shop.faults.add(kind)
        assert f'data-fault="{kind}"' in news(street)["parts"]["faults"], "whatever is on can be switched off"


def test_shops_are_opened_and_told_apart(street):
    options = {"client_id": "c", "client_secret": "s", "currency": "KWD"}
    assert send(street, "POST", "", name="gulf", kind="shopify", **options) == (201, {"home": f"{ORIGIN}/shopify/gulf.myshopify.com"})
    assert street.shops["gulf"].currency == "KWD" and "c" in street.shops["gulf"].apps
    assert send(street, "POST", "", name="tea")[0] == 400, "the name belongs to a shop of another kind"
    assert street.shop_at("/shops/tea/wp-json/") is None and street.shop_at("/shopify/tea/") is None
    assert street.shop_at("/shopify/gulf.myshopify.com/admin/oauth/access_token") is street.shops["gulf"]
    assert send(street, "GET", "tea/state")[1]["knobs"]["currency"] == "EUR"


def test_the_demo_shop_is_the_same_at_every_start_and_keeps_what_people_did(tmp_path):
    first, second = open_demo_shop(Street(ORIGIN)), open_demo_shop(Street(ORIGIN))
    assert [row.title for row in first.shelf.products.values()] == [row.title for row in second.shelf.products.values()]
    assert {row.status for row in first.shelf.products.values()} == {"ACTIVE", "DRAFT", "ARCHIVED", "UNLISTED"}
    assert {row.policy for row in first.shelf.variants.values()} == {"DENY", "CONTINUE"} and len(first.shelf.variants) == 22
    file = StateFile(tmp_path / "state.sqlite3")
    kept = open_demo_shop(Street(ORIGIN, file))
    gone = next(iter(kept.shelf.products))
    kept.delete(gone)
    again = open_demo_shop(Street(ORIGIN, file))
    assert gone not in again.shelf.products and len(again.shelf.products) == len(kept.shelf.products)
    grant = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    body, kind = json.dumps(grant).encode(), {"Content-Type": "application/json"}
    request = ShopRequest("POST", f"{again.home}/admin/oauth/access_token", kind, body)
    assert path_of(again) == f"/shopify/{NAME}.myshopify.com/" and again.handle(request).json()["access_token"].startswith("shpat_")
    picture = again.handle(ShopRequest("GET", f"{again.home}/pictures/bottle-red.png?v=1"))
    assert picture.headers["Content-Type"] == "image/png"
