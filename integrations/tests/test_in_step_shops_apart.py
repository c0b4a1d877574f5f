"""However many shops are down, what they can hold of the workers is bounded, and nobody else's work stands behind theirs."""

from datetime import timedelta

import pytest

from common.errors import TransientError
from integrations import hints, tasks
from integrations.in_step import sweep
from integrations.models import StoreWatch
from integrations.tests.step_world import hinted, product

pytestmark = pytest.mark.django_db
DOWN = 10


def down(name, number):
    raise TransientError("The shop is down.")


def test_a_few_shops_that_do_not_answer_are_asked_at_once_and_each_of_them_once(world, tenant, other_tenant):
    broken = [world.open(tenant, 2, store_url=f"https://down{number}.example") for number in range(DOWN)]
    healthy, shop = world.open(other_tenant)
    for connection, its in broken:
        its.before = down
        hints.note(connection.pk, ["1"], "test")
    world.work()
    ours = [connection.pk for connection, _ in broken]
    StoreWatch.objects.filter(connection__in=ours).update(tries=1, due_at=world.now, failing_since=world.now)  # Each of their ways.
    for _, its in broken:
        its.calls.clear()
    shop.products["1"]["price"] = "7"
    hints.note(healthy.pk, ["1"], "test")
    world.rung.clear()
    world.pass_time(minutes=1)
    tasks.keep_shops_in_step()
    again = [args[0] for _, name, args in world.rung if name == sweep.AGAIN_TASK]
    assert len(again) == len(set(again)) == sweep.TROUBLED_AT_ONCE < DOWN
    assert (hints.TASK, (healthy.pk,)) in [(name, args) for _, name, args in world.rung]
    world.work()
    assert product(healthy, 1).price == 7
    world.minute()
    assert [set(its.calls) for _, its in broken] == [{"by_ids"}] * DOWN  # The others' turn came a minute later.
    for _, its in broken:
        its.before = lambda name, number: None
    for minutes in (60, 1, 1):
        world.minute(minutes)
    assert [hinted(connection) for connection, _ in broken] == [[]] * DOWN
    assert not StoreWatch.objects.exclude(tries=0).exists()


def test_those_that_are_being_asked_count(world, tenant):
    for number in range(DOWN):
        connection, _ = world.open(tenant, 1, store_url=f"https://down{number}.example")
        hints.note(connection.pk, ["1"], "test")
    StoreWatch.objects.filter(kind="hints").update(tries=1, due_at=world.now, failing_since=world.now)
    world.pass_time(minutes=1)
    seen = set()
    for _ in range(3):  # Nobody answers: all of them hang.
        world.rung.clear()
        tasks.keep_shops_in_step()
        seen |= {args[0] for _, name, args in world.rung if name == sweep.AGAIN_TASK}
    assert len(seen) == sweep.TROUBLED_AT_ONCE


def test_a_shop_that_is_down_is_asked_in_one_way_only_though_it_has_failed_in_one_only(world, tenant):
    broken = [world.open(tenant, 2, store_url=f"https://down{number}.example") for number in range(DOWN)]
    for connection, its in broken:
        its.before = down
        hints.note(connection.pk, ["1"], "test")
    StoreWatch.objects.exclude(kind="hints").update(due_at=world.now + timedelta(minutes=2))
    world.work()
    assert StoreWatch.objects.filter(failing_since__isnull=False).count() == DOWN
    world.pass_time(minutes=7)  # Now all of their ways are due.
    tasks.keep_shops_in_step()
    assert len(world.rung) == sweep.TROUBLED_AT_ONCE
    for _, its in broken:
        its.before = lambda name, number: None
    for minutes in (1, 1, 1, 1):
        world.work()
        world.minute(minutes)
    assert not StoreWatch.objects.exclude(tries=0).exists() and not StoreWatch.objects.filter(failing_since__isnull=False).exists()
    assert [hinted(connection) for connection, _ in broken] == [[]] * DOWN
    assert not StoreWatch.objects.filter(kind="changes", looked_at__isnull=True).exists()
