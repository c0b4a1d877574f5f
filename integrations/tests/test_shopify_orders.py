"""Orders in a Shopify shop: questions that its schema allows, what the shop makes of them, how an order is found again."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from graphql import GraphQLInputObjectType, coerce_input_value, get_named_type

from common.errors import AmbiguousError, NeedsConfigurationError, PermanentError, TransientError
from integrations.providers.orders import StoreAddress, StoreCustomer, StoreOrder, StoreOrderLine
from integrations.providers.shopify.answering.answers import Asked, read_answer
from integrations.providers.shopify.order_input import CREATE_ORDER, OPTIONS, build_order, search_for
from integrations.providers.shopify.orders import ShopifyOrders
from sandbox.shops.shopify.admin_schema import admin_schema
from sandbox.tests.shopify_remote import Remote

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REFERENCE = "ORD00001-0123456789ab"


class StandIn:
    """What ShopifyClient is to the orders, over the stand-in's own wire."""

    def __init__(self, remote):
        self.remote, self.asked = remote, []

    def execute(self, query, variables=None):
        """As ShopifyClient.execute."""
        self.asked.append(query)
        answer = self.remote.post(query, variables)
        return read_answer(answer.status_code, answer.headers, answer.content, Asked(proven=True, now=NOW)).data


class Said:
    """Answers as it is told."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def execute(self, query, variables=None):
        return self.answers.pop(0)


@pytest.fixture
def remote():
    return Remote()


def order(*lines, **values):
    address = StoreAddress("1 Nile St", "2nd floor", "Cairo", "C", "11511", "eg")
    made = {"customer": StoreCustomer("Ada Lovelace", "+20100", address=address), "reference": REFERENCE, **values}
    return StoreOrder("ORD00001", "USD", tuple(lines), **made)


def line(product, variant="", quantity=1, price="12.5"):
    return StoreOrderLine(1, None, quantity, Decimal(price), "Panel", str(product), str(variant))


def deprecated(kind, value):
    """Fields in a value for an input that Shopify is about to drop."""
    if isinstance(value, list):
        return [name for one in value for name in deprecated(kind, one)]
    if not isinstance(kind, GraphQLInputObjectType):
        return []
    inner = [name for one in value for name in deprecated(get_named_type(kind.fields[one].type), value[one])]
    return inner + [one for one in value if kind.fields[one].deprecation_reason]


def test_what_is_sent_is_an_input_of_shopifys_without_anything_deprecated():
    types, customer = admin_schema().type_map, order().customer
    whole = order(line(7, 8), delivery_fee=Decimal(4), payment="Cash", customer=replace(customer, email="ada@solar.example"))
    for name, value in (("OrderCreateOrderInput", build_order(whole, {})), ("OrderCreateOptionsInput", OPTIONS)):
        coerce_input_value(value, types[name])  # Raises for what does not fit.
        assert deprecated(types[name], value) == []
    assert deprecated(types["MailingAddressInput"], {"country": "EG"}) == ["country"]


def test_what_is_sent():
    made = build_order(order(line(7), line(8, 9, 2), delivery_fee=Decimal(4), payment="Cash"), {"7": "70"})
    assert made["lineItems"] == [
        {"variantId": "gid://shopify/ProductVariant/70", "quantity": 1, "requiresShipping": True,
         "priceSet": {"shopMoney": {"amount": "12.50", "currencyCode": "USD"}}},
        {"variantId": "gid://shopify/ProductVariant/9", "quantity": 2, "requiresShipping": True,
         "priceSet": {"shopMoney": {"amount": "12.50", "currencyCode": "USD"}}},
    ]  # fmt: skip
    assert (made["sourceIdentifier"], made["tags"], made["financialStatus"]) == (REFERENCE, ["WhatsApp", "ORD00001"], "PENDING")
    assert made["shippingAddress"] == made["billingAddress"] == {
        "firstName": "Ada", "lastName": "Lovelace", "address1": "1 Nile St", "address2": "2nd floor", "city": "Cairo", "zip": "11511",
        "phone": "+20100", "provinceCode": "C", "countryCode": "EG",
    }  # fmt: skip
    assert made["shippingLines"][0]["priceSet"]["shopMoney"]["amount"] == "4.00"
    assert made["customAttributes"][1:] == [{"key": "Phone", "value": "+20100"}, {"key": "Payment", "value": "Cash"}]
    assert "email" not in made and made["note"].endswith("Agreed with the customer: 41.50 USD.")
    assert build_order(order(line(8, 9), customer=StoreCustomer()), {}).keys() == {
        "currency", "lineItems", "note", "sourceIdentifier", "tags", "financialStatus", "customAttributes",
    }  # fmt: skip


@pytest.mark.parametrize(("number", "tags"), [("ORD/1", ["WhatsApp", "ORD/1"]), ("a, b", ["WhatsApp"]), ("9" * 41, ["WhatsApp"])])
def test_a_number_that_is_no_tag_stands_in_the_details_alone(number, tags):
    sent = build_order(StoreOrder(number, "USD", (line(7, 8),)), {})
    assert sent["tags"] == tags and {"key": "WhatsApp order", "value": number} in sent["customAttributes"]


def test_a_reference_is_quoted_in_the_search():
    assert search_for(REFERENCE) == f'source_identifier:"{REFERENCE}"'
    assert search_for('a" OR tag:"b\\') == 'source_identifier:"a\\" OR tag:\\"b\\\\"'


def test_the_shop_has_the_order_and_less_stock(remote):
    cap = remote.shop.add("Cap", price="12.50", available=1)
    tea = remote.shop.add("Tea", options=("Size",), variants=[{"values": ("S",), "price": "3", "available": 5},
                                                                {"values": ("L",), "price": "5", "available": 9}])  # fmt: skip
    large = next(one for one in remote.shop.shelf.variants.values() if one.product_id == tea.id and one.price == "5")
    orders = ShopifyOrders(StandIn(remote))
    number = orders.create(order(line(cap.id, quantity=2), line(tea.id, large.id, 3, "5")))
    left = {one.id: one.available for one in remote.shop.shelf.variants.values()}
    assert left[large.id] == 6
    assert [one.available for one in remote.shop.shelf.variants.values() if one.product_id == cap.id] == [-1]  # It was promised.
    (made,) = remote.shop.shelf.orders.values()
    assert (str(made.id), made.source_identifier, made.financial, made.total) == (number, REFERENCE, "PENDING", "40.00")
    remote.wait(60)
    assert orders.find(REFERENCE, NOW) == number and orders.find("ORD00001-00", NOW) is None


def test_an_order_is_found_before_the_index_knows_it(remote):
    cap = remote.shop.add("Cap", price="1", available=1)
    orders = ShopifyOrders(StandIn(remote))
    number = orders.create(order(line(cap.id)))
    assert orders.find(REFERENCE, NOW) == number


def test_a_filter_that_is_ignored_finds_no_strangers_order():
    strangers = {"nodes": [{"legacyResourceId": "1", "sourceIdentifier": None}, {"legacyResourceId": "2", "sourceIdentifier": "X"}]}
    assert ShopifyOrders(Said({"named": strangers, "newest": strangers})).find(REFERENCE, NOW) is None


def test_a_product_that_is_gone_or_has_variants_now_is_refused_before_anything_is_written(remote):
    tea = remote.shop.add("Tea", options=("Size",), variants=[{"values": ("S",)}, {"values": ("L",)}])
    client = StandIn(remote)
    for product in (tea.id, 4711):
        with pytest.raises(PermanentError, match="no longer, or in several variants"):
            ShopifyOrders(client).create(order(line(product)))
    assert CREATE_ORDER not in client.asked and not remote.shop.shelf.orders


def test_a_variant_that_is_gone_is_refused_in_the_shops_words(remote):
    with pytest.raises(PermanentError) as refused:
        ShopifyOrders(StandIn(remote)).create(order(line(1, 4711)))
    assert refused.value.message == "The shop does not take this order." and refused.value.data["said"] == "Variant not found"
    assert "by hand" in refused.value.data["remedy"]


def test_an_app_without_the_scope_is_told_which():
    remote = Remote()
    remote.shop.add_app("client-1", "shpss_1", token=remote.token, scopes=("read_products", "read_orders"))
    cap = remote.shop.add("Cap", price="1")
    variant = next(one.id for one in remote.shop.shelf.variants.values() if one.product_id == cap.id)
    orders = ShopifyOrders(StandIn(remote))
    assert orders.find(REFERENCE, NOW) is None
    with pytest.raises(NeedsConfigurationError) as refused:
        orders.create(order(line(cap.id, variant)))
    assert "write_orders" in f"{refused.value.message} {refused.value.data['remedy']}"


def test_a_sleeping_shop_needs_a_person():
    answer = {"orderCreate": {"order": None, "userErrors": [{"code": "SHOP_DORMANT", "field": None, "message": "Shop is dormant"}]}}
    with pytest.raises(NeedsConfigurationError):
        ShopifyOrders(Said(answer)).create(order(line(1, 2)))


@pytest.mark.parametrize("answer", [{}, {"orderCreate": None}, {"orderCreate": {"order": None, "userErrors": []}}])
def test_an_answer_without_a_number_may_be_an_order(answer):
    with pytest.raises(AmbiguousError):
        ShopifyOrders(Said(answer)).create(order(line(1, 2)))


BROKEN = [{}, {"named": None, "newest": {"nodes": []}}, {"named": {"nodes": []}, "newest": {"nodes": None}}, {"named": {"nodes": [None]}}]


@pytest.mark.parametrize("answer", BROKEN)
def test_a_broken_answer_is_not_an_order_that_is_not_there(answer):
    """Else it would be written a second time."""
    with pytest.raises(TransientError) as caught:
        ShopifyOrders(Said(answer)).find(REFERENCE, NOW)
    assert caught.value.kind == "unreadable"


@pytest.mark.parametrize("answer", [{}, {"nodes": None}, {"nodes": [{"legacyResourceId": "7", "variants": None}]}])
def test_a_broken_answer_about_a_product_is_not_one_that_is_gone(answer):
    with pytest.raises(TransientError) as caught:
        ShopifyOrders(Said(answer)).create(order(line(7)))
    assert caught.value.kind == "unreadable"
