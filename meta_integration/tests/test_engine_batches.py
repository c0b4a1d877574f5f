"""Batches: sizes, poisoned rows, handles that do not end well, rows that must stand together."""

from datetime import timedelta
from decimal import Decimal
from math import log2

import pytest

from meta_integration.catalog.batches import BatchSender
from meta_integration.catalog.changes import mark_changed
from meta_integration.catalog.rows import read_rows
from meta_integration.models import CatalogBatch, CatalogItem, ItemState
from products_and_services.models import Product, ProductImage, Sku
from sandbox.graph import Fault


def many(world, tenant, count: int, prefix: str = "B") -> list[Product]:
    """So many products, fit for Meta, brought in quickly and announced."""
    products = Product.objects.bulk_create(
        Product(tenant=tenant, name=f"Thing {n}", sku=f"{prefix}-{n:05}", price=Decimal(10), stock_quantity=1) for n in range(count)
    )
    Sku.objects.bulk_create(Sku(tenant=tenant, value=product.sku, product=product) for product in products)
    pictures = (ProductImage(product=product, remote_url=f"https://shop.example/{product.sku}.jpg") for product in products)
    ProductImage.objects.bulk_create(pictures)
    mark_changed(tenant.pk, [product.pk for product in products])
    return products


def batch_calls(world, since: int = 0):
    return world.standin.calls(kind="items_batch", since=since)


# --- poison -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "place"), [(5000, 777), (300, 0), (300, 299), (7, 3)])
def test_one_poisoned_row_is_isolated_in_few_calls(world, tenant, catalog, count, place):
    type(catalog).objects.filter(pk=catalog.pk).update(batch_size=5000)
    many(world, tenant, count)
    world.standin.faults.add(Fault("poison_400", retailer_ids=(f"B-{place:05}",)))
    for _ in range(3):
        world.work(catalog)
    assert len(batch_calls(world)) <= 2 * log2(count) + 1
    bad = world.item(catalog, f"B-{place:05}")
    assert (bad.state, bad.attempts, bad.error_code) == ("rejected", 1, 100)
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == count - 1
    assert CatalogItem.objects.filter(state=ItemState.SYNCED, attempts=0).count() == count - 1


def test_two_poisoned_rows_are_both_found(world, tenant, catalog):
    many(world, tenant, 100)
    world.standin.faults.add(Fault("poison_400", retailer_ids=("B-00003", "B-00077")))
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 98
    assert {item.retailer_id for item in CatalogItem.objects.filter(state=ItemState.REJECTED)} == {"B-00003", "B-00077"}


def test_a_row_that_makes_every_call_fail_with_500_stands_alone_within_five_attempts(world, tenant, catalog):
    many(world, tenant, 3000)
    world.standin.faults.add(Fault("poison_500", retailer_ids=("B-01234",), code=2))
    for minutes in (0, 5, 15, 45, 135):
        world.pass_time(minutes=minutes, seconds=70)
        for _ in range(4):
            world.settle(catalog)
            world.pass_time(seconds=61)  # An outage rests a minute.
    bad = world.item(catalog, "B-01234")
    assert (bad.state, bad.attempts) == ("failed", 5)
    assert len(world.at_meta(catalog)) == 2999
    assert CatalogItem.objects.exclude(pk=bad.pk).exclude(state=ItemState.SYNCED).count() == 0


@pytest.mark.parametrize("fault", [Fault("too_large", rows=100), Fault("too_large", rows=100, status=413)], ids=["code 1", "413"])
def test_too_large_batches_are_halved_and_the_size_is_remembered(world, tenant, catalog, fault):
    many(world, tenant, 400)
    world.standin.faults.add(fault)
    world.work(catalog)
    catalog.refresh_from_db()
    assert catalog.batch_size == 200
    assert {item.attempts for item in catalog.items.all()} == {1}
    world.pass_time(minutes=6)
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 400


