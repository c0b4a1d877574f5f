"""What deliveries say and who signed them: real ones of WooCommerce, Shopify's as documented, and whatever else may come."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.providers.hooks import LONGEST_ID, LONGEST_TOPIC, Event, News
from integrations.providers.shopify import webhook as shopify
from integrations.providers.woocommerce import webhook as woo
from integrations.tests.hook_world import recorded, recorded_names, recorded_secret, sign

BOTH = pytest.mark.parametrize("module", [woo, shopify], ids=["woocommerce", "shopify"])
SIGNATURE = {woo: "x-wc-webhook-signature", shopify: "x-shopify-hmac-sha256"}
PRODUCT = {"id": 788032119674292922, "title": "Sealing ring", "status": "active", "updated_at": "2026-11-20T10:00:00+02:00"}
SHOP = {"id": 548380009, "email": "owner@example.com", "phone": "+20 100", "myshopify_domain": "Sun.myshopify.com", "currency": "EGP"}
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda one: st.lists(one) | st.dictionaries(
    st.sampled_from(["id", "type", "parent_id", "code", "status", "myshopify_domain", "sku"]), one), max_leaves=8)  # fmt: skip

BODIES = st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode())


def shopify_headers(topic, **more):
    moment = "2026-11-20T08:00:00.123456789Z"
    return {"x-shopify-topic": topic, "x-shopify-webhook-id": "b54557e4", "x-shopify-triggered-at": moment, **more}


@pytest.mark.parametrize("name", recorded_names()[1:])
def test_woocommerce_signs_so(name):
    headers, body = recorded(name)
    assert woo.verify(body, headers, [recorded_secret()])
    assert not woo.verify(body + b" ", headers, [recorded_secret()])
    assert not woo.verify(body, headers, ["another"])
    assert not woo.is_ping(headers, body)


@pytest.mark.parametrize(("name", "ids"), [
    ("02", ("57",)), ("03", ("57",)), ("05", ("57",)), ("06", ("57",)), ("07", ("57",)), ("09", ("57",)), ("18", None),
    ("16", None), ("17", None),
])  # fmt: skip
def test_a_product_is_named_by_its_number(name, ids):
    headers, body = recorded(name)
    event = woo.parse(headers, body)
    assert (event.news, event.topic) == (News.PRODUCTS, headers["x-wc-webhook-topic"])
    assert event.product_ids == (ids or (str(json.loads(body)["id"]),))


@pytest.mark.parametrize("name", ["10", "11", "12", "19"])
def test_a_variation_is_news_of_its_product(name):
    headers, body = recorded(name)
    data = json.loads(body)
    assert data["type"] == "variation"
    assert woo.parse(headers, body).product_ids == (str(data["parent_id"]),)


def test_a_product_that_was_deleted_meanwhile_is_a_note():
    event = woo.parse(*recorded("15"))
    assert (event.news, event.product_ids, event.note) == (News.NOTHING, (), woo.DELETED_MEANWHILE)


def test_products_of_one_second_share_a_delivery_id_and_are_told_apart():
    events = [woo.parse(*recorded(name)) for name in ("14a", "14b", "14c")]
    assert len({recorded(name)[0]["x-wc-webhook-delivery-id"] for name in ("14a", "14b", "14c")}) == 1
    assert len({event.delivery_id for event in events}) == 3
    assert woo.parse(*recorded("14a")).delivery_id == events[0].delivery_id


def test_the_ping_is_one_and_nothing_else_is():
    headers, body = recorded("01")
    assert woo.is_ping(headers, body) and not shopify.is_ping(headers, body)
    assert not woo.is_ping({**headers, "x-wc-webhook-signature": "x"}, body)
    assert not woo.is_ping(headers, body + b"&id=3")
    assert not woo.is_ping(headers, b"webhook_id=")


def test_nothing_of_a_product_but_a_few_words_is_kept():
    kept = woo.parse(*recorded("02")).kept
    assert kept.pop("date_modified_gmt") == "2026-11-20T08:32:04"
    assert kept == {"id": 57, "parent_id": 0, "type": "simple", "status": "publish", "sku": "WH-MUG"}


def test_shopify_names_its_product():
    for topic in ("products/create", "products/update"):
        event = shopify.parse(shopify_headers(topic), json.dumps(PRODUCT).encode())
        assert (event.news, event.product_ids, event.delivery_id) == (News.PRODUCTS, ("788032119674292922",), "b54557e4")
    deleted = shopify.parse(shopify_headers("products/delete"), b'{"id": 5}')
    assert deleted.product_ids == ("5",)


def test_newer_headers_without_x_are_read():
    headers = {name.removeprefix("x-"): value for name, value in shopify_headers("products/update").items()}
    body = json.dumps(PRODUCT).encode()
    assert shopify.parse(headers, body) == shopify.parse(shopify_headers("products/update"), body)
    assert shopify.verify(body, {"shopify-hmac-sha256": sign(body)}, ["our secret"])


def test_what_a_shop_says_of_itself_is_kept_without_its_owner():
    event = shopify.parse(shopify_headers("shop/update"), json.dumps(SHOP).encode())
    assert (event.news, event.shop) == (News.SHOP, "sun.myshopify.com")
    assert event.kept == {"shop": "sun.myshopify.com", "currency": "EGP"}


def test_a_goodbye_must_stand_in_the_signed_body():
    """Headers are not signed: with another topic the signed body of a product would end the connection."""
    event = shopify.parse(shopify_headers("app/uninstalled"), json.dumps(PRODUCT).encode())
    assert (event.news, event.note) == (News.NOTHING, shopify.NO_SHOP)
    assert shopify.parse(shopify_headers("app/uninstalled"), json.dumps(SHOP).encode()).news == News.UNINSTALLED


def test_other_topics_are_a_note():
    assert shopify.parse(shopify_headers("orders/create"), b'{"id": 1, "email": "a@example.com"}').kept == {}
    assert woo.parse({"x-wc-webhook-topic": "order.created"}, b'{"id": 1, "billing": {}}') == Event("order.created", note=woo.OTHER_TOPIC)


@BOTH
def test_two_secrets_while_one_is_changed(module):
    headers = {SIGNATURE[module]: sign(b"{}", "old")}
    assert module.verify(b"{}", headers, ["new", "old"])
    assert not module.verify(b"{}", headers, ["new"])


@BOTH
def test_an_empty_secret_signs_nothing(module):
    headers = {SIGNATURE[module]: sign(b"{}", "")}
    assert not module.verify(b"{}", headers, [""])
    assert not module.verify(b"{}", headers, [])
    assert not module.verify(b"{}", {}, ["secret"])
    assert not module.verify(b"{}", {SIGNATURE[module]: ""}, ["secret", ""])


@BOTH
@given(body=BODIES, topic=st.text(max_size=100), name=st.text(max_size=300))
def test_whatever_comes_is_read_without_a_fault(module, body, topic, name):
    topics = [topic, "product.updated", "product.deleted", "products/update", "shop/update", "app/uninstalled"]
    for one in topics:
        headers = {"x-wc-webhook-topic": one, "x-wc-webhook-delivery-id": name, "x-shopify-topic": one, "x-shopify-webhook-id": name,
                   "x-shopify-triggered-at": name}  # fmt: skip
        event = module.parse(headers, body)
        assert len(event.topic) <= LONGEST_TOPIC and len(event.delivery_id) <= LONGEST_ID
        assert all(number.isdigit() and len(number) < 20 for number in event.product_ids)
        assert "\0" not in f"{event.topic}{event.delivery_id}{event.kept}"
        assert len(json.dumps(event.kept)) < 3_000
        assert not module.verify(body, headers, ["secret"])
