"""A look over all products and those that never come in: each is asked for once, and once more when it looks different or after a day."""

import pytest

from integrations.in_step.glances import look_over as look
from integrations.models import LinkQuestion, StoreConnection, StoreStranger, StoreWatch
from integrations.tests.step_world import hinted, product, runs
from operations.models import RunIssue
from products_and_services.models import Product

pytestmark = pytest.mark.django_db


def look_over(world, connection, *, hours=1.0):
    world.pass_time(hours=hours)
    StoreWatch.objects.filter(connection=connection, kind="glances").update(due_at=world.now)
    world.minute()


def failed(connection):
    """(reference, code) of everything that was told to have failed."""
    told = RunIssue.objects.filter(run__tenant=connection.tenant_id).order_by("pk").values_list("reference", "code")
    assert sum(run.counts.get("failed", 0) for run in runs(connection)) == len(told)
    return list(told)


def test_one_that_cannot_be_read_is_asked_for_and_told_once(world, tenant):
    connection, shop = world.open(tenant)
    shop.put(9, sku="S-9", breaks=True)
    for _ in range(3):
        look_over(world, connection)
    assert shop.calls.count("by_ids") == 1 and failed(connection) == [("9", "not_read")] and hinted(connection) == []


def test_one_that_was_saved_in_the_shop_is_asked_for_again(world, tenant):
    connection, shop = world.open(tenant)
    shop.put(9, sku="S-9", breaks=True)
    look_over(world, connection)
    shop.touch(9, world.now)
    look_over(world, connection)
    look_over(world, connection)
    assert failed(connection) == [("9", "not_read")] * 2
    shop.put(9, sku="S-9")
    shop.touch(9, world.now)
    look_over(world, connection)
    assert product(connection, 9).is_active
    look_over(world, connection)
    assert not StoreStranger.objects.exists()


def test_it_is_asked_for_again_the_next_day(world, tenant):
    connection, shop = world.open(tenant)
    shop.put(9, sku="S-9", breaks=True)
    look_over(world, connection)
    shop.put(9, sku="S-9")  # Mended by us, not in the shop: it looks the same there.
    look_over(world, connection, hours=22)
    assert not Product.objects.filter(external_id="9").exists()
    look_over(world, connection, hours=2)
    assert product(connection, 9).is_active


def test_one_that_the_shop_lists_and_does_not_have_is_asked_for_once(world, tenant, monkeypatch):
    connection, shop = world.open(tenant)
    whole = shop.fetch_by_ids
    monkeypatch.setattr(shop, "fetch_by_ids", lambda ids, known="": [raw for raw in whole(ids, known) if raw["id"] not in ("1", "9")])
    shop.put(9, sku="S-9")
    kept = shop.products.pop("1")
    look_over(world, connection)
    assert not product(connection, 1).is_active
    shop.products["1"] = kept
    shop.calls.clear()
    for _ in range(3):
        look_over(world, connection)
    assert shop.calls.count("by_ids") == 1  # Of 1, which was not listed at first; 9 had been asked for before.


def test_what_goes_and_comes_back_twice_a_day_is_noticed_each_time(world, tenant):
    connection, shop = world.open(tenant)
    for _ in range(2):
        kept = shop.products.pop("1")
        look_over(world, connection)
        assert not product(connection, 1).is_active
        shop.products["1"] = kept
        look_over(world, connection)
        assert product(connection, 1).is_active


def test_another_business_with_a_product_of_the_same_number_is_not_meant(world, tenant, other_tenant):
    ours, shop = world.open(tenant)
    theirs, other = world.open(other_tenant)
    for one in (shop, other):
        one.put(9, sku="S-9", breaks=True)
    look_over(world, ours)
    other.put(9, sku="S-9")
    look_over(world, theirs)
    assert product(theirs, 9).is_active and failed(theirs) == [] and len(failed(ours)) == 1


def test_one_that_fails_is_told_once_however_often_the_list_of_changes_shows_it(world, tenant):
    connection, shop = world.open(tenant)
    shop.put(9, sku="S-9", breaks=True)
    shop.products["2"]["breaks"] = True
    shop.touch(9, world.now)
    shop.touch(2, world.now)
    for _ in range(4):
        StoreWatch.objects.filter(connection=connection, kind="changes").update(due_at=world.now)
        world.minute(2)
    assert shop.calls.count("changed") == 4 and failed(connection) == [("2", "not_read"), ("9", "not_read")]


def test_a_question_is_told_once_however_often_the_list_of_changes_shows_its_product(world, tenant):
    connection, shop = world.open(tenant)
    Product.objects.create(tenant=tenant, name="Ours", sku="S-9", price=1)
    StoreConnection.objects.update(link_by_sku="ask")
    shop.put(9, sku="S-9")
    shop.touch(9, world.now)
    for _ in range(3):
        StoreWatch.objects.filter(connection=connection, kind="changes").update(due_at=world.now)
        world.minute(2)
    [run] = runs(connection)
    assert run.counts == {"asked": 1} and LinkQuestion.objects.get().external_id == "9"


def test_a_page_of_strangers_costs_few_queries(world, tenant, django_assert_max_num_queries):
    connection, shop = world.open(tenant)
    shop.page_size = 100
    for number in range(100, 190):
        shop.put(number, sku=f"S-{number}")
    StoreWatch.objects.filter(connection=connection, kind="glances").update(due_at=world.now)
    with django_assert_max_num_queries(28):
        look(connection.pk)
    assert len(hinted(connection)) == StoreStranger.objects.count() == 90
