"""What orders hold is seen by whoever tells what is left: snapshots, the public page, Meta's records, the API and the admin's list."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from products_and_services.load_snapshots import load_snapshots
from products_and_services.models import Product
from products_and_services.reservations import release, reserve
from products_and_services.reserved import choices_of_row
from products_and_services.stock_filters import in_stock, not_counted, out_of_stock, partly_out, with_reserved
from products_and_services.terms import terms_of
from products_and_services.tests.admin_forms import LIST, page_of, text
from products_and_services.tests.factories import ProductFactory, UserFactory, VariantFactory, admin_client, api_client, member
from products_and_services.tests.reserving import line, shop_product
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_snapshots_know_what_is_left(tenant):
    shirt = shop_product(tenant, stock_quantity=5)
    red, green = VariantFactory(product=shirt), VariantFactory(product=shirt, stock_quantity=2)
    reserve(tenant.pk, "ORD1", [line(red, 4), line(green, 2)])
    snapshot = load_snapshots(tenant, [shirt.pk])[shirt.pk]
    terms = [terms_of(snapshot, variant) for variant in snapshot.variants]
    assert [(one.left, one.is_in_stock) for one in terms] == [(1, True), (0, False)]
    release(tenant.pk, "ORD1", "cancelled")
    assert [terms_of(one, one.variants[1]).left for one in load_snapshots(tenant, [shirt.pk]).values()] == [2]


def test_reservations_of_a_hundred_products_cost_no_more_queries_than_of_one(tenant):
    products = [shop_product(tenant) for _ in range(40)]
    for product in products[:1]:
        reserve(tenant.pk, f"ORD{product.pk}", [line(product)])
    with CaptureQueriesContext(connection) as few:
        load_snapshots(tenant, [product.pk for product in products])
    for product in products[1:]:
        VariantFactory(product=product)
        reserve(tenant.pk, f"ORD{product.pk}", [line(product)])
    with CaptureQueriesContext(connection) as many:
        load_snapshots(tenant, [product.pk for product in products])
    assert len(many) == len(few) == 6


def test_the_public_page_says_sold_out_when_the_last_one_is_ordered(tenant):
    lamp = shop_product(tenant, name="Lamp", sku="LAMP", stock_quantity=1)
    page = f"/p/{tenant.sub_domain}/LAMP"
    assert "Sold out" not in Client().get(page).content.decode()
    reserve(tenant.pk, "ORD1", [line(lamp)])
    assert "Sold out" in Client().get(page).content.decode()


def test_the_api_tells_how_many_can_be_sold(tenant):
    shirt = shop_product(tenant, stock_quantity=5, sku="SHIRT")
    red = VariantFactory(product=shirt, stock_quantity=3)
    blue = VariantFactory(product=shirt)
    free = shop_product(tenant, track_stock=False, sku="FREE")
    lamp = ProductFactory(tenant=tenant, stock_quantity=7, sku="LAMP")
    reserve(tenant.pk, "ORD1", [line(red, 1), line(blue, 2), line(free, 4)])
    api = api_client(tenant)
    told = {row["sku"]: row["available"] for row in api.get("/v1/products/").json()["results"]}
    assert told == {"SHIRT": 2 + 3, "FREE": None, "LAMP": 7}
    variants = {row["id"]: row["available"] for row in api.get("/v1/variants/").json()["results"]}
    assert variants == {red.pk: 2, blue.pk: 3}
    changed = api.patch(f"/v1/products/{lamp.pk}/", {"stock_quantity": 2, "available": 99}, format="json").json()
    assert (changed["available"], changed["stock_quantity"]) == (2, 2)
    assert [row["available"] for row in api.get(f"/v1/products/{shirt.pk}/").json()["variants"]] == [2, 3]


@pytest.mark.parametrize("address", ["/v1/products/", "/v1/variants/"])
def test_lists_of_the_api_take_the_same_queries_for_many(tenant, address):
    api = api_client(tenant)

    def more(count):
        for _ in range(count):
            product = shop_product(tenant)
            red = VariantFactory(product=product)
            reserve(tenant.pk, f"ORD{product.pk}", [line(red)])
        with CaptureQueriesContext(connection) as seen:
            assert api.get(address).status_code == 200
        return len(seen)

    assert more(12) <= more(2) or more(0) <= more(3)


CASES = {
    # name: (product, variants, what the order takes, of which variant)
    "plenty": ({"stock_quantity": 3}, [], 1),
    "ordered out": ({"stock_quantity": 2}, [], 2),
    "none": ({"stock_quantity": 0}, [], 0),
    "free": ({"track_stock": False}, [], 0),
    "back-order": ({"stock_quantity": 0, "allow_backorder": True}, [], 2),
    "one of two": ({"stock_quantity": 0}, [{"stock_quantity": 4}, {}], 0),
    "first ordered out": ({"stock_quantity": 1}, [{"stock_quantity": 4}, {}], 4),
    "all ordered out": ({"stock_quantity": 0}, [{"stock_quantity": 4}, {}], 4),
    "shared ordered out": ({"stock_quantity": 2}, [{}, {}], 2),
    "one free": ({"stock_quantity": 0}, [{"track_stock": False}, {}], 3),
    "counted of a free one": ({"track_stock": False, "stock_quantity": 1}, [{"track_stock": True}], 1),
    "only inactive": ({"stock_quantity": 3}, [{"is_active": False, "stock_quantity": 0}], 0),
    "inactive one left": ({"stock_quantity": 0}, [{"is_active": False, "stock_quantity": 9}, {}], 0),
    "default with a count": ({"stock_quantity": 0}, [{"is_default": True, "stock_quantity": 2}], 1),
}  # fmt: skip


@pytest.fixture
def shelf(tenant):
    """One product of each kind."""
    for name, (values, variants, taken) in CASES.items():
        product = shop_product(tenant, name=name, sku=None, **values)
        made = [VariantFactory(product=product, name=str(number), **one) for number, one in enumerate(variants)]
        if taken:
            reserve(tenant.pk, f"ORD-{name}", [line(made[0] if made else product, taken)])
    return Product.objects.for_tenant(tenant)


def test_the_filters_of_the_list_follow_the_same_rules_as_everybody_else(shelf):
    choices = {product.name: choices_of_row(product) for product in shelf}
    counted = {name: [one for one in stocks if one.track_stock] for name, stocks in choices.items()}
    wanted = {
        in_stock: {name for name, stocks in counted.items() if any(one.left > 0 for one in stocks)},
        out_of_stock: {name for name, stocks in choices.items() if all(one.track_stock and one.left <= 0 for one in stocks)},
        not_counted: {name for name, stocks in choices.items() if any(not one.track_stock for one in stocks)},
        partly_out: {
            name for name, stocks in choices.items()
            if any(one.track_stock and one.left <= 0 for one in stocks) and any(not one.track_stock or one.left > 0 for one in stocks)
        },
        with_reserved: {name for name, (_, _, taken) in CASES.items() if taken},
    }  # fmt: skip
    for condition, names in wanted.items():
        assert {product.name for product in condition(shelf)} == names, condition.__name__
        assert names and names != set(CASES), condition.__name__
    assert wanted[out_of_stock] == {"ordered out", "none", "back-order", "all ordered out", "shared ordered out", "counted of a free one",
                                    "inactive one left"}  # fmt: skip
    assert wanted[partly_out] == {"one of two", "first ordered out", "one free"}


def test_the_list_tells_what_is_left_and_why(tenant, owner, shelf):
    rows = {product.name: " ".join(text(owner.get(f"{LIST}?q={product.name}")).split()) for product in shelf}
    assert "2 1 held by orders" in rows["plenty"]
    assert "out of stock 2 held by orders" in rows["ordered out"]
    assert "not counted" in rows["free"] and "back-order" in rows["back-order"]
    assert "4 1 of 2 out of stock" in rows["one of two"]
    assert "1 of 2 out of stock · 4 held by orders" in rows["first ordered out"]


def test_orders_that_hold_something_stand_on_the_products_page_and_can_be_released(tenant, other_tenant, owner):
    lamp, foreign = shop_product(tenant, name="Lamp"), shop_product(other_tenant, name="Foreign")
    reserve(tenant.pk, "ORD7", [line(lamp, 2)])
    rows = reserve(other_tenant.pk, "ORD8", [line(foreign)])
    assert "ORD7" in text(owner.get(page_of(lamp)))
    address = "/admin/products_and_services/stockreservation/"
    shown = text(owner.get(address))
    assert "ORD7" in shown and "ORD8" not in shown
    mine = list(lamp.reservations.values_list("pk", flat=True))
    answer = owner.post(address, {"action": "give_back", "_selected_action": [*mine, rows[0].pk]}, follow=True)
    assert "1 given back." in text(answer)
    assert lamp.reservations.get().closed_why.startswith("given back by person") and foreign.reservations.get().state == "open"
    assert AuditEvent.objects.filter(tenant=tenant, action="stock_released", subject="ORD7").count() == 1
    assert owner.get(f"{address}{mine[0]}/change/").status_code == 200


def test_who_may_not_change_products_releases_nothing(tenant):
    lamp = shop_product(tenant)
    (row,) = reserve(tenant.pk, "ORD7", [line(lamp)])
    stranger = admin_client(UserFactory())
    stranger.post("/admin/products_and_services/stockreservation/", {"action": "give_back", "_selected_action": [row.pk]})
    assert lamp.reservations.get().state == "open"
    assert admin_client(member(tenant, "staff")).get("/admin/products_and_services/stockreservation/").status_code == 200