def test_a_batch_of_one_row_that_is_too_large_is_only_that_rows_failure(world, tenant, catalog):
    product = world.product(tenant, "J-1", currency="JPY", price=Decimal(1500))
    with world.fault(Fault("too_large", rows=0)):
        world.work(catalog)
    catalog.refresh_from_db()
    assert (catalog.batch_size, world.item(catalog, "J-1").attempts) == (3000, 1)
    product.refresh_from_db()
    assert product.meta_sync_status == "retry"


# --- what a handle may tell ---------------------------------------------------------------------------------------------


def test_more_than_3000_items_go_in_several_batches_and_no_id_twice(world, tenant, catalog):
    many(world, tenant, 3200)
    world.settle(catalog)
    calls = batch_calls(world)
    assert sorted(len(call.retailer_ids) for call in calls) == [200, 3000]
    assert all(len(set(call.retailer_ids)) == len(call.retailer_ids) for call in calls)
    assert len(world.at_meta(catalog)) == 3200


def test_item_errors_are_mapped_by_id_and_the_others_live(world, tenant, catalog):
    many(world, tenant, 50)
    world.standin.faults.add(Fault("reject_item", retailer_ids=("B-00007", "B-00008")))
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 48
    assert {item.retailer_id for item in CatalogItem.objects.filter(state=ItemState.REJECTED)} == {"B-00007", "B-00008"}
    assert "refuse the item B-00007" in world.item(catalog, "B-00007").last_error


def test_when_meta_names_only_a_sample_the_unnamed_are_asked_about(world, tenant, catalog):
    many(world, tenant, 50)
    bad = tuple(f"B-{n:05}" for n in range(12))
    world.standin.faults.add(Fault("hidden_errors", remaining=1))
    world.standin.faults.add(Fault("reject_item", retailer_ids=bad))
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 38
    assert CatalogItem.objects.filter(state=ItemState.SYNCED).count() == 38
    world.run_until_quiet()
    assert {item.retailer_id for item in CatalogItem.objects.filter(state=ItemState.REJECTED)} == set(bad)


def test_empty_handles_mean_nothing_was_taken(world, tenant, catalog):
    many(world, tenant, 10)
    with world.fault(Fault("empty_handles")):
        world.work(catalog)
    assert not CatalogBatch.objects.exists()
    assert {(item.state, item.attempts) for item in catalog.items.all()} == {("retry", 1)}
    world.pass_time(minutes=5)
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 10


@pytest.mark.parametrize("applied", [True, False])
def test_a_handle_that_never_ends_frees_its_items_after_30_minutes(world, tenant, catalog, applied):
    products = many(world, tenant, 10)
    world.standin.faults.add(Fault("endless_handle", remaining=1, applied=applied))
    world.work(catalog)
    products[0].price = Decimal(11)
    products[0].save()
    for _ in range(29):
        world.pass_time(seconds=58)
        world.work(catalog)
    assert len(batch_calls(world)) == 1
    assert world.item(catalog, "B-00000").batch is not None
    world.pass_time(minutes=2)
    world.settle(catalog)
    assert {item["price"] for item in world.at_meta(catalog).values()} == {"10.00 USD", "11.00 USD"}
    first = CatalogBatch.objects.order_by("pk").first()
    assert first.freed_at is not None
    assert first.poll_at is not None  # Polled on.
    assert len(batch_calls(world)) == (1 if applied else 2)


def test_a_freed_handle_that_ends_after_all_has_its_items_asked_again(world, tenant, catalog):
    products = many(world, tenant, 10)
    world.standin.faults.add(Fault("endless_handle", remaining=1))
    world.work(catalog)
    world.pass_time(minutes=31)
    for product in products:
        product.price = Decimal(11)
        product.save()
    world.settle(catalog)
    assert {item["price"] for item in world.at_meta(catalog).values()} == {"11.00 USD"}
    world.standin.faults.clear()
    world.standin.settle_all()  # The old payload lands over the new one.
    assert {item["price"] for item in world.at_meta(catalog).values()} == {"10.00 USD"}
    world.pass_time(minutes=2)
    world.settle(catalog)
    assert {item["price"] for item in world.at_meta(catalog).values()} == {"11.00 USD"}


