"""The thirteen traces that refuted earlier drafts of the engine: 8 to 13 (the others are in test_engine_traces.py)."""

from decimal import Decimal

import pytest

from meta_integration.catalog import singles
from meta_integration.catalog.changes import mark_changed
from meta_integration.catalog.drain import drain_catalog
from meta_integration.catalog.pause import is_callable
from meta_integration.catalog.readback import read_back
from meta_integration.models import Catalog, CatalogChange
from meta_integration.tests.dying import death_in
from operations.models import Alert
from products_and_services.models import Product, ProductImage, Sku
from sandbox.graph import Fault

NEW_ID = "200000000000097"


@pytest.fixture
def products(world, tenant, catalog):
    """Thirty products, live."""
    found = [world.product(tenant, f"A-{n:02}", price=Decimal(10)) for n in range(30)]
    world.settle(catalog)
    return found


def delete_by_sql(products: list[Product]) -> None:
    """As a bulk SQL script does: no signal, no announcement."""
    ids = [product.pk for product in products]
    for model in (Sku, ProductImage):
        model.objects.filter(product_id__in=ids)._raw_delete("default")
    Product.objects.filter(pk__in=ids)._raw_delete("default")


# --- 8: a failed delete is revived by the reading back ----------------------------------------------------------------------


def test_trace_8_a_failed_delete_starts_anew_at_each_full_reading(world, tenant, catalog):
    world.product(tenant, "A-1")
    world.settle(catalog)
    tenant.products.get().delete()
    world.standin.faults.add(Fault("outage", edges=("write",)))
    for minutes in (0, 5, 15, 45, 135, 140):
        world.pass_time(minutes=minutes)
        world.settle(catalog)
    assert world.item(catalog, "A-1").state == "failed"
    world.standin.faults.clear()
    world.pass_time(days=1)
    world.settle(catalog)
    assert "A-1" in world.at_meta(catalog)
    read_back(catalog.pk)
    world.settle(catalog)
    assert world.at_meta(catalog) == {}


# --- 9: listings lie --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lie", ["listing_stale", "listing_incomplete", "listing_repeats", "listing_loops"])
def test_trace_9_a_listing_that_lies_causes_no_call_for_unchanged_products(world, catalog, products, lie):
    world.standin.faults.add(Fault(lie))
    products[0].price = Decimal(11)
    products[0].save()
    world.settle(catalog)
    before = world.standin.last_call
    for _ in range(3):
        read_back(catalog.pk)
        world.settle(catalog)
    assert world.writes(before) == []


def test_trace_9_refused_and_failed_rows_are_not_sent_again_at_each_reading(world, tenant, catalog):
    world.product(tenant, "BAD-1")
    world.product(tenant, "DOWN-1")
    world.standin.faults.add(Fault("reject_item", retailer_ids=("BAD-1",)))
    world.standin.faults.add(Fault("poison_500", retailer_ids=("DOWN-1",)))
    for minutes in (0, 5, 15, 45, 135, 140):
        world.pass_time(minutes=minutes)
        world.settle(catalog)
    assert [world.item(catalog, sku).state for sku in ("BAD-1", "DOWN-1")] == ["rejected", "failed"]
    before = world.standin.last_call
    for _ in range(3):
        read_back(catalog.pk)
        world.settle(catalog)
    assert world.writes(before) == []


# --- 10: strangers' items -------------------------------------------------------------------------------------------------


def test_trace_10_foreign_items_are_reported_and_left_alone(world, catalog, products):
    for number in range(25):
        world.standin.add_item(catalog.catalog_id, f"FOREIGN-{number}")
    foreign = {sku: item for sku, item in world.at_meta(catalog).items() if sku.startswith("FOREIGN")}
    run = read_back(catalog.pk)
    world.settle(catalog)
    assert (run.counts["not_ours"], run.counts["extra"]) == (25, 0)
    assert {sku: item for sku, item in world.at_meta(catalog).items() if sku.startswith("FOREIGN")} == foreign


