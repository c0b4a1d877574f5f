"""Orders written to the WooCommerce stand-in: what they take off the stock, and how they are found again."""

import pytest

from sandbox.tests.test_woo_hooks import Receiver
from sandbox.tests.woo_recorded import ask

META = [{"key": "whatsappcrm_order", "value": "A-17"}]


@pytest.fixture
def shop():
    return Receiver()


def order(shop, *lines, status="processing", **more):
    return shop.write("POST", "orders", {"status": status, "line_items": list(lines), "meta_data": META, **more})


def test_a_confirmed_order_takes_its_goods_off_the_stock_and_says_so(shop):
    shop.subscribe()
    lamp = shop.shop.add(name="Lamp", regular_price="5", manage_stock=True, stock_quantity=3)
    made = order(shop, {"product_id": lamp.id, "quantity": 2})
    assert made.status == 201 and made.headers["Location"].endswith(f"/wp-json/wc/v3/orders/{made.json()['id']}")
    assert (made.json()["total"], made.json()["line_items"][0]["name"]) == ("10.00", "Lamp")
    assert shop.shop.product(lamp.id).stock_quantity == 1
    assert [body["stock_quantity"] for _, body in shop.told()] == [1]


def test_an_order_that_waits_for_its_payment_takes_nothing(shop):
    lamp = shop.shop.add(name="Lamp", regular_price="5", manage_stock=True, stock_quantity=3)
    order(shop, {"product_id": lamp.id, "quantity": 2}, status="pending")
    assert shop.shop.product(lamp.id).stock_quantity == 3


def test_a_variation_takes_its_own_stock_or_its_products(shop):
    shirt = shop.shop.add(name="Shirt", manage_stock=True, stock_quantity=10)
    own = shop.shop.add_variation(shirt.id, regular_price="5", manage_stock=True, stock_quantity=4)
    shared = shop.shop.add_variation(shirt.id, regular_price="5")
    order(shop, {"product_id": shirt.id, "variation_id": own.id, "quantity": 1}, {"product_id": shirt.id, "variation_id": shared.id})
    assert shop.shop.item(own.id).stock_quantity == 3 and shop.shop.product(shirt.id).stock_quantity == 9


def test_orders_are_found_by_time_and_shown_with_what_was_given(shop):
    lamp = shop.shop.add(name="Lamp", regular_price="5")
    number = order(shop, {"product_id": lamp.id, "total": "4.00"}, customer_note="ring twice", billing={"phone": "+49"}).json()["id"]
    asked = {"status": "any", "after": "2026-11-20T00:00:00", "dates_are_gmt": "true", "orderby": "id", "order": "desc"}
    (row,) = ask(shop.shop, "orders", **asked, _fields="id,meta_data").json()
    assert row["id"] == number and row["meta_data"][0]["value"] == "A-17" and set(row) == {"id", "meta_data"}
    assert ask(shop.shop, "orders", **{**asked, "after": "2026-11-20T23:00:00"}).json() == []
    whole = ask(shop.shop, f"orders/{number}").json()
    assert (whole["customer_note"], whole["billing"]["phone"], whole["total"]) == ("ring twice", "+49", "4.00")
    assert ask(shop.shop, "orders", status="completed").json() == [] and len(ask(shop.shop, "orders", status="processing").json()) == 1


def test_what_a_shop_refuses(shop):
    assert order(shop, {"product_id": 99999}).json()["code"] == "woocommerce_rest_invalid_product_id"
    assert order(shop, status="nonsense").status == 400
    assert ask(shop.shop, "orders/5").status == 404
