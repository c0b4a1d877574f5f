"""Hints of a shop that cannot be asked now: they wait as rows, as long as they must and no longer, and nobody waits with them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from common.errors import NeedsConfigurationError, TransientError
from integrations import hints, tasks
from integrations.hints import refreshing
from integrations.hints.refreshing import refresh_hinted
from integrations.in_step import sweep
from integrations.models import LogStatus, StoreConnection, StoreHint, StoreWatch, WebhookLog
from integrations.tests.step_world import hinted, product, watch

pytestmark = pytest.mark.django_db


def down(name, number):
    raise TransientError("The shop is down.")


def test_a_shop_that_does_not_answer_waits_as_rows_and_no_other_shop_does(world, tenant, other_tenant):
    ours, shop = world.open(tenant)
    theirs, other = world.open(other_tenant)
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


def busy_once(shop, seconds):
    """It answers its next request with 429."""

    def busy(name, number):
        shop.before = lambda name, number: None
        raise TransientError("Too many requests.", retry_after=seconds)

    shop.before = busy


def test_a_shop_that_wants_to_be_left_alone_is(world, tenant):
    connection, shop = world.open(tenant)
    busy_once(shop, 90)
    hints.note(connection.pk, ["1"], "test")
    world.work()
    assert watch(connection, "hints").tries == 0 and hinted(connection) == ["1"]
    world.minute()
    assert len(shop.calls) == 1
    world.minute()
    assert len(shop.calls) == 2 and hinted(connection) == [] and watch(connection, "hints").failing_since is None


def test_a_shop_that_hung_is_asked_again_only_when_the_sweep_says_so(world, tenant):
    connection, shop = world.open(tenant)
    shop.before = down
    hints.note(connection.pk, ["1"], "test")
    world.work()
    world.pass_time(minutes=6)
    hints.note(connection.pk, ["2"], "test")
    world.work()
    assert len(shop.calls) == 1  # Whatever it tells us meanwhile, it is not asked for that.
    tasks.keep_shops_in_step()
    assert [(name, args) for _, name, args in world.rung] == [(sweep.AGAIN_TASK, (connection.pk, "hints"))]
    world.work()
    assert len(shop.calls) == 3  # And whether it answers about another product.


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
    busy_once(shop, 3)
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