@pytest.mark.parametrize("ending", ["error", "canceled"])
def test_a_handle_that_ends_badly_has_its_items_asked(world, tenant, catalog, ending):
    world.standin.batch_delay = None
    many(world, tenant, 10)
    world.work(catalog)
    world.standin.settle(world.standin.handles()[0], ending)
    world.standin.batch_delay = 0
    world.settle(catalog)
    assert {(item.state, item.attempts) for item in catalog.items.all()} == {("retry", 1)}
    world.pass_time(minutes=5)
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 10
    assert len(batch_calls(world)) == 2


def test_a_handle_that_meta_does_not_know_has_its_items_asked(world, tenant, catalog):
    many(world, tenant, 10)
    world.work(catalog)
    CatalogBatch.objects.update(handle="never-heard-of")
    world.settle(catalog)
    assert {item.state for item in catalog.items.all()} == {"synced"}
    assert len(batch_calls(world)) == 1


def test_an_edit_and_a_delete_during_an_open_handle(world, tenant, catalog):
    world.standin.batch_delay = 60
    products = many(world, tenant, 10)
    world.work(catalog)
    products[0].delete()
    products[1].price = Decimal(11)
    products[1].save()
    world.settle(catalog, rounds=200)
    assert "B-00000" not in world.at_meta(catalog)
    assert world.at_meta(catalog)["B-00001"]["price"] == "11.00 USD"


def test_handles_that_land_in_reverse_order_do_no_harm(world, tenant, catalog):
    world.standin.batch_delay = 20
    products = many(world, tenant, 20)
    world.standin.faults.add(Fault("reverse_handles"))
    world.work(catalog)
    for product in products[:10]:
        product.price = Decimal(11)
        product.save()
    world.settle(catalog, rounds=200)
    world.run_until_quiet()
    assert sorted(item["price"] for item in world.at_meta(catalog).values()) == ["10.00 USD"] * 10 + ["11.00 USD"] * 10


def test_rows_that_meta_refuses_at_first_sight_do_not_hold_the_others_up(world, tenant, catalog):
    """A price spelling, for example: named in validation_status, and again in the handle's errors."""
    many(world, tenant, 10)
    Product.objects.filter(sku="B-00003").update(origin_country="??")
    world.settle(catalog)
    assert (world.item(catalog, "B-00003").state, len(world.at_meta(catalog))) == ("rejected", 9)


# --- what must go by batch --------------------------------------------------------------------------------------------------


def test_other_currencies_go_by_batch_even_alone(world, tenant, catalog):
    product = world.product(tenant, "J-1", currency="JPY", price=Decimal(1500))
    world.settle(catalog)
    assert world.at_meta(catalog)["J-1"]["price"] == "1500 JPY"
    assert [call.edge for call in world.writes()] == ["items_batch"]
    world.run_until_quiet(minutes=20)
    product.refresh_from_db()
    assert product.meta_catalog_item_id == world.at_meta(catalog)["J-1"]["id"]  # Filled in by the reading back.


def test_waiting_rows_keep_their_search_limits_apart(world, tenant, catalog):
    many(world, tenant, 20)
    CatalogItem.objects.filter(catalog=catalog).update(batch_limit=None)
    world.standin.faults.add(Fault("outage", edges=("write",)))
    world.work(catalog)
    limits = set(CatalogItem.objects.values_list("batch_limit", flat=True))
    assert limits == {2}
    sender = BatchSender(catalog, None, None, lambda: world.now)
    assert len(sender.standing_together(read_rows(CatalogItem.objects.order_by("id")))) == 2


def test_polls_grow_apart(world, tenant, catalog):
    world.standin.batch_delay = None
    many(world, tenant, 10)
    world.work(catalog)
    polls = []
    for _ in range(300):
        world.work(catalog)
        polls.append(CatalogBatch.objects.get().polls)
    assert 8 <= max(polls) <= 12
    assert CatalogBatch.objects.get().poll_at - world.now <= timedelta(seconds=60)