# --- 11: the brake ----------------------------------------------------------------------------------------------------------


def test_trace_11_ordinary_deletes_are_never_held(world, catalog, products):
    """Twenty-five deletes wait for expansion while the reading back compares."""
    for product in products[:25]:
        product.delete()
    run = read_back(catalog.pk)
    assert (run.counts["held"], run.counts["removed"], run.counts["extra"]) == (0, 0, 0)
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 5
    assert not Alert.objects.exists()


def test_trace_11_a_lost_batch_that_lands_after_confirmed_deletes_is_no_mass_removal(world, tenant, catalog, products):
    world.standin.faults.add(Fault("lands_late", seconds=3600, edges=("items_batch",), remaining=1))
    for product in products[:25]:
        product.price = Decimal(12)
        product.save()
    world.work(catalog)
    for product in products[:25]:
        product.delete()
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 5
    world.pass_time(hours=2)
    world.standin.land_late()
    assert len(world.at_meta(catalog)) == 30
    run = read_back(catalog.pk)
    assert run.counts["held"] == 0
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 5


def test_the_brake_holds_a_mass_removal_that_nobody_asked_for_until_a_person_allows_it(world, catalog, products):
    delete_by_sql(products[:21])
    products[29].price = Decimal(13)
    products[29].save()
    run = read_back(catalog.pk)
    world.settle(catalog)
    catalog.refresh_from_db()
    assert (run.counts["held"], catalog.held_removals, len(world.at_meta(catalog))) == (21, 21, 30)
    assert world.at_meta(catalog)["A-29"]["price"] == "13.00 USD"
    assert Alert.objects.get().kind == "removals_held"
    read_back(catalog.pk)
    assert Alert.objects.count() == 1
    read_back(catalog.pk, allow_removals=True)
    world.settle(catalog)
    catalog.refresh_from_db()
    assert (catalog.held_removals, len(world.at_meta(catalog))) == (0, 9)
    assert Alert.objects.filter(closed_at__isnull=True).count() == 0


def test_few_removals_found_by_the_reading_back_are_done(world, catalog, products):
    delete_by_sql(products[:20])
    assert read_back(catalog.pk).counts["removed"] == 20
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 10


# --- 12: clocks that jump ---------------------------------------------------------------------------------------------------


def test_trace_12_a_change_row_from_the_future_is_due(world, tenant, catalog):
    world.pass_time(days=1)
    world.product(tenant, "A-1")
    world.pass_time(days=-1)
    world.settle(catalog)
    assert "A-1" in world.at_meta(catalog)
    assert not CatalogChange.objects.exists()


def test_trace_12_a_lease_from_the_future_is_dead(world, tenant, catalog):
    world.product(tenant, "A-1")
    world.pass_time(days=1)
    with death_in(singles, "_call"):
        world.work(catalog)
    world.pass_time(days=-1)
    assert not drain_catalog(catalog.pk).busy
    world.run_until_quiet()
    assert "A-1" in world.at_meta(catalog)


def test_trace_12_a_retry_from_the_future_is_due(world, tenant, catalog):
    world.product(tenant, "A-1")
    world.pass_time(days=1)
    with world.fault(Fault("outage", edges=("write",))):
        world.work(catalog)
    world.pass_time(days=-1)
    world.settle(catalog)
    assert "A-1" in world.at_meta(catalog)


def test_trace_12_a_pause_from_the_future_is_over(world, tenant, catalog):
    world.product(tenant, "A-1")
    world.pass_time(days=1)
    with world.fault(Fault("throttle", minutes=30)):
        world.work(catalog)
    catalog.refresh_from_db()
    assert not is_callable(catalog, world.now)
    world.pass_time(days=-1)
    world.settle(catalog)
    assert "A-1" in world.at_meta(catalog)


