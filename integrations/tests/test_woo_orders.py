"""Orders in a WooCommerce shop: what is sent, what the shop makes of it, how it is found again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

import orjson
import pytest

from common.errors import AmbiguousError, NeedsConfigurationError, PermanentError, TransientError
from integrations.providers.orders import StoreAddress, StoreCustomer, StoreOrder, StoreOrderLine
from integrations.providers.woocommerce.answering.answers import Asked, WooAnswer, read_answer
from integrations.providers.woocommerce.order_body import build_order
from integrations.providers.woocommerce.orders import MOST_PAGES, WooOrders
from integrations.tests.woo_client_double import KEY, SECRET, ShopClient, make_shop
from sandbox.shops.woocommerce import ShopRequest

SINCE = datetime(2026, 11, 20, 12, tzinfo=UTC)


class WritingClient(ShopClient):
    """With a POST that reaches the same shop."""

    def write(self, method, path, body=None):
        """As WooClient.write."""
        url = f"{self.shop.home}/wp-json/wc/v3/{path}?{urlencode({'consumer_key': KEY, 'consumer_secret': SECRET})}"
        answer = self.shop.handle(ShopRequest(method, url, {"Content-Type": "application/json"}, orjson.dumps(body or {})))
        return read_answer(answer.status, answer.headers, answer.body, Asked(url, path, "query", proven=True, writes=True))


class Said:
    """A shop that answers as it is told: data for each path, an exception is raised."""

    def __init__(self, **answers):
        self.answers, self.sent = answers, []

    def get(self, path, params=None):
        self.sent.append((path, params))
        return self._answer(path.partition("/")[0])

    def write(self, method, path, body=None):
        self.sent.append((method, path, body))
        return self._answer("made")

    def _answer(self, name):
        found = self.answers.get(name, [])
        found = found.pop(0) if name == "pages" else found
        if isinstance(found, Exception):
            raise found
        return WooAnswer(found)


def order(*lines, **values):
    address = StoreAddress("1 Nile St", "", "Cairo", "C", "11511", "EG")
    made = {"customer": StoreCustomer("Ada King Lovelace", "+20100", address=address), "reference": "ORD00001-abc", **values}
    return StoreOrder("ORD00001", "USD", tuple(lines), **made)


def line(product, quantity=1, price="12.5", variation=""):
    return StoreOrderLine(1, None, quantity, Decimal(price), "Panel", str(product), str(variation))


@pytest.fixture
def shop():
    shop = make_shop()
    shop.add_key(KEY, SECRET, permissions="read_write")
    return shop


def test_what_is_sent():
    two = line(7, 3), line(8, variation=9, price="0.125", quantity=2)
    body = build_order(order(*two, delivery_fee=Decimal(4), payment="Cash"), with_totals=True)
    assert body["line_items"] == [
        {"product_id": 7, "quantity": 3, "subtotal": "37.50", "total": "37.50"},
        {"product_id": 8, "variation_id": 9, "quantity": 2, "subtotal": "0.25", "total": "0.25"},
    ]
    assert (body["status"], body["set_paid"], body["currency"], body["payment_method_title"]) == ("processing", False, "USD", "Cash")
    assert body["shipping_lines"] == [{"method_id": "whatsapp", "method_title": "Delivery", "total": "4.00"}]
    assert {"key": "whatsappcrm_order", "value": "ORD00001-abc"} in body["meta_data"]
    assert body["billing"] == {
        "first_name": "Ada King", "last_name": "Lovelace", "address_1": "1 Nile St", "city": "Cairo", "state": "C", "postcode": "11511",
        "country": "EG", "phone": "+20100",
    }  # fmt: skip
    assert body["customer_note"].startswith("WhatsApp order ORD00001. Agreed with the customer: 41.75 USD.")


def test_amounts_are_left_to_a_shop_whose_prices_hold_the_tax():
    rows = {"general": "yes", "tax": "yes"}
    settings = [{"id": "woocommerce_calc_taxes", "value": rows["general"]}, {"id": "woocommerce_prices_include_tax", "value": rows["tax"]}]
    client = Said(settings=settings, made={"id": 5})
    assert WooOrders(client).create(order(line(7, 3))) == "5"
    assert client.sent[-1][2]["line_items"] == [{"product_id": 7, "quantity": 3}]
    settings[1]["value"] = "no"
    WooOrders(client).create(order(line(7, 3)))
    assert client.sent[-1][2]["line_items"][0]["total"] == "37.50"


def test_a_shop_that_does_not_tell_its_taxes_now_is_asked_again_before_anything_is_written():
    client = Said(settings=TransientError("down"), made={"id": 5})
    with pytest.raises(TransientError):
        WooOrders(client).create(order(line(7)))
    assert not [sent for sent in client.sent if sent[0] == "POST"]


def test_the_shop_has_the_order_and_less_stock(shop):
    panel = shop.add(name="Panel", regular_price="12.50", manage_stock=True, stock_quantity=5)
    shirt = shop.add(name="Shirt", type="variable")
    red = shop.add_variation(shirt.id, options={"Colour": "Red"}, regular_price="9", manage_stock=True, stock_quantity=2)
    orders = WooOrders(WritingClient(shop, {}))
    number = orders.create(order(line(panel.id, 3), line(shirt.id, 1, "9", red.id)))
    assert shop.product(panel.id).stock_quantity == 2 and shop.item(red.id).stock_quantity == 1
    since = datetime.fromtimestamp(shop.now(), UTC) - timedelta(minutes=5)
    assert orders.find("ORD00001-abc", since) == number
    assert orders.find("ORD00001-abd", since) is None
    assert shop.orders[int(number)].total == "46.50"


def test_an_order_is_found_behind_hundreds_of_others(shop):
    lamp = shop.add(name="Lamp", regular_price="1")
    orders = WooOrders(WritingClient(shop, {}))
    number = orders.create(order(line(lamp.id)))
    for other in range(130):
        orders.create(order(line(lamp.id), reference=f"OTHER-{other}"))
    assert orders.find("ORD00001-abc", datetime.fromtimestamp(shop.now(), UTC)) == number


def test_only_orders_from_the_day_before_on_are_looked_through():
    client = Said(orders=[])
    assert WooOrders(client).find("x", SINCE) is None
    path, params = client.sent[0]
    assert path == "orders" and params["after"] == "2026-11-19T12:00:00" and params["dates_are_gmt"] == "true" and params["status"] == "any"


@pytest.mark.parametrize("meta", [None, "x", [None], [{"key": "whatsappcrm_order"}], [{"key": "whatsappcrm_order", "value": ["x"]}]])
def test_strange_data_of_other_programs_is_no_order_of_ours(meta):
    assert WooOrders(Said(orders=[{"id": 4, "meta_data": meta}, {"id": "x"}, 7])).find("ORD00001-abc", SINCE) is None


def test_a_list_without_an_end_ends():
    client = Said(orders=[{"id": 4, "meta_data": []}] * 100)
    with pytest.raises(TransientError, match="too many orders"):
        WooOrders(client).find("x", SINCE)
    assert len(client.sent) == MOST_PAGES


def test_a_product_that_is_gone_is_refused_in_words(shop):
    with pytest.raises(PermanentError) as refused:
        WooOrders(WritingClient(shop, {})).create(order(line(4711)))
    assert refused.value.message == "The shop does not take this order." and "by hand" in refused.value.data["remedy"]
    assert "Invalid product ID" in refused.value.data["said"]


def test_a_key_that_may_only_read_is_told():
    shop = make_shop()
    shop.add_key(KEY, SECRET, permissions="read")
    lamp = shop.add(name="Lamp", regular_price="1")
    orders = WooOrders(WritingClient(shop, {}))
    assert orders.find("x", SINCE) is None
    with pytest.raises(NeedsConfigurationError) as refused:
        orders.create(order(line(lamp.id)))
    assert refused.value.kind == "read_only_key" and "Read/Write" in refused.value.data["remedy"]


@pytest.mark.parametrize("answer", [{}, [], {"id": None}, {"id": "x"}, {"id": True}])
def test_an_answer_without_a_number_may_be_an_order(answer):
    with pytest.raises(AmbiguousError):
        WooOrders(Said(settings=[], made=answer)).create(order(line(7)))
