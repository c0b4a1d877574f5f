"""What orders hold of a shop's product is not on sale at Meta either, and comes back with them."""

import pytest

from products_and_services.reservations import Wanted, hand_over, release, reserve
from products_and_services.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
SHOP = {"external_source": "woocommerce", "external_id": "7"}


def told(world, catalog):
    """{retailer_id: availability} as Meta has it, once everything has travelled."""
    world.settle(catalog)
    return {sku: item["availability"] for sku, item in world.at_meta(catalog).items()}


def test_the_last_one_that_is_ordered_is_out_of_stock_at_meta_until_it_is_given_back(world, tenant):
    catalog = world.connect(tenant)
    lamp, other = world.product(tenant, "LAMP", stock_quantity=2, **SHOP), world.product(tenant, "OTHER", stock_quantity=9, **SHOP)
    assert told(world, catalog) == {"LAMP": "in stock", "OTHER": "in stock"}
    reserve(tenant.pk, "ORD1", [Wanted(lamp.pk, None, 1), Wanted(other.pk, None, 1)])
    sent = len(world.writes())
    assert told(world, catalog) == {"LAMP": "in stock", "OTHER": "in stock"} and len(world.writes()) == sent  # Nothing that Meta sees.
    reserve(tenant.pk, "ORD2", [Wanted(lamp.pk, None, 1)])
    assert told(world, catalog)["LAMP"] == "out of stock"
    release(tenant.pk, "ORD1", "cancelled")
    assert told(world, catalog)["LAMP"] == "in stock"
    reserve(tenant.pk, "ORD3", [Wanted(lamp.pk, None, 1)])
    hand_over(tenant.pk, "ORD2", [lamp.pk], "the shop has it")
    assert told(world, catalog) == {"LAMP": "out of stock", "OTHER": "in stock"}


def test_of_variants_each_has_its_own_or_they_share(world, tenant):
    catalog = world.connect(tenant)
    shirt = world.product(tenant, "SHIRT", stock_quantity=1, **SHOP)
    red = VariantFactory(product=shirt, sku="RED", name="Red", stock_quantity=1)
    blue = VariantFactory(product=shirt, sku="BLUE", name="Blue")
    VariantFactory(product=shirt, sku="GREEN", name="Green")
    reserve(tenant.pk, "ORD1", [Wanted(shirt.pk, red.pk, 1)])
    assert told(world, catalog) == {"RED": "out of stock", "BLUE": "in stock", "GREEN": "in stock"}
    reserve(tenant.pk, "ORD2", [Wanted(shirt.pk, blue.pk, 1)])
    assert told(world, catalog) == {"RED": "out of stock", "BLUE": "out of stock", "GREEN": "out of stock"}
