"""The default variant stands for a product without variations: there is one exactly then, and it says nothing that the shop does not."""

from decimal import Decimal

import pytest

from integrations.tests.fake_shop import FakeShop, connect, run_import
from integrations.tests.shop_oracle import assert_equal_to
from products_and_services.models import ProductVariant
from products_and_services.tests.factories import ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return FakeShop(4)


def variation(number):
    return {"id": str(number), "name": f"V{number}", "sku": f"S{number}", "price": "5"}


def test_variations_that_go_and_come_back_are_not_sold_beside_the_default_one(connection, shop):
    shop.put(1, sku="A", variants=[variation(11), variation(12)])
    for variants in ([], [variation(11), variation(12)], [], [variation(12)]):
        run_import(connection, shop)
        shop.products["1"]["variants"] = variants
        run_import(connection, shop)
        assert_equal_to(shop, connection)
    assert ProductVariant.objects.count() == 3  # The same default one each time.


def test_a_variation_that_moves_to_a_simple_product_is_its_only_one(connection, shop):
    for number in range(1, 7):
        shop.put(number, sku=f"A{number}")
    shop.products["1"]["variants"] = [variation(11), variation(12)]
    run_import(connection, shop)
    shop.products["1"]["variants"], shop.products["6"]["variants"] = [variation(12)], [variation(11)]
    run_import(connection, shop)
    assert_equal_to(shop, connection)


def test_the_default_variant_of_a_linked_product_has_no_terms_of_its_own(connection, shop, tenant):
    ours = ProductFactory(tenant=tenant, sku="A", locked_fields=["stock_quantity"])
    standing = VariantFactory(product=ours, name="Standard", is_default=True, price=Decimal(12), sale_price=Decimal(9), stock_quantity=3)
    shop.put(1, sku="A", price="10")
    run_import(connection, shop)
    standing.refresh_from_db()
    assert (standing.name, standing.price, standing.sale_price, standing.stock_quantity) == ("Standard", None, None, 3)
    assert ours.variants.count() == 1


def test_sizes_of_ours_stay_as_they_are(connection, shop, tenant):
    ours = ProductFactory(tenant=tenant, sku="A")
    small = VariantFactory(product=ours, name="Small", is_default=True, price=Decimal(12))
    large = VariantFactory(product=ours, name="Large", price=Decimal(18), is_active=False)
    shop.put(1, sku="A", price="10")
    run_import(connection, shop)
    small.refresh_from_db()
    large.refresh_from_db()
    assert (small.price, small.is_active, large.price, large.is_active, ours.variants.count()) == (12, True, 18, False, 2)


def test_a_default_variant_that_was_changed_here_is_the_shops_again(connection, shop):
    shop.put(1, sku="A")
    run_import(connection, shop)
    standing = ProductVariant.objects.get()
    standing.price, standing.is_active = Decimal(12), False
    standing.save()
    assert run_import(connection, shop).run.counts == {"updated": 1}
    standing.refresh_from_db()
    assert (standing.price, standing.is_active, standing.is_default) == (None, True, True)
    assert run_import(connection, shop).run.counts == {"unchanged": 1}


def test_variations_that_went_while_the_shop_was_not_connected_go(tenant, connection, shop):
    shop.put(1, sku="A", variants=[variation(11), variation(12)])
    shop.put(2, sku="B", variants=[variation(21), variation(22)])
    run_import(connection, shop)
    connection.delete()
    shop.products["1"]["variants"], shop.products["2"]["variants"] = [], [{**variation(22), "sku": "S21"}]
    connection = connect(tenant)
    run_import(connection, shop)
    assert_equal_to(shop, connection)
    shop.products["1"]["variants"], shop.products["2"]["variants"] = [variation(11), variation(12)], [variation(22), variation(21)]
    run_import(connection, shop)
    assert_equal_to(shop, connection)
