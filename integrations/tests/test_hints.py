"""Hints: what is noted is asked for anew and comes in, once, together with what else was noted; nothing is forgotten."""

from decimal import Decimal

import pytest
from django.db import transaction

from integrations import hints
from integrations.hints.refreshing import refresh_hinted
from integrations.models import ExternalRef, LogStatus, StoreHint, StoreWatch, WebhookLog
from integrations.tests.step_world import changes_of, hinted, product, runs, watch
from operations.models import RunStatus
from products_and_services.models import Product

pytestmark = pytest.mark.django_db


def test_what_is_hinted_at_comes_in(world, tenant):
    connection, shop = world.open(tenant)
    shop.products["2"]["price"] = "12"
    shop.products["3"]["price"] = "13"
    hints.note(connection.pk, ["2"], "test")
    world.work()
    assert product(connection, 2).price == Decimal(12) and product(connection, 3).price == Decimal(10)
    assert hinted(connection) == [] and world.announced == [product(connection, 2).pk]
    (run,) = runs(connection)
    assert run.status == RunStatus.COMPLETED and run.counts == {"updated": 1} and changes_of(run) == 1
    assert ExternalRef.objects.get(product=product(connection, 2), kind="product").read_at is not None


def test_a_new_product_comes_in_and_one_that_is_gone_becomes_inactive(world, tenant):
    connection, shop = world.open(tenant)
    shop.put(9, sku="S-9")
    del shop.products["1"]
    hints.note(connection.pk, ["1", "9", "77"], "test")
    world.work()
    assert product(connection, 9).is_active and not product(connection, 1).is_active
    assert hinted(connection) == [] and not Product.objects.filter(external_id="77").exists()
    shop.put(1, sku="S-1")
    hints.note(connection.pk, ["1"], "test")
    world.work()
    assert product(connection, 1).is_active


def test_what_is_unchanged_leaves_nothing_behind(world, tenant):
    connection, _ = world.open(tenant)
    before = list(Product.objects.order_by("pk").values())
    hints.note(connection.pk, ["1", "2", "3"], "test")
    world.work()
    assert runs(connection) == [] and world.announced == [] and hinted(connection) == []
    assert list(Product.objects.order_by("pk").values()) == before


def test_an_hour_of_changes_is_one_run(world, tenant):
    connection, shop = world.open(tenant)
    for number, pause in ((1, 1), (2, 20), (3, 70)):
        world.pass_time(minutes=pause)
        shop.products[str(number)]["price"] = "99"
        hints.note(connection.pk, [str(number)], "test")
        world.work()
    first, second = runs(connection)
    assert (first.counts, second.counts) == ({"updated": 2}, {"updated": 1})
    assert (changes_of(first), changes_of(second)) == (2, 1)


def test_one_that_comes_while_the_shop_is_asked_is_asked_for_again(world, tenant):
    connection, shop = world.open(tenant)

    def edit(name, number):
        shop.before = lambda name, number: None
        hints.note(connection.pk, ["1"], "test")

    shop.before = edit
    hints.note(connection.pk, ["1"], "test")
    world.pass_time(seconds=2)
    refresh_hinted(connection.pk)
    assert shop.calls == ["by_ids", "by_ids"] and hinted(connection) == []


def test_many_hints_of_a_second_are_one_question(world, tenant):
    connection, shop = world.open(tenant)
    for _ in range(5):
        hints.note(connection.pk, ["1"], "test")
        world.pass_time(milliseconds=100)
    assert len(world.rung) == 1 and StoreHint.objects.get().version == 5
    world.work()
    assert shop.calls == ["by_ids"]


def test_a_rolled_back_transaction_hints_at_nothing(world, tenant):
    connection, _ = world.open(tenant)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        hints.note(connection.pk, ["1"], "test")
        1 / 0  # noqa: B018
    assert hinted(connection) == []


def test_ids_that_none_can_have_are_left_out(world, tenant):
    connection, _ = world.open(tenant)
    hints.note(connection.pk, ["", "x" * 65, "a\x00b"], "test")
    assert hinted(connection) == [] and world.rung == []


def test_much_that_is_gone_is_left_to_the_import_that_asks(world, tenant):
    connection, shop = world.open(tenant, count=60)
    for number in range(1, 31):
        del shop.products[str(number)]
    shop.products["60"]["price"] = "60"
    hints.note(connection.pk, [str(number) for number in range(1, 61)], "test")
    world.work()
    assert Product.objects.filter(is_active=True).count() == 60 and product(connection, 60).price == Decimal(60)
    assert hinted(connection) == [] and "30 products" in WebhookLog.objects.get(status=LogStatus.ERROR).error


def test_a_shop_that_empties_itself_bit_by_bit_is_noticed(world, tenant):
    connection, shop = world.open(tenant, count=60)
    for number in range(1, 51):
        del shop.products[str(number)]
        hints.note(connection.pk, [str(number)], "test")
        world.work()
    assert Product.objects.filter(is_active=True).count() == 40


def test_whoever_was_taken_over_writes_nothing(world, tenant):
    connection, shop = world.open(tenant)
    shop.products["1"]["price"] = "55"

    def lose(name, number):
        StoreWatch.objects.filter(connection=connection, kind="hints").update(lease_token="another")

    shop.before = lose
    hints.note(connection.pk, ["1"], "test")
    world.work()
    assert product(connection, 1).price == Decimal(10) and hinted(connection) == ["1"]
    assert watch(connection, "hints").lease_token == "another"


def test_a_hundred_hints_cost_few_queries(world, tenant, django_assert_max_num_queries):
    connection, shop = world.open(tenant, count=120)
    hints.note(connection.pk, list(shop.products)[:100], "test")
    world.pass_time(seconds=2)
    with django_assert_max_num_queries(30):
        refresh_hinted(connection.pk)
    assert hinted(connection) == []


def test_noting_a_thousand_costs_few_queries(world, tenant, django_assert_max_num_queries):
    connection, _ = world.open(tenant)
    with django_assert_max_num_queries(4):
        hints.note(connection.pk, [str(number) for number in range(1000)], "test")
    assert StoreHint.objects.count() == 1000
