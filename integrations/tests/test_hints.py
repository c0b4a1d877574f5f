"""Hints: what is noted is asked for anew and comes in; whatever happens in between, nothing is forgotten and nobody else waits."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import transaction

from common.errors import NeedsConfigurationError, TransientError
from integrations import hints, tasks
from integrations.hints import refreshing
from integrations.hints.refreshing import refresh_hinted
from integrations.in_step import sweep
from integrations.models import ExternalRef, LogStatus, StoreConnection, StoreHint, StoreWatch, WebhookLog
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


def test_a_shop_that_does_not_answer_waits_as_rows_and_no_other_shop_does(world, tenant, other_tenant):
    ours, shop = world.open(tenant)
    theirs, other = world.open(other_tenant)

    def down(name, number):
        raise TransientError("The shop is down.")

    shop.before = down
    for connection, its in ((ours, shop), (theirs, other)):
        its.products["1"]["price"] = "44"
        hints.note(connection.pk, ["1"], "test")
    world.work()
    assert product(theirs, 1).price == Decimal(44) and hinted(ours) == ["1"]
    waits = []
    for _ in range(4):
        shop.calls.clear()
        began = world.now
        while not shop.calls:
            world.minute()
        waits.append((world.now - began).total_seconds() // 60)
    least = [5, 15, 45, 45]  # Up to a tenth more, and the sweep comes once a minute.
    assert all(minutes <= waited <= minutes * 1.1 + 1 for minutes, waited in zip(least, waits, strict=True))
    assert watch(ours, "hints").problem == "The shop is down." and watch(theirs, "hints").tries == 0
    assert WebhookLog.objects.filter(event="in_step", status=LogStatus.ERROR).count() == 1
    shop.before = lambda name, number: None
    world.minute(50)
    assert product(ours, 1).price == Decimal(44) and watch(ours, "hints").problem == "" and hinted(ours) == []


def test_a_shop_that_wants_to_be_left_alone_is(world, tenant):
    connection, shop = world.open(tenant)

    def busy(name, number):
        shop.before = lambda name, number: None
        raise TransientError("Too many requests.", retry_after=90)

    shop.before = busy
    hints.note(connection.pk, ["1"], "test")
    world.work()
    assert watch(connection, "hints").tries == 0 and hinted(connection) == ["1"]
    world.minute()
    assert len(shop.calls) == 1
    world.minute()
    assert len(shop.calls) == 2 and hinted(connection) == [] and watch(connection, "hints").failing_since is None


def test_a_shop_that_hung_is_asked_again_by_the_worker_for_imports(world, tenant):
    connection, shop = world.open(tenant)

    def down(name, number):
        raise TransientError("The shop is down.")

    shop.before = down
    hints.note(connection.pk, ["1"], "test")
    world.work()
    world.pass_time(minutes=6)
    hints.note(connection.pk, ["2"], "test")
    world.work()
    assert len(shop.calls) == 1  # A ring for the other worker finds that it is not its turn.
    tasks.keep_shops_in_step()
    assert {name for _, name, _ in world.rung} == {sweep.AGAIN_TASK}
    world.work()
    assert len(shop.calls) == 2 and settings.CELERY_TASK_ROUTES["integrations.tasks.*"] == {"queue": "imports"}
    assert not any(pattern.startswith(sweep.AGAIN_TASK) for pattern in settings.CELERY_TASK_ROUTES)


def test_a_shop_that_answers_again_gets_on_at_once_with_what_was_left(world, tenant, monkeypatch):
    connection, _ = world.open(tenant)
    monkeypatch.setattr(refreshing, "AT_ONCE", 1)
    monkeypatch.setattr("integrations.in_step.turns.take_turn.__kwdefaults__", {"seconds": -1.0, "again": False})
    hints.note(connection.pk, ["1", "2", "3"], "test")
    StoreWatch.objects.filter(connection=connection, kind="hints").update(tries=1, failing_since=world.now, due_at=world.now)
    world.rung.clear()
    world.minute()
    assert hinted(connection) == []


def test_a_hint_whose_ring_came_while_a_worker_was_about_to_end_is_not_left_to_the_sweep(world, tenant, monkeypatch):
    connection, shop = world.open(tenant)
    finish, late = refreshing.finish, ["2"]

    def finished(*about):
        finish(*about)
        while late:
            hints.note(connection.pk, [late.pop()], "test")
            world.pass_time(seconds=2)
            world.rung.clear()
            assert refresh_hinted(connection.pk) is None and len(shop.calls) == 1  # Its own ring: the watch is taken.

    monkeypatch.setattr(refreshing, "finish", finished)
    hints.note(connection.pk, ["1"], "test")
    world.work()
    assert hinted(connection) == [] and len(shop.calls) == 2


def test_a_short_wait_is_not_made_a_minute_by_the_sweep(world, tenant):
    connection, shop = world.open(tenant)

    def busy(name, number):
        shop.before = lambda name, number: None
        raise TransientError("Too many requests.", retry_after=3)

    shop.before = busy
    began = world.now
    hints.note(connection.pk, ["1"], "test")
    world.work()
    assert hinted(connection) == [] and (world.now - began).total_seconds() < 10


def test_a_shop_that_says_in_a_second_for_ever_keeps_no_worker(world, tenant):
    connection, shop = world.open(tenant)

    def busy(name, number):
        raise TransientError("Throttled.", retry_after=1)

    shop.before = busy
    hints.note(connection.pk, ["1"], "test")
    world.work(most=5)
    assert len(shop.calls) == 2 and watch(connection, "hints").tries == 1
    assert watch(connection, "hints").due_at == world.now + timedelta(minutes=1)
    shop.before = lambda name, number: None
    world.minute(1.1)
    assert hinted(connection) == [] and watch(connection, "hints").failing_since is None


def test_a_clock_that_had_jumped_leaves_no_hint_behind(world, tenant):
    connection, shop = world.open(tenant)
    hints.note(connection.pk, ["1"], "test")
    StoreHint.objects.update(due_at=world.now + timedelta(days=400))
    StoreWatch.objects.update(due_at=world.now + timedelta(days=400))
    world.rung.clear()
    world.minute()
    assert hinted(connection) == [] and "by_ids" in shop.calls


def test_a_refused_key_blocks_the_shop_and_keeps_its_hints(world, tenant):
    connection, shop = world.open(tenant)

    def refuse(name, number):
        raise NeedsConfigurationError("The key is not known.")

    shop.before = refuse
    hints.note(connection.pk, ["1"], "test")
    world.work()
    assert StoreConnection.objects.get(pk=connection.pk).blocked_reason == "The key is not known."
    world.minute()
    assert len(shop.calls) == 1 and hinted(connection) == ["1"]


@pytest.mark.parametrize("state", [{"is_active": False}, {"imported_at": None}])
def test_a_shop_that_is_paused_or_was_never_imported_keeps_its_hints(world, tenant, state):
    connection, shop = world.open(tenant)
    StoreConnection.objects.filter(pk=connection.pk).update(**state)
    hints.note(connection.pk, ["1"], "test")
    world.work()
    world.minute()
    assert shop.calls == [] and hinted(connection) == ["1"]


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
