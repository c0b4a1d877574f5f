"""Orders made through orderCreate: what they take off the stock, how they are found again, what is refused."""

import pytest

from sandbox.tests.shopify_remote import Remote, gid

CREATE = """mutation ($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) { orderCreate(order: $order, options: $options) {
  order { id name note tags sourceIdentifier totalPriceSet { shopMoney { amount currencyCode } }
    customAttributes { key value } lineItems(first: 5) { nodes { title quantity variant { id } } } }
  userErrors { field message code } } }"""
FIND = "query ($query: String) { orders(first: 5, query: $query) { nodes { id name } } }"
OBEY, IGNORE = ({"inventoryBehaviour": f"DECREMENT_{word}_POLICY"} for word in ("OBEYING", "IGNORING"))


@pytest.fixture
def remote():
    return Remote()


def variant(remote, **more):
    return remote.shop.variants(remote.shop.add("Cup", price="4.50", available=3, **more).id)[0]


def create(remote, *lines, options=None, **order):
    return remote.data(CREATE, order={"lineItems": list(lines), **order}, options=options)["orderCreate"]


def line(found, quantity=1):
    return {"variantId": gid("ProductVariant", found.id), "quantity": quantity}


def test_an_order_is_made_and_found_again(remote):
    cup = variant(remote)
    given = {"note": "ring twice", "tags": ["whatsapp"], "sourceIdentifier": "WA-17", "customAttributes": [{"key": "a", "value": "b"}]}
    made = create(remote, line(cup, 2), **given)
    assert made["userErrors"] == [] and made["order"]["name"] == "#1001" and made["order"]["sourceIdentifier"] == "WA-17"
    assert made["order"]["totalPriceSet"]["shopMoney"] == {"amount": "9.00", "currencyCode": "USD"}
    assert made["order"]["lineItems"]["nodes"] == [{"title": "Cup", "quantity": 2, "variant": {"id": gid("ProductVariant", cup.id)}}]
    for query in ("source_identifier:WA-17", "name:#1001", "name:1001", "tag:whatsapp", f"id:{made['order']['id'].rsplit('/')[-1]}"):
        assert [row["id"] for row in remote.data(FIND, query=query)["orders"]["nodes"]] == [made["order"]["id"]], query
    assert remote.data(FIND, query="source_identifier:WA-18")["orders"]["nodes"] == []


@pytest.mark.parametrize(("options", "left"), [(None, 3), ({"inventoryBehaviour": "BYPASS"}, 3), (IGNORE, 1), (OBEY, 1)])
def test_the_stock_falls_where_the_caller_wishes_it(remote, options, left):
    cup = variant(remote)
    create(remote, line(cup, 2), options=options)
    assert remote.shop.variant(cup.id).available == left


def test_stock_that_is_not_there(remote):
    cup, free = variant(remote), variant(remote, policy="CONTINUE")
    refused = create(remote, line(cup, 4), options=OBEY)
    assert refused["order"] is None and refused["userErrors"][0]["code"] == "INVENTORY_CLAIM_FAILED"
    assert remote.shop.variant(cup.id).available == 3 and remote.shop.shelf.orders == {}
    assert create(remote, line(cup, 4), options=IGNORE)["userErrors"] == [] and remote.shop.variant(cup.id).available == -1
    assert create(remote, line(free, 4), options=OBEY)["userErrors"] == [] and remote.shop.variant(free.id).available == -1


def test_what_is_refused(remote):
    assert create(remote)["userErrors"][0]["field"] == ["order", "lineItems"]
    missing = create(remote, {"variantId": gid("ProductVariant", 7), "quantity": 1})
    assert missing["userErrors"][0]["field"] == ["order", "lineItems", "0", "variantId"]
    assert create(remote, {"title": "Greeting card", "quantity": 1})["userErrors"] == []
    remote.shop.add_app("reader", "x", token="shpat_reader", scopes=["read_products"])
    remote.token = "shpat_reader"
    body = remote.ask(CREATE, order={"lineItems": [{"title": "X", "quantity": 1}]})
    assert body["errors"][0]["extensions"]["requiredAccess"] == "`write_orders` access scope."


def test_cancelling_puts_the_goods_back_once(remote):
    cup = variant(remote)
    number = create(remote, line(cup, 2), options=OBEY)["order"]["id"]
    cancel = """mutation ($id: ID!) { orderCancel(orderId: $id, reason: CUSTOMER, restock: true) {
      job { done } orderCancelUserErrors { code } } }"""
    for _ in range(2):
        assert remote.data(cancel, id=number)["orderCancel"] == {"job": {"done": True}, "orderCancelUserErrors": []}
    assert remote.shop.variant(cup.id).available == 3
