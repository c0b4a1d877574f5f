"""What was changed in a shop is read every few minutes: with an overlap, page by page, never beside a whole import."""

from datetime import timedelta
from decimal import Decimal

import pytest

from common.errors import PermanentError, TransientError
from integrations import tasks
from integrations.in_step import turns
from integrations.in_step.sweep import CHANGES_TASK, due
from integrations.models import StoreConnection, StoreWatch
from integrations.scheduling.timetable import next_slot
from integrations.tests.step_world import product, runs, watch
from operations.models import Run, RunKind, RunStatus
from operations.services import start_run

pytestmark = pytest.mark.django_db


def make_due(world, connection):
    StoreWatch.objects.filter(connection=connection, kind="changes").update(due_at=world.now)


def test_it_comes_by_itself_at_its_minutes_and_brings_what_was_changed(world, tenant):
    connection, shop = world.open(tenant)
    make_due(world, connection)
    world.minute()
    world.minute(5)
    for _ in range(4):
        world.pass_time(minutes=2)
        shop.products["2"]["price"] = str(int(shop.products["2"]["price"]) + 1)
        shop.touch(2, world.now)
        world.minute(5)
        assert product(connection, 2).price == Decimal(shop.products["2"]["price"])
    assert set(shop.calls) == {"changed"} and len(runs(connection)) == 1
    assert watch(connection, "changes").looked_at is not None


def test_what_was_changed_during_an_outage_comes_behind_it(world, tenant):
    connection, shop = world.open(tenant, glances_every=0)
    make_due(world, connection)
    world.minute()
    world.pass_time(minutes=2)
    shop.products["2"]["price"] = "20"
    shop.touch(2, world.now)

    def down(name, number):
        raise TransientError("down")

    shop.before = down
    for _ in range(10):
        world.minute(5)
    shop.before = lambda name, number: None
    for _ in range(10):
        world.minute(5)
    assert product(connection, 2).price == Decimal(20)


def test_a_change_that_the_shop_committed_late_is_still_seen(world, tenant):
    """Dated before the last look, in its list only afterwards."""
    connection, shop = world.open(tenant)
    dated = world.now
    make_due(world, connection)
    world.minute(1)
    shop.products["2"]["price"] = "20"
    shop.touch(2, dated)
    make_due(world, connection)
    world.minute(3)
    assert product(connection, 2).price == Decimal(20)


def test_the_next_look_begins_where_the_last_one_had_begun(world, tenant):
    connection, shop = world.open(tenant)
    make_due(world, connection)
    began = world.now

    def slow(name, number):
        world.pass_time(minutes=50)
        shop.before = lambda name, number: None

    shop.before = slow
    world.minute(0)
    assert watch(connection, "changes").begun_at == began


def test_many_pages_are_read_on_by_the_next_turn(world, tenant, monkeypatch):
    connection, shop = world.open(tenant, count=8)
    for number in range(1, 9):
        shop.products[str(number)]["price"] = "30"
        shop.touch(number, world.now)
    monkeypatch.setattr("integrations.in_step.turns.SECONDS", -1.0)
    monkeypatch.setattr("integrations.in_step.turns.take_turn.__kwdefaults__", {"seconds": -1.0})
    make_due(world, connection)
    world.minute()
    assert {product(connection, number).price for number in range(1, 9)} == {Decimal(30)}
    assert shop.calls == ["changed"] * 3 and watch(connection, "changes").cursor is None


def down_at_second(name, number):
    if number == 2:
        raise TransientError("down")


def test_a_look_that_was_interrupted_goes_on_where_it_was(world, tenant):
    connection, shop = world.open(tenant, count=8)
    for number in range(1, 9):
        shop.products[str(number)]["price"] = "30"
        shop.touch(number, world.now)
    shop.before = down_at_second
    make_due(world, connection)
    world.minute()
    assert watch(connection, "changes").cursor["at"] == 3 and watch(connection, "changes").begun_at < world.now - timedelta(seconds=1)
    shop.before = lambda name, number: None
    world.minute(6)
    assert {product(connection, number).price for number in range(1, 9)} == {Decimal(30)}


