"""A dry run does everything but write: what it says would happen is what then happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.models import ExternalRef, LinkQuestion, StoreConnection
from integrations.tests.fake_shop import FakeShop, Import, connect, run_import
from integrations.tests.shop_oracle import DAYS, FEWER, imported_once
from products_and_services.models import Product, ProductCategory, ProductImage, ProductVariant, Revision, Sku
from products_and_services.tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db
TABLES = (Product, ProductVariant, ProductImage, ProductCategory, Product.categories.through, Sku, ExternalRef, LinkQuestion, Revision)


def everything():
    return [list(model.objects.order_by("pk").values()) for model in TABLES]


def test_a_dry_run_writes_nothing_and_says_what_would_change(tenant):
    connection, shop = connect(tenant), FakeShop(2)
    shop.shelves = {"1": ("Shelf", "")}
    ours = ProductFactory(tenant=tenant, sku="L", name="Ours")
    ProductFactory(tenant=tenant, sku="Q", name="Other")
    shop.put(1, "Known", sku="A", images=["https://a.example/1.jpg"], variants=[{"id": "11", "name": "Red", "price": "5"}])
    shop.put(2, "Going", sku="B")
    shop.put(3, "Same", sku="C")
    run_import(connection, shop)
    del shop.products["2"]
    shop.shelves["2"] = ("New shelf", "1")
    shop.put(1, "Known", sku="A2", price="12", category_ids=["2", "1"], images=["https://a.example/2.jpg", "https://a.example/3.jpg"])
    shop.products["1"]["variants"] = [{"id": "11", "name": "Red", "price": "6"}, {"id": "12", "name": "Blue"}]
    shop.put(4, "Fresh", category_ids=["1"])
    shop.put(5, "Linked", sku="L")
    shop.put(6, "Asked", sku="L2", variants=[{"id": "61", "sku": "Q"}])
    before = everything()
    done = Import(connection, shop, dry_run=True).all()
    assert everything() == before
    assert done.run.counts == {"created": 1, "updated": 1, "unchanged": 1, "linked": 1, "asked": 1, "inactive": 1}
    told = {external_id: (kind, name, changes) for kind, external_id, name, changes in done.reports}
    assert {external_id: about[:2] for external_id, about in told.items()} == {
        "1": ("changed", "Known"), "2": ("inactive", "Going"), "3": ("unchanged", "Same"), "4": ("new", "Fresh"),
        "5": ("linked", "Linked"), "6": ("asked", "Asked"),
    }  # fmt: skip
    assert told["1"][2] == [
        ("price", "10", "12"), ("sku", "A", "A2"), ("category", "—", "New shelf"), ("categories", "—", "Shelf"),
        ("price", "Red: 5", "Red: 6"), ("variants", "—", "Blue"), ("images", "1", "2"),
    ]  # fmt: skip
    assert told["2"][2] == [("is_active", "yes", "no")] and told["3"][2] == []
    assert ("sku", "—", "WC-4") in told["4"][2] and ("category", "—", "Shelf") in told["4"][2]
    assert ("name", "Ours", "Linked") in told["5"][2]
    assert "one of its variations" in told["6"][2][0][2]
    run_import(connection, shop)
    ours.refresh_from_db()
    assert ours.name == "Linked"


def test_what_was_changed_here_is_in_the_preview(tenant):
    connection, shop = connect(tenant), FakeShop()
    shop.put(1)
    run_import(connection, shop)
    product = Product.objects.get()
    product.category, product.name = CategoryFactory(tenant=tenant), "Mine"
    product.save()
    done = Import(connection, shop, dry_run=True).all()
    assert done.reports == [("changed", "1", "Thing 1", [("name", "Mine", "Thing 1")])]
    assert StoreConnection.objects.get().history_seen == 0


def test_a_dry_run_asks_nobody_though_much_would_go(tenant):
    connection, shop = connect(tenant), FakeShop(50)
    for number in range(1, 41):
        shop.put(number)
    run_import(connection, shop)
    shop.products = {"1": shop.products["1"]}
    done = Import(connection, shop, dry_run=True).all()
    assert done.run.counts == {"unchanged": 1, "inactive": 39}
    assert Product.objects.filter(is_active=True).count() == 40


def test_a_dry_run_that_is_resumed_elsewhere_knows_the_shelves(tenant):
    connection, shop = connect(tenant), FakeShop(1)
    shop.shelves = {"1": ("Shelf", "")}
    for number in (1, 2):
        shop.put(number, category_ids=["1"])
    importing = Import(connection, shop, dry_run=True)
    while importing.step():  # A new worker for each step.
        pass
    assert [("category", "—", "Shelf") in changes for *_, changes in importing.reports] == [True, True]


@FEWER
@given(st.lists(DAYS, max_size=8))
def test_the_preview_is_what_then_happens(days):
    """Products whose SKUs other new products of the same run have are the exception: only writing tells."""
    connection, shop, owner = imported_once(4)
    for day in days:
        owner.edit(day)
    dry = Import(connection, shop, dry_run=True).all()
    real = run_import(connection, shop, allow_removals=True)
    assert dry.run.counts == real.run.counts
