"""Whose word counts: what was changed here goes back, what is locked or unspoken stays, what was entered here stays beside the shop's."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.models import ExternalRef, RefKind
from integrations.tests.fake_shop import FakeShop, run_import
from integrations.tests.imported import images, product
from products_and_services.models import Product
from products_and_services.services import change_products
from products_and_services.tests.factories import CategoryFactory, ImageFactory, picture_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return FakeShop()


def test_what_was_changed_here_goes_back_to_what_the_shop_says(connection, shop, tenant):
    """Saves, bulk edits and deleted parts are all in the history; what another shop's products went through is not looked at."""
    shop.put(1, images=["https://a.example/1.jpg"], variants=[{"id": "11", "name": "Red", "price": "5"}])
    shop.put(2)
    run_import(connection, shop)
    first = product(1)
    first.name = "Mine"
    first.save()
    first.images.get().delete()
    variant = first.variants.get()
    variant.price = 7
    variant.save()
    done = run_import(connection, shop)
    assert done.run.counts == {"updated": 1, "unchanged": 1}
    first.refresh_from_db()
    assert (first.name, first.variants.get().price, images(first)) == ("Thing 1", 5, [("https://a.example/1.jpg", "")])
    change_products(tenant.pk, [product(2).pk], {"price": Decimal(3)})
    assert run_import(connection, shop).run.counts == {"updated": 1, "unchanged": 1}
    assert product(2).price == 10
    assert run_import(connection, shop).run.counts == {"unchanged": 2}


def test_what_the_merchant_has_locked_stays(connection, shop):
    shop.put(1, sku="A", images=["https://a.example/1.jpg"], variants=[{"id": "11", "name": "Red", "sku": "A-R", "price": "5"}])
    run_import(connection, shop)
    mine = product(1)
    mine.name, mine.price, mine.sku, mine.locked_fields = "Mine", Decimal(99), "MINE", ["name", "price", "sku", "images"]
    mine.save()
    shop.put(1, "New name", price="3", sku="B", description="New", images=[])
    shop.products["1"]["variants"] = [{"id": "11", "name": "Dark red", "sku": "B-R", "price": "6", "stock_quantity": 2}]
    run_import(connection, shop)
    mine.refresh_from_db()
    assert (mine.name, mine.price, mine.sku, mine.description) == ("Mine", 99, "MINE", "New")
    variant = mine.variants.get()
    assert (variant.name, variant.price, variant.sku, variant.stock_quantity) == ("Red", 5, "A-R", 2)
    assert images(mine) == [("https://a.example/1.jpg", "")]
    mine.locked_fields = []
    mine.save()
    run_import(connection, shop)  # The shop says nothing new, but the lock is off.
    mine.refresh_from_db()
    assert (mine.name, mine.price, mine.sku, mine.images.count(), mine.variants.get().sku) == ("New name", 3, "B", 0, "B-R")


def test_locked_parts_are_left_alone_as_a_whole(connection, shop, tenant):
    shop.shelves = {"1": ("Shelf", "")}
    shop.put(1, category_ids=["1"], variants=[{"id": "11", "name": "Red"}])
    run_import(connection, shop)
    mine = product(1)
    own = CategoryFactory(tenant=tenant, name="Mine")
    mine.category, mine.locked_fields = own, ["categories", "variants", "is_active"]
    mine.save()
    shop.put(1, is_active=False, category_ids=["1"], variants=[{"id": "12", "name": "Blue"}])
    run_import(connection, shop)
    mine.refresh_from_db()
    assert (mine.category, mine.is_active, [one.name for one in mine.variants.all()]) == (own, True, ["Red"])
    del shop.products["1"]
    run_import(connection, shop, allow_removals=True)
    mine.refresh_from_db()
    assert mine.is_active and ExternalRef.objects.get(kind=RefKind.PRODUCT).gone_at is not None


def test_a_locked_sale_date_never_meets_one_it_does_not_fit(connection, shop):
    start, end = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 24, tzinfo=UTC)
    shop.put(1, sale_price="5", sale_starts_at=start, sale_ends_at=end)
    run_import(connection, shop)
    Product.objects.update(locked_fields=["sale_starts_at"])
    shop.products["1"].update(sale_starts_at=start.replace(month=1), sale_ends_at=end.replace(month=2))
    done = run_import(connection, shop)
    assert (product(1).sale_starts_at, product(1).sale_ends_at) == (start, end)
    assert done.issues == [("Thing 1", "sale_ends_at", "locked")]


def test_what_the_shop_says_nothing_about_is_left_as_it_is(connection, shop):
    shop.put(1, gtin="1", unspoken=["gtin", "brand"])
    run_import(connection, shop)
    assert product(1).gtin == ""
    Product.objects.update(gtin="77", brand="Mine")
    shop.products["1"]["name"] = "Other"
    run_import(connection, shop)
    assert (product(1).name, product(1).gtin, product(1).brand) == ("Other", "77", "Mine")


def test_uploaded_pictures_and_variants_entered_here_stay(connection, shop):
    shop.put(1, images=["https://a.example/1.jpg"], variants=[{"id": "11", "name": "Red"}])
    run_import(connection, shop)
    mine = product(1)
    upload = ImageFactory(product=mine, image=picture_file())
    size = mine.variants.create(name="My size", price=3)
    shop.put(1, images=[], variants=[])
    run_import(connection, shop)
    assert list(mine.images.all()) == [upload]
    assert {one.name: one.is_active for one in mine.variants.all()} == {"Red": False, "My size": True}
    size.refresh_from_db()
    assert (size.price, size.is_default) == (3, False)
