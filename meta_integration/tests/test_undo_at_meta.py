"""Rolling a run back, and restoring a version, restore what Meta has: item by item, whatever happened in between."""

from decimal import Decimal

import pytest

from operations.models import RunIssue, RunKind
from operations.services import finish_run, start_run
from products_and_services.models import Product, ProductVariant, Revision
from products_and_services.services import change_products, rename_skus
from products_and_services.tests.factories import CategoryFactory, VariantFactory
from products_and_services.undo.restore import restore_version
from products_and_services.undo.rollback import start_rollback
from products_and_services.undo.rollback_work import work_on_rollback
from tenants.actor import Actor, acting_as

OWN_TO_META = {"id", "created_at", "updated_at"}


def shown(world, catalog):
    """{retailer_id: everything but Meta's own ids and times}"""
    return {sku: {name: value for name, value in item.items() if name not in OWN_TO_META} for sku, item in world.at_meta(catalog).items()}


@pytest.fixture
def products(world, catalog, tenant):
    """Thirty products at Meta: simple ones, some with colours that are items of their own."""
    made = [world.product(tenant, f"P{number:02}", price=Decimal(10 + number)) for number in range(30)]
    for product in made[:4]:
        for colour in ("Red", "Blue"):
            VariantFactory(product=product, name=colour, sku=f"{product.sku}-{colour}", attributes={"color": colour})
    world.settle(catalog)
    return made


def busy_day(world, tenant, products):
    """What a careless file import may do to all of them."""
    category = CategoryFactory(tenant=tenant)
    change_products(tenant.pk, [product.pk for product in products[:20]], {"price": Decimal("1.23"), "category_id": category.pk})
    rename_skus({products[5]: "P06", products[6]: "P07", products[7]: "P05"})
    rename_skus({products[0].variants.get(name="Red"): "P01-Red", products[1].variants.get(name="Red"): "P00-Red"})
    products[2].variants.get(name="Blue").delete()
    products[3].images.all().delete()
    Product.objects.filter(pk__in=[product.pk for product in products[24:]]).delete()
    for number in range(26, 32):  # Some take the SKUs of the deleted ones.
        world.product(tenant, f"P{number:02}", name=f"Other {number}")
    VariantFactory(product=products[10], name="Green", sku="P10-Green", attributes={"color": "Green"})


def test_rollback_of_a_run_restores_meta(world, catalog, other_catalog, tenant, other_tenant, products):
    world.product(other_tenant, "P00")
    world.settle(catalog, other_catalog)
    before, foreign = shown(world, catalog), shown(world, other_catalog)
    assert len(before) >= 30
    run = start_run(tenant, RunKind.CSV)
    with acting_as(Actor("person ada", run_id=str(run.pk))):
        busy_day(world, tenant, products)
    finish_run(run)
    world.settle(catalog)
    assert shown(world, catalog) != before
    rollback = start_rollback(run)
    work_on_rollback(str(rollback.pk))
    assert list(RunIssue.objects.filter(run=rollback)) == []
    world.settle(catalog)  # No reading back: what was announced is enough.
    assert shown(world, catalog) == before
    assert shown(world, other_catalog) == foreign
    world.run_until_quiet()
    assert shown(world, catalog) == before


def test_only_what_a_rollback_changes_is_sent(world, catalog, tenant, products):
    run = start_run(tenant, RunKind.CSV)
    with acting_as(Actor("person ada", run_id=str(run.pk))):
        change_products(tenant.pk, [product.pk for product in products[10:20]], {"price": Decimal("1.23")})
    finish_run(run)
    change_products(tenant.pk, [products[12].pk], {"price": Decimal("22")})  # By hand, to what it was.
    world.settle(catalog)
    marks = dict(world_marks(catalog))
    work_on_rollback(str(start_rollback(run).pk))
    world.settle(catalog)
    moved = {sku for sku, mark in world_marks(catalog) if mark != marks[sku]}
    assert moved == {product.sku for product in products[10:20]} - {"P12"}


def world_marks(catalog):
    return catalog.items.values_list("retailer_id", "mark")


def test_a_deleted_product_that_is_restored_is_on_sale_again(world, catalog, tenant, products):
    before = shown(world, catalog)
    number = products[0].pk
    products[0].delete()
    world.settle(catalog)
    assert "P00" not in shown(world, catalog)
    restore_version(Revision.objects.get(product_id=number, entity="product", action="deleted"))
    world.run_until_quiet()
    assert shown(world, catalog) == before
    assert ProductVariant.objects.filter(product_id=number).count() == 2
