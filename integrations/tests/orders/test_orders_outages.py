"""Orders for a shop that is down, slow or breaks off: none is written twice, none waits for another, and the shop is not asked in vain."""

from contextlib import nullcontext
from datetime import timedelta

import pytest

from common.errors import NeedsConfigurationError, TransientError
from common.lease import claim
from integrations.connecting.connections import remove_connection
from integrations.models import OrderWriteBack, StoreConnection
from integrations.orders import watching, working
from integrations.orders.queueing import cancel, try_again, write_back
from integrations.orders.working import LOOK_AFTER, work_on_orders
from integrations.tests.order_world import DOWN, LOST, START, order_of, rows, shop_of, stocked, the_row
from products_and_services.reservations import Wanted, reserve

pytestmark = pytest.mark.django_db


def test_an_answer_that_is_lost_is_remembered_when_the_shop_cannot_be_looked_through_next(world, shop):
    write_back(shop, order_of((stocked(shop), 1)))
    orders = world.of(shop)
    refused = ("find", NeedsConfigurationError("The key was revoked."))
    orders.fails, orders.index_lag = [None, ("create done", LOST), refused], timedelta(seconds=90)
    world.sweep()
    try_again([the_row()])
    world.sweep(seconds=10)
    assert the_row().state == "blocked"
    try_again([the_row()])  # The key was mended at once. The shop's search does not know the order yet.
    world.sweep(seconds=10)
    assert len(orders.orders) == 1 and the_row().next_try_at == START + LOOK_AFTER
    OrderWriteBack.objects.update(state="blocked")
    assert cancel([the_row()]) == 1 and "answer was lost" in the_row().error


@pytest.mark.parametrize("error", [LOST, DOWN, TransientError("Wait.", kind="overloaded", retry_after=5)])
def test_a_shop_that_takes_minutes_over_an_order_and_breaks_off_has_it_once(world, shop, error):
    """It may have been made at the last moment, and the shop's search knows it only later."""
    write_back(shop, order_of((stocked(shop), 1)))
    orders = world.of(shop)
    orders.fails, orders.index_lag = [None, ("create done", error)], timedelta(seconds=90)
    orders.before_create = lambda: world.pass_time(minutes=3)
    world.sweep()
    for _ in range(20):
        try_again([the_row()])
        world.sweep(seconds=10)
    assert len(orders.orders) == 1 and the_row().state == "written"


def test_a_shop_that_is_down_is_not_asked_for_each_of_its_orders_in_turn(world, shop):
    for number in range(3):
        write_back(shop, order_of((stocked(shop, f"{number}"), 1), number=f"ORD{number}"))
    orders = world.of(shop)
    orders.fails = [("find", DOWN)]
    world.sweep()
    for _ in range(4):
        world.sweep(minutes=1)
    assert orders.asked == ["find"]  # It hangs for half a minute each time, and others wait for the worker.
    world.sweep(minutes=2)
    assert set(rows().values()) == {"written"}


def test_an_order_on_which_the_shop_breaks_comes_behind_those_that_were_not_tried_yet(world, shop):
    for number in range(3):
        write_back(shop, order_of((stocked(shop, f"{number}"), 1), number=f"ORD{number}"))
    world.of(shop).fails = [None, ("create", DOWN), None, None, None, None, None, ("create", DOWN)]
    world.sweep()
    world.sweep(minutes=6)
    assert rows() == {"ORD0": "waiting", "ORD1": "written", "ORD2": "written"} and the_row("ORD0").tries == 2


def test_a_look_that_takes_minutes_keeps_the_row(world, shop, monkeypatch):
    beats = []
    pulse = type("Pulse", (nullcontext,), {"__init__": lambda self, beat, **_: (nullcontext.__init__(self), beats.append(beat))[0]})
    monkeypatch.setattr(working, "Pulse", pulse, raising=False)
    write_back(shop, order_of((stocked(shop), 1)))
    orders, find = world.of(shop), world.of(shop).find

    def slow_find(*args):
        for _ in range(4):
            world.pass_time(seconds=40)
            for beat in beats:
                beat()
        assert claim(OrderWriteBack, the_row().pk, world.now) is None
        return find(*args)

    orders.find = slow_find
    work_on_orders(shop.pk)
    assert the_row().state == "written"


