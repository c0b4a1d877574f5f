"""Shelves of a shop become categories here: found by number, then by name, and never in the way of our own."""


import pytest

from integrations.models import ExternalRef, RefKind
from integrations.tests.fake_shop import FakeShop, run_import
from integrations.tests.imported import product
from products_and_services.models import ProductCategory
from products_and_services.tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return FakeShop()


def test_own_shelves_of_a_product_stay_beside_the_shops(connection, shop, tenant):
    shop.shelves = {"1": ("One", ""), "2": ("Two", "")}
    shop.put(1, category_ids=["1", "2"])
    run_import(connection, shop)
    own = CategoryFactory(tenant=tenant, name="Specials")
    product(1).categories.add(own)
    shop.products["1"]["category_ids"] = ["2"]
    run_import(connection, shop)
    assert (product(1).category.name, list(product(1).categories.all())) == ("Two", [own])


def test_a_shelf_that_exists_here_under_the_same_name_is_that_one(connection, shop, tenant):
    food = CategoryFactory(tenant=tenant, name="Food")
    pizza = CategoryFactory(tenant=tenant, name="pizza", parent=food)
    elsewhere = CategoryFactory(tenant=tenant, name="Pasta")
    shop.shelves = {"1": ("food", ""), "2": ("Pizza", "1"), "3": ("Pasta", "1")}
    run_import(connection, shop)
    refs = ExternalRef.objects.filter(kind=RefKind.CATEGORY)
    assert dict(refs.values_list("external_id", "category_id"))["2"] == pizza.pk
    assert (ProductCategory.objects.count(), elsewhere.external_refs.count()) == (4, 0)
    pizza.refresh_from_db()
    assert (pizza.name, pizza.parent, pizza.external_id) == ("Pizza", food, "2")


def test_a_shelf_that_goes_from_the_shop_stays_where_ours_lies_on_it(connection, shop, tenant):
    names = ["Own", "Own further", "Above own", "Theirs"]
    mine = {name: CategoryFactory(tenant=tenant, name=name) for name in names}
    ProductFactory(tenant=tenant, category=mine["Own"]).categories.add(mine["Own further"])
    CategoryFactory(tenant=tenant, name="Below", parent=mine["Above own"])
    shop.shelves = {str(place): (name, "") for place, name in enumerate([*names, "Last"])}
    shop.put(1, category_ids=["0", "3"])
    run_import(connection, shop)
    shop.shelves = {"4": ("Last", "")}
    shop.products["1"]["category_ids"] = []
    run_import(connection, shop)
    assert {one.name for one in ProductCategory.objects.filter(is_active=False)} == {"Theirs"}


def test_shelves_are_renamed_moved_taken_away_and_come_back(connection, shop):
    shop.shelves = {"1": ("One", ""), "2": ("Two", "1"), "3": ("Three", "2")}
    shop.put(1, category_ids=["3"])
    run_import(connection, shop)
    three = product(1).category
    shop.shelves = {"1": ("Eins", "3"), "3": ("Three", "")}
    run_import(connection, shop)
    assert product(1).category == three
    paths = {one.path: one.is_active for one in ProductCategory.objects.with_path()}
    assert paths == {"Three": True, "Three > Eins": True, "Three > Eins > Two": False}
    shop.shelves["2"] = ("Two", "")
    run_import(connection, shop)
    assert ProductCategory.objects.get(name="Two").is_active and ProductCategory.objects.get(name="Two").parent is None
    shop.shelves = {}
    run_import(connection, shop)  # A shop without any shelf is not believed.
    assert ProductCategory.objects.filter(is_active=True).count() == 3


def test_shelves_in_a_ring_and_without_a_usable_name(connection, shop):
    shop.shelves = {"1": ("A", "2"), "2": ("B", "1"), "3": ("", "3"), "4": ("x" * 300, ""), "5": ("Ünïcode", ""), "6": ("Ünïcode", "")}
    done = run_import(connection, shop)
    names = dict(ProductCategory.objects.values_list("external_id", "name"))
    assert names == {"1": "A", "2": "B", "3": "Category 3", "4": "x" * 255, "5": "Ünïcode", "6": "Ünïcode"}
    assert [code for _, _, code in done.issues] == ["too_long"]
    assert ProductCategory.objects.values("slug").distinct().count() == 6


def test_a_shelf_that_the_shop_does_not_list_is_looked_for_again(connection, shop):
    shop.put(1, category_ids=["8"])
    done = run_import(connection, shop)
    assert done.issues == [("Thing 1", "categories", "unknown_category")]
    shop.shelves["8"] = ("Late", "")
    run_import(connection, shop)
    assert product(1).category.name == "Late"


def test_a_shelf_deleted_here_comes_back_with_its_products(connection, shop):
    shop.shelves["8"] = ("Shelf", "")
    shop.put(1, category_ids=["8"])
    run_import(connection, shop)
    product(1).category.delete()
    run_import(connection, shop)
    assert product(1).category.name == "Shelf"
