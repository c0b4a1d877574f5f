"""Numbers of queries and calls that must not grow with the number of products."""

from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from meta_integration.catalog.changes import mark_changed
from meta_integration.catalog.drain import drain_catalog
from meta_integration.catalog.sweep import sweep
from meta_integration.models import CatalogChange
from meta_integration.tests.test_engine_batches import many
from products_and_services.models import Product
from products_and_services.tests.factories import CategoryFactory


def test_a_category_rename_over_10000_products_takes_few_queries(world, tenant, catalog):
    category = CategoryFactory(tenant=tenant, name="Old")
    Product.objects.bulk_create(Product(tenant=tenant, name=f"P{n}", sku=None, category=category) for n in range(10_000))
    category.name = "New"
    with CaptureQueriesContext(connection) as queries:
        category.save()
    assert len(queries) <= 30
    assert CatalogChange.objects.filter(tenant=tenant).count() == 10_000


def test_a_drain_of_3000_items_takes_a_bounded_number_of_queries(world, tenant, catalog):
    many(world, tenant, 3_000)
    counts = []
    for _ in range(2):
        world.pass_time(seconds=5)
        with CaptureQueriesContext(connection) as queries:
            drain_catalog(catalog.pk)
        counts.append(len(queries))
    assert len(world.at_meta(catalog)) == 3_000
    assert max(counts) <= 105, counts


def test_10000_changed_products_take_at_most_ten_calls_polls_included(world, tenant, catalog):
    many(world, tenant, 10_000)
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 10_000
    assert len(world.standin.calls()) <= 10


def test_an_unchanged_catalog_of_thousands_makes_no_call_and_few_queries(world, tenant, catalog):
    products = many(world, tenant, 3_000)
    world.settle(catalog)
    before = world.standin.last_call
    mark_changed(tenant.pk, [product.pk for product in products])
    world.pass_time(seconds=5)
    with CaptureQueriesContext(connection) as queries:
        drain_catalog(catalog.pk)
    assert world.standin.calls(since=before) == []
    assert len(queries) <= 100


def test_a_sweep_over_many_businesses_with_nothing_to_do_is_a_handful_of_queries(world, tenant, catalog, other_catalog):
    world.product(tenant, "A-1", price=Decimal(1))
    world.settle(catalog)
    with CaptureQueriesContext(connection) as queries:
        assert sweep(world.now) == []
    assert len(queries) <= 6
