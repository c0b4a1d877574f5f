"""Categories with catalogs of their own, and businesses that sleep, return or stand side by side."""

from decimal import Decimal

import pytest

from meta_integration.catalog.readback import read_back
from meta_integration.catalog.sweep import sweep
from meta_integration.models import Catalog, CatalogChange, CategoryCatalog, MetaAppConfig
from meta_integration.tests.world import change, shown
from products_and_services.models import Product
from products_and_services.services import change_products
from products_and_services.tests.factories import CategoryFactory

SECOND = "200000000000095"


# --- categories ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def second(world, tenant, catalog):
    world.standin.add_account("EAATESTSOLARTOKEN01", "solar-secret-0123456789", business_id="100000000000091", catalog_ids=[SECOND])
    second = Catalog.objects.create(tenant=tenant, config=catalog.config, catalog_id=SECOND)
    CategoryCatalog.objects.create(tenant=tenant, category=CategoryFactory(tenant=tenant, name="Outdoor"), catalog=second)
    return second


def test_a_category_has_its_own_catalog_for_everything_below_it(world, tenant, catalog, second, product):
    below = CategoryFactory(tenant=tenant, name="Garden", parent=second.category_mappings.get().category)
    change(product, category=below)
    world.settle()
    assert (set(world.at_meta(catalog)), set(world.at_meta(second))) == (set(), {"A-1"})
    change(product, category=None)
    world.settle()
    assert (set(world.at_meta(catalog)), set(world.at_meta(second))) == ({"A-1"}, set())


def test_a_category_that_loses_its_catalog_is_emptied_there_even_if_the_configuration_is_saved(world, tenant, catalog, second, product):
    change(product, category=second.category_mappings.get().category)
    world.settle()
    second.category_mappings.get().delete()
    MetaAppConfig.objects.get(tenant=tenant).save()
    world.settle()
    assert (set(world.at_meta(catalog)), set(world.at_meta(second))) == ({"A-1"}, set())
    MetaAppConfig.objects.get(tenant=tenant).save()
    second.refresh_from_db()
    assert not second.is_current


def test_a_category_may_get_a_catalog_that_was_out_of_use(world, tenant, catalog, second, product):
    shelf = second.category_mappings.get().category
    second.category_mappings.get().delete()
    world.settle()
    Catalog.objects.filter(pk=second.pk).update(is_current=False, config=None)
    change(product, category=shelf)
    world.settle()
    CategoryCatalog.objects.create(tenant=tenant, category=shelf, catalog=second)
    world.settle()
    assert (set(world.at_meta(catalog)), set(world.at_meta(second))) == (set(), {"A-1"})


def test_a_move_in_bulk_sql_is_found_from_the_other_side(world, tenant, catalog, second, product):
    Product.objects.filter(pk=product.pk).update(category=second.category_mappings.get().category)
    world.run_until_quiet(minutes=40)
    assert (set(world.at_meta(catalog)), set(world.at_meta(second))) == (set(), {"A-1"})


def test_a_dead_token_costs_one_call_over_all_catalogs(world, tenant, catalog, second, product):
    other = world.product(tenant, "A-2", category=second.category_mappings.get().category)
    world.settle()
    world.standin.end_token("EAATESTSOLARTOKEN01")
    before = world.standin.last_call
    change(product, price=Decimal(11))
    change(other, price=Decimal(11))
    world.settle()
    assert len(world.standin.calls(since=before)) == 1


@pytest.mark.parametrize("where", ["own", "parent", "further"])
def test_an_excluded_category_keeps_its_products_away(world, tenant, catalog, product, where):
    top = CategoryFactory(tenant=tenant, name="Secret")
    below = CategoryFactory(tenant=tenant, name="Below", parent=top)
    if where == "further":
        product.categories.add(below)
    else:
        change(product, category=top if where == "own" else below)
    world.settle(catalog)
    assert shown(world, catalog, "A-1", "visibility") == ("published",)
    top.sync_to_meta = False
    top.save()
    world.settle(catalog)
    assert shown(world, catalog, "A-1", "visibility") == ("staging",)
    top.sync_to_meta = True
    top.save()
    world.settle(catalog)
    assert shown(world, catalog, "A-1", "visibility") == ("published",)


# --- businesses -----------------------------------------------------------------------------------------------------------


def test_a_sleeping_business_gets_no_call_and_loses_nothing(world, tenant, catalog, product):
    tenant.is_active = False
    tenant.save()
    change(product, price=Decimal(11))
    before = world.standin.last_call
    world.settle(catalog)
    assert sweep(world.now) == []
    assert read_back(catalog.pk) is None
    assert world.standin.calls(since=before) == []
    tenant.is_active = True
    tenant.save()
    world.settle(catalog)
    assert shown(world, catalog, "A-1", "price") == ("11.00 USD",)


def test_a_configuration_that_returns_finds_its_category_catalogs_in_doubt(world, tenant, catalog, second, product):
    change(product, category=second.category_mappings.get().category)
    world.settle()
    config = MetaAppConfig.objects.get(tenant=tenant)
    config.is_active = False
    config.save()
    world.standin.edit_item(SECOND, "A-1", price="99.00 USD")
    config.is_active = True
    config.save()
    world.settle()
    assert world.standin.item(SECOND, "A-1")["price"] == "10.00 USD"


def test_a_business_without_a_catalog_does_not_pile_up_changes(world, tenant):
    from meta_integration.tasks import drain_tenant

    world.product(tenant, "A-1")
    world.pass_time(seconds=1)
    drain_tenant(str(tenant.pk))
    assert not CatalogChange.objects.exists()
    catalog = world.connect(tenant)
    world.settle(catalog)
    assert "A-1" in world.at_meta(catalog)


def test_neither_business_touches_the_other(world, tenant, other_tenant, catalog, other_catalog):
    for shop in (tenant, other_tenant):
        for number in range(8):
            world.product(shop, f"SAME-{number}", name=shop.name, currency="")
    world.settle()
    change_products(tenant.pk, list(Product.objects.values_list("pk", flat=True)), {"price": Decimal(77)})
    world.settle()
    assert {(item["name"], item["price"]) for item in world.at_meta(catalog).values()} == {("Solar Shop", "77.00 USD")}
    assert {(item["name"], item["price"]) for item in world.at_meta(other_catalog).values()} == {("Pizzeria", "9.99 EUR")}
    assert {(call.business_id, call.catalog_id) for call in world.standin.calls()} == {
        ("100000000000091", catalog.catalog_id),
        ("100000000000092", other_catalog.catalog_id),
    }
