"""Several shops, and shops that were removed: whose product is whose."""


import pytest

from integrations.tests.fake_shop import FakeShop, connect, run_import
from integrations.tests.imported import product
from products_and_services.models import Product, ProductCategory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return FakeShop()


def test_products_that_come_from_a_shop_that_was_disconnected_are_taken_up_again(connection, shop, tenant):
    shop.put(1, sku="A", variants=[{"id": "11", "name": "Red", "sku": "A-R"}, {"id": "12", "name": "Blue"}])
    run_import(connection, shop)
    before, rows = product(1), set(product(1).variants.values_list("pk", flat=True))
    connection.delete()
    fresh = connect(tenant)
    shop.products["1"]["name"] = "New name"
    done = run_import(fresh, shop)
    assert done.run.counts == {"updated": 1}
    assert (product(1).pk, product(1).name) == (before.pk, "New name")
    assert set(product(1).variants.values_list("pk", flat=True)) == rows
    assert run_import(fresh, shop).run.counts == {"unchanged": 1}


def test_another_shop_in_the_place_of_a_disconnected_one_takes_none_of_its_products(connection, shop, tenant):
    shop.put(1, "Lamp", sku="A", website_url="https://one.example/lamp")
    run_import(connection, shop)
    connection.delete()
    other = FakeShop()
    other.put(1, "Carpet", sku="B", website_url="https://two.example/carpet")
    assert run_import(connect(tenant, store_url="https://two.example"), other).run.counts == {"created": 1}
    assert {one.name for one in Product.objects.for_tenant(tenant)} == {"Lamp", "Carpet"}


def test_of_two_shops_of_a_kind_nobody_knows_whose_product_it_was(connection, shop, tenant):
    shop.put(1)
    run_import(connection, shop)
    connection.delete()
    done = run_import(connect(tenant, store_url="https://one.example"), shop)
    assert done.run.counts == {"unchanged": 1} or done.run.counts == {"updated": 1}
    connection, other = connect(tenant, store_url="https://two.example"), FakeShop()
    other.put(1, "Another")
    assert run_import(connection, other).run.counts == {"created": 1}


def test_two_businesses_and_two_shops_never_touch_each_other(connection, shop, tenant, other_tenant):
    theirs, second = connect(other_tenant), connect(tenant, store_url="https://second.example")
    shop.shelves["1"] = ("Shelf", "")
    shop.put(1, "Mine", sku="A", category_ids=["1"])
    other = FakeShop()
    other.shelves["1"] = ("Shelf", "")
    other.put(1, "Other", sku="A", category_ids=["1"])
    run_import(connection, shop)
    run_import(theirs, other)
    done = run_import(second, other)
    assert done.issues == [("Other", "sku", "sku_taken")]
    found = Product.objects.order_by("pk").values_list("tenant__sub_domain", "name", "sku", "category__tenant__sub_domain")
    assert list(found) == [("solar", "Mine", "A", "solar"), ("pizzeria", "Other", "A", "pizzeria"), ("solar", "Other", None, "solar")]
    assert ProductCategory.objects.filter(tenant=tenant).count() == 2
    del other.products["1"]
    run_import(second, other, allow_removals=True)
    assert list(Product.objects.order_by("pk").values_list("is_active", flat=True)) == [True, True, False]
