"""Shops of any size: made-up products are always the same, complete, and can be changed like others."""

import tracemalloc

from sandbox.shops.woocommerce import make_products
from sandbox.tests.woo_recorded import ask, make_shop


def rows(shop, path="products", **params):
    found, page = [], 1
    while got := ask(shop, path, page=page, per_page=100, orderby="id", order="asc", **params).json():
        found += got
        page += 1
    return found


def test_as_many_as_asked_for_and_always_the_same():
    shop, again = make_shop(), make_shop()
    made = make_products(shop, 101, variable_every=5, variations=5)
    make_products(again, 101, variable_every=5, variations=5)
    products = rows(shop)
    assert [row["id"] for row in products] == list(made.products) and len(made.variations) == 21 * 5
    assert products == rows(again) and rows(shop, "variations") == rows(again, "variations")
    make_products(again, 101, seed=2)
    assert [row["price"] for row in products[:50]] != [row["price"] for row in rows(again)[101:151]]
    variable = [row for row in products if row["type"] == "variable"]
    assert len(variable) == 21 and {len(row["variations"]) for row in variable} == {5}
    children = rows(shop, f"products/{variable[1]['id']}/variations")
    assert [child["id"] for child in children] == variable[1]["variations"]
    assert variable[1]["price"] == min((child["price"] for child in children), key=float)
    assert len({row["sku"] for row in products}) == 101 and any(row["on_sale"] for row in products)


def test_they_can_be_changed_trashed_deleted_and_stand_beside_others():
    shop = make_shop()
    made = make_products(shop, 12, variable_every=4, variations=2)
    own = shop.add(name="Own", regular_price="1")
    first, second, third = made.products[:3]
    shop.change(made.variations[0], regular_price="77")
    shop.change(first, name="Changed")
    shop.trash(second)
    shop.delete(third)
    assert [row["id"] for row in rows(shop)] == [first, *made.products[3:], own.id]
    changed = rows(shop)[0]
    assert changed["name"] == "Changed" and changed["variations"] == list(made.variations[:2])
    assert ask(shop, f"products/{third}").status == 404
    assert [row["id"] for row in ask(shop, "products", status="trash").json()] == [second]
    assert ask(shop, f"products/{first}/variations/{made.variations[0]}").json()["price"] == "77"
    shop.delete(first)
    assert len(rows(shop, "variations")) == 4


def test_a_shop_without_variable_products():
    shop = make_shop()
    made = make_products(shop, 10, variable_every=0)
    assert len(made.variations) == 0 and {row["type"] for row in rows(shop)} == {"simple"}


def test_a_hundred_thousand_take_no_memory():
    shop = make_shop()
    tracemalloc.start()
    try:
        make_products(shop, 100_000)
        assert ask(shop, "products", per_page=100, page=900, orderby="id", order="asc").headers["X-WP-Total"] == "100000"
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()
