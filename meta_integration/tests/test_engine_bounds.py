"""Numbers of queries and calls that must not grow with the number of products."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import doorbell
from meta_integration.catalog.changes import mark_changed
from meta_integration.catalog.drain import drain_catalog
from meta_integration.catalog.sweep import sweep
from meta_integration.models import CatalogChange
from meta_integration.tasks import drain_tenant
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
    assert len(queries) <= 80


def test_a_sweep_over_many_businesses_with_nothing_to_do_is_a_handful_of_queries(world, tenant, catalog, other_catalog):
    world.product(tenant, "A-1", price=Decimal(1))
    world.settle(catalog)
    with CaptureQueriesContext(connection) as queries:
        assert sweep(world.now) == []
    assert len(queries) <= 6


@pytest.fixture
def rung(monkeypatch):
    """The tasks that were rung for, as the broker would hear of them."""
    heard: list[str] = []
    monkeypatch.setattr(doorbell, "_publish", lambda name, args, countdown: heard.append(name.rpartition(".")[2]))
    return heard


def test_a_thousand_saves_make_a_handful_of_tasks(world, tenant, catalog, rung, django_capture_on_commit_callbacks):
    """Each round asks for the next one itself: the tasks grow with the time that passes, not with the saves."""
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(1_000):
            mark_changed(tenant.pk, [number + 1])
            world.pass_time(milliseconds=1)
    assert 1 <= len(rung) <= 3


@pytest.mark.parametrize("callable_now", [True, False])
def test_a_change_that_rings_for_nobody_is_in_the_nap_of_the_round_before_it(world, tenant, catalog, callable_now):
    mark_changed(tenant.pk, [1])
    world.pass_time(milliseconds=500)
    mark_changed(tenant.pk, [2])
    if not callable_now:
        type(catalog).objects.filter(pk=catalog.pk).update(paused_at=world.now)
    world.pass_time(milliseconds=300)
    outcome = drain_catalog(catalog.pk)
    naps = [outcome.nap] if not outcome.more else [drain_catalog(catalog.pk).nap]
    assert naps == [pytest.approx(0.4)]


def test_a_business_without_a_catalog_is_rung_for_until_its_outbox_is_empty(world, tenant, rung, django_capture_on_commit_callbacks):
    mark_changed(tenant.pk, [1])
    world.pass_time(milliseconds=500)
    mark_changed(tenant.pk, [2])
    world.pass_time(milliseconds=300)
    for left in (1, 0):
        with django_capture_on_commit_callbacks(execute=True):
            drain_tenant(str(tenant.pk))
        assert CatalogChange.objects.count() == left
        world.pass_time(milliseconds=700)
    assert rung == ["drain_tenant"]


def test_an_edit_takes_at_most_60_queries_from_the_doorbell_to_the_badge(world, tenant, catalog):
    product = world.product(tenant, "A-1", price=Decimal(1))
    world.settle(catalog)
    product.price = Decimal(2)
    product.save()
    world.pass_time(seconds=1)
    with CaptureQueriesContext(connection) as queries:
        drain_tenant(str(tenant.pk))
    assert world.at_meta(catalog)["A-1"]["price"] == "2.00 USD"
    assert len(queries) <= 60