def test_a_look_that_takes_hours_comes_to_its_end(world, tenant, monkeypatch):
    connection, shop = world.open(tenant, count=9)
    for number in range(1, 10):
        shop.products[str(number)]["price"] = "30"
        shop.touch(number, world.now)
    monkeypatch.setattr("integrations.in_step.turns.take_turn.__kwdefaults__", {"seconds": -1.0, "again": False})
    shop.before = lambda name, number: world.pass_time(minutes=50)
    make_due(world, connection)
    began = world.now
    world.minute(0)
    assert shop.calls == ["changed"] * 3 and watch(connection, "changes").begun_at == began
    assert {product(connection, number).price for number in range(1, 10)} == {Decimal(30)}


def test_a_place_where_nobody_has_read_on_for_long_is_given_up(world, tenant):
    connection, shop = world.open(tenant, count=9)
    for number in range(1, 10):
        shop.touch(number, world.now)
    shop.before = down_at_second
    make_due(world, connection)
    world.minute()
    shop.before = lambda name, number: None
    shop.products["1"]["price"] = "30"
    world.minute(65)
    assert product(connection, 1).price == Decimal(30) and shop.calls == ["changed"] * 5


def test_what_another_worker_did_between_the_look_and_the_claim_is_not_done_twice(world, tenant, monkeypatch):
    connection, shop = world.open(tenant)
    make_due(world, connection)
    claim = turns.claim

    def late(*about):
        monkeypatch.setattr(turns, "claim", claim)
        tasks.read_changes_of_store(connection.pk)
        return claim(*about)

    monkeypatch.setattr(turns, "claim", late)
    tasks.read_changes_of_store(connection.pk)
    assert shop.calls == ["changed"] and watch(connection, "changes").lease_token == ""


def test_nothing_is_looked_at_while_a_whole_import_is_at_work(world, tenant):
    connection, shop = world.open(tenant)
    run = start_run(tenant, RunKind.IMPORT, subject=f"store {connection.pk}")
    StoreConnection.objects.filter(pk=connection.pk).update(current_run=run)
    make_due(world, connection)
    world.minute()
    world.ring(CHANGES_TASK, connection.pk)
    world.work()
    assert shop.calls == [] and watch(connection, "changes").problem == ""
    Run.objects.filter(pk=run.pk).update(status=RunStatus.NEEDS_CONFIRMATION)  # That may take a day.
    world.minute()
    assert shop.calls == ["changed"]


@pytest.mark.parametrize("state", [{"is_active": False}, {"imported_at": None}, {"changes_every": 0}])
def test_who_is_not_to_be_looked_at_is_not(world, tenant, state):
    connection, shop = world.open(tenant)
    StoreConnection.objects.filter(pk=connection.pk).update(**state)
    make_due(world, connection)
    world.minute()
    world.ring(CHANGES_TASK, connection.pk)
    world.work()
    assert shop.calls == [] and not due(world.now).exists()


def test_a_shop_that_cannot_say_what_was_changed_does_not_keep_its_hints_waiting(world, tenant):
    connection, shop = world.open(tenant)

    def cannot(name, number):
        raise PermanentError("It sends everything.", data={"remedy": "Switch it off."})

    shop.before = cannot
    make_due(world, connection)
    world.minute()
    assert watch(connection, "changes").problem == "It sends everything. Switch it off."
    assert watch(connection, "hints").due_at < world.now


def test_other_settings_count_at_once(world, tenant):
    connection, _ = world.open(tenant)
    before = watch(connection, "changes").due_at
    connection.changes_every = 2
    connection.save()
    assert watch(connection, "changes").due_at == next_slot(world.now, 2, connection.pk) < before


@pytest.mark.parametrize("minutes", [2, 5, 10, 15, 30, 60, 240])
def test_shops_are_spread_over_the_time_and_none_is_left_out(world, minutes):
    for number in range(1, 40):
        first = next_slot(world.now, minutes, number)
        assert timedelta(0) < first - world.now <= timedelta(minutes=minutes)
        assert next_slot(first, minutes, number) - first == timedelta(minutes=minutes)
    assert len({next_slot(world.now, minutes, number) for number in range(1, 40)}) > 30