def test_a_shop_that_is_down_holds_up_only_itself(world, shop, other_tenant):
    other = shop_of(other_tenant)
    for number in range(3):
        write_back(shop, order_of((stocked(shop, f"{number}"), 1), number=f"ORD{number}"))
    write_back(other, order_of((stocked(other), 1), number="ORD9"))
    world.of(shop).fails = [("find", DOWN)] * 9
    assert work_on_orders(shop.pk) == 1  # The others are not tried in vain in the same turn.
    assert work_on_orders(other.pk) == 1 and rows()["ORD9"] == "written"


def test_who_lost_the_row_meanwhile_does_not_write(world, shop):
    write_back(shop, order_of((stocked(shop), 1)))
    orders = world.of(shop)
    find = orders.find

    def slow_find(*args):
        found = find(*args)
        world.pass_time(seconds=70)
        assert claim(OrderWriteBack, the_row().pk, world.now) is not None
        return found

    orders.find = slow_find
    work_on_orders(shop.pk)
    assert orders.asked == ["find"] and orders.orders == {} and the_row().asked_at is None


def test_one_worker_at_a_time_asks_a_shop(world, shop, other_tenant):
    for number in range(2):
        write_back(shop, order_of((stocked(shop, f"{number}"), 1), number=f"ORD{number}"))
    held = claim(OrderWriteBack, the_row("ORD0").pk, world.now)
    assert work_on_orders(shop.pk) == 0 and world.of(shop).asked == []  # A shop that hangs must not hold every worker.
    other = shop_of(other_tenant)
    write_back(other, order_of((stocked(other), 1), number="ORD9"))
    assert work_on_orders(other.pk) == 1
    held.release()
    assert work_on_orders(shop.pk) == 2


def test_a_clock_that_had_jumped_keeps_no_order_waiting(world, shop):
    write_back(shop, order_of((stocked(shop), 1)))
    ahead = START + timedelta(days=400)
    OrderWriteBack.objects.update(next_try_at=ahead, asked_at=ahead)
    world.sweep()
    assert the_row().state == "written"


def test_an_order_that_a_busy_shop_does_not_take_for_hours_is_told(world, shop):
    write_back(shop, order_of((stocked(shop), 1)))
    world.of(shop).fails = [("find", TransientError("Too many requests.", retry_after=3_600.0))] * 3
    told = []
    for _ in range(3):
        world.sweep(hours=1)
        told.append([one.title for one in watching.orders_not_written(world.now, frozenset())])
    assert the_row().state == "waiting" and told == [[], *[["1 order could not be written to “Main”"]] * 2]
    StoreConnection.objects.update(is_active=False)
    assert list(watching.orders_not_written(world.now, frozenset())) == []  # Whoever paused it knows.


def test_an_order_that_no_worker_takes_up_is_told(world, shop):
    write_back(shop, order_of((stocked(shop), 1)))

    def told():
        return [one.title for one in watching.orders_not_written(world.now, frozenset())]

    world.pass_time(minutes=119)
    assert told() == []
    world.pass_time(minutes=1)
    assert told() == ["1 order could not be written to “Main”"]
    StoreConnection.objects.update(updated_at=world.now)  # Switched on again just now: its turn comes with the next minute.
    assert told() == []
    world.sweep()
    assert the_row().state == "written" and told() == []


def test_an_order_that_is_being_written_while_its_shop_is_removed_is_known_to_be_there(world, shop, tenant):
    panel = stocked(shop, stock_quantity=5)
    reserve(tenant.pk, "ORD00001", [Wanted(panel.pk, None, 2)])
    write_back(shop, order_of((panel, 2)))
    world.of(shop).before_create = lambda: remove_connection(StoreConnection.objects.get(pk=shop.pk))
    work_on_orders(shop.pk)
    assert (the_row().state, the_row().external_id, the_row().error) == ("written", "700", "")
    assert [row.state for row in panel.reservations.all()] == ["closed"]