def test_trace_12_a_handle_opened_in_the_future_is_thirty_minutes_old(world, tenant, catalog):
    world.standin.batch_delay = None
    world.pass_time(days=1)
    for n in range(8):
        world.product(tenant, f"B-{n}")
    world.work(catalog)
    first = world.item(catalog, "B-0").batch
    world.pass_time(days=-1)
    world.work(catalog)
    first.refresh_from_db()
    assert first.freed_at is not None
    assert world.item(catalog, "B-0").batch not in (None, first)  # Asked, found missing, sent again.


def test_trace_12_an_item_that_moved_in_the_future_is_still_compared(world, tenant, catalog):
    world.pass_time(days=1)
    world.product(tenant, "A-1", price=Decimal(10))
    world.settle(catalog)
    world.pass_time(days=-1)
    world.standin.edit_item(catalog.catalog_id, "A-1", price="99.00 USD")
    read_back(catalog.pk)
    world.settle(catalog)
    assert world.at_meta(catalog)["A-1"]["price"] == "10.00 USD"


# --- 13: another catalog_id -------------------------------------------------------------------------------------------------


def switch(config, catalog_id: str) -> None:
    config.refresh_from_db()
    config.catalog_id = catalog_id
    config.save()


def test_trace_13_a_new_catalog_gets_everything_and_the_old_one_no_call(world, tenant, catalog, products):
    world.standin.add_account("EAATESTSOLARTOKEN01", "solar-secret-0123456789", business_id="100000000000091", catalog_ids=[NEW_ID])
    old = world.at_meta(catalog)
    switch(catalog.config, NEW_ID)
    before = world.standin.last_call
    products[0].delete()
    world.settle()
    assert len(world.standin.items(NEW_ID)) == 29
    assert {call.catalog_id for call in world.standin.calls(since=before)} == {NEW_ID}
    assert world.at_meta(catalog) == old
    assert set(tenant.products.values_list("meta_sync_status", flat=True)) == {"synced"}


def test_trace_13_a_catalog_that_returns_is_in_doubt_throughout(world, tenant, catalog, products):
    world.standin.add_account("EAATESTSOLARTOKEN01", "solar-secret-0123456789", business_id="100000000000091", catalog_ids=[NEW_ID])
    switch(catalog.config, NEW_ID)
    world.settle()
    world.standin.edit_item(catalog.catalog_id, "A-00", price="99.00 USD")
    products[1].delete()
    world.settle()
    switch(catalog.config, catalog.catalog_id)
    world.settle()
    assert world.at_meta(catalog)["A-00"]["price"] == "10.00 USD"
    assert "A-01" not in world.at_meta(catalog)
    assert Catalog.objects.filter(is_current=True).get() == catalog


# --- bulk SQL that nobody announced: what the reading back finds --------------------------------------------------------------


def test_products_brought_in_or_made_fit_by_sql_are_found(world, tenant, catalog):
    asleep = world.product(tenant, "A-1", is_active=False)
    world.settle(catalog)
    world.product(tenant, "A-2")
    CatalogChange.objects.all().delete()
    Product.objects.filter(pk=asleep.pk).update(is_active=True)
    assert read_back(catalog.pk).counts["unannounced"] == 2
    world.settle(catalog)
    assert set(world.at_meta(catalog)) == {"A-1", "A-2"}
    assert read_back(catalog.pk).counts["unannounced"] == 0


def test_a_dry_run_reports_and_changes_nothing(world, tenant, catalog, products):
    delete_by_sql(products[:2])
    world.standin.edit_item(catalog.catalog_id, "A-05", price="99.00 USD")
    run = read_back(catalog.pk, dry_run=True)
    before = world.standin.last_call
    world.settle(catalog)
    assert (run.counts["extra"], run.counts["different"], run.counts["removed"]) == (2, 1, 0)
    assert world.writes(before) == []


def test_a_waiting_change_keeps_the_reading_back_away(world, tenant, catalog, products):
    world.standin.edit_item(catalog.catalog_id, "A-05", price="99.00 USD")
    mark_changed(tenant.pk, [products[5].pk])
    assert read_back(catalog.pk).counts["different"] == 0
