"""A shop's products become ours: what an import writes, and what it leaves alone."""

from decimal import Decimal

import pytest

from integrations.models import ExternalRef
from integrations.tests.fake_shop import FakeShop, connect, run_import
from products_and_services.models import Product, Revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return FakeShop()


@pytest.fixture
def connection(tenant):
    return connect(tenant)


def test_first(connection, shop, tenant):
    shop.shelves = {"5": ("Food", ""), "6": ("Pizza", "5")}
    shop.put(1, "Pizza", sku="PZ", images=["https://a.example/1.jpg", "https://a.example/2.jpg"], tags=["a", "b"], category_ids=["6", "5"])
    red = {"id": "21", "name": "Red", "sku": "SH-R", "price": "9", "image": "https://a.example/r.jpg"}
    shop.put(2, "Shirt", sku="SH", variants=[red, {"id": "22", "name": "Blue", "sku": "SH"}])
    done = run_import(connection, shop)
    assert done.run.counts == {"created": 2}
    assert done.issues == []
    pizza, shirt = Product.objects.order_by("pk")
    assert (pizza.name, pizza.sku, pizza.price, pizza.tags, str(pizza.category)) == ("Pizza", "PZ", Decimal(10), ["a", "b"], "Pizza")
    assert [(v.name, v.sku, v.price) for v in shirt.variants.all()] == [("Red", "SH-R", Decimal(9)), ("Blue", "WC-22", None)]
    notes = Revision.objects.count()
    again = run_import(connection, shop)
    assert again.run.counts == {"unchanged": 2}
    assert Revision.objects.count() == notes
    shop.products["1"]["price"] = "12.5"
    third = run_import(connection, shop)
    assert third.run.counts == {"unchanged": 1, "updated": 1}
    del shop.products["2"]
    fourth = run_import(connection, shop)
    assert fourth.run.counts == {"unchanged": 1, "inactive": 1}
    shirt.refresh_from_db()
    assert not shirt.is_active
    assert ExternalRef.objects.filter(gone_at__isnull=False).count() == 1
