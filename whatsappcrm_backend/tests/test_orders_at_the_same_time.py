"""Orders at the same moment, on a SQLite file and on PostgreSQL: never more is promised than there is, and each order once."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from common import doorbell
from integrations.models import OrderWriteBack
from integrations.orders import working
from integrations.orders.queueing import write_back
from integrations.orders.working import work_on_orders
from integrations.providers.orders import ShopOrders
from integrations.tests.order_world import order_of, shop_of, stocked
from products_and_services.models import Product, StockReservation
from products_and_services.reservations import NotEnough, Wanted, hand_over, release, reserve
from products_and_services.reserved import available_of_row
from tenants.models import Tenant

AT_ONCE, PATIENCE = 8, 30


@pytest.fixture
def machine(used_machine, django_db_blocker, monkeypatch):
    monkeypatch.setattr(doorbell, "_publish", lambda *_, **named: None)
    with django_db_blocker.unblock(), used_machine.at_work():
        used_machine.tenant = Tenant.objects.create(name="Solar", sub_domain="solar")
        yield used_machine
        Tenant.objects.all().delete()


def product(tenant, name, count):
    return Product.objects.create(tenant=tenant, name=name, stock_quantity=count, external_source="woocommerce", external_id=name)


def at_once(machine, work, numbers):
    """`work(number)` in threads that begin together; their results."""
    barrier = threading.Barrier(len(numbers))

    def one(number):
        with machine.connected():
            barrier.wait(PATIENCE)
            return work(number)

    with ThreadPoolExecutor(len(numbers)) as pool:
        return list(pool.map(one, numbers, timeout=PATIENCE))


def test_never_more_is_promised_than_there_is(machine):
    first, second = product(machine.tenant, "A", 5), product(machine.tenant, "B", 4)

    def order(number):
        lines = [Wanted(first.pk, None, 1), Wanted(second.pk, None, 1)]
        try:
            for _ in range(2):  # Said again, as by a customer who presses twice.
                reserve(machine.tenant.pk, f"ORD{number}", lines if number % 2 else lines[::-1])
        except NotEnough:
            return False
        return True

    made = at_once(machine, order, range(AT_ONCE))
    assert sum(made) == 4
    assert StockReservation.objects.count() == 8
    assert (available_of_row(first), available_of_row(second)) == (1, 0)


def test_one_order_said_by_many_at_once_is_one(machine):
    lamp = product(machine.tenant, "A", 50)
    rows = at_once(machine, lambda _: [row.pk for row in reserve(machine.tenant.pk, "ORD1", [Wanted(lamp.pk, None, 3)])], range(AT_ONCE))
    assert len({tuple(keys) for keys in rows}) == 1 and StockReservation.objects.get().quantity == 3


def test_an_order_that_is_handed_over_by_many_at_once_lowers_the_count_once(machine):
    lamp = product(machine.tenant, "A", 9)
    reserve(machine.tenant.pk, "ORD1", [Wanted(lamp.pk, None, 3)])
    closed = at_once(machine, lambda _: hand_over(machine.tenant.pk, "ORD1", [lamp.pk], "the shop has it"), range(AT_ONCE))
    assert sorted(closed) == [0] * (AT_ONCE - 1) + [1]
    lamp.refresh_from_db()
    assert (lamp.stock_quantity, available_of_row(lamp)) == (6, 6)


def test_days_of_many_customers(machine):
    """Orders, cancels and orders that the shop takes over, all at the same time: what is left is what was there less what is gone."""
    goods = [product(machine.tenant, name, 12) for name in "ABC"]

    def customer(number):
        dice, sold = random.Random(number), {one.pk: 0 for one in goods}
        for turn in range(4):
            order, chosen = f"ORD{number}-{turn}", dice.sample(goods, dice.randint(1, 3))
            lines = [Wanted(one.pk, None, dice.randint(1, 3)) for one in chosen]
            try:
                reserve(machine.tenant.pk, order, lines)
            except NotEnough:
                continue
            fate = dice.choice(("open", "cancelled", "taken over"))
            if fate == "cancelled":
                release(machine.tenant.pk, order, fate)
            elif fate == "taken over":
                hand_over(machine.tenant.pk, order, [line.product_id for line in lines], fate)
            if fate != "cancelled":
                for line in lines:
                    sold[line.product_id] += line.quantity
        return sold

    sold = at_once(machine, customer, range(AT_ONCE))
    for one in goods:
        gone = sum(by_customer[one.pk] for by_customer in sold)
        fresh = Product.objects.get(pk=one.pk)
        assert gone <= 12 and available_of_row(fresh) == 12 - gone


class SlowShop(ShopOrders):
    """Takes orders from many at once; each takes a moment."""

    def __init__(self):
        self.references = []

    def find(self, reference, since):
        time.sleep(0.02)
        return str(self.references.index(reference) + 1) if reference in self.references else None

    def create(self, order):
        time.sleep(0.05)
        self.references.append(order.reference)
        return str(len(self.references))


def test_many_workers_write_each_order_once(machine, monkeypatch):
    there = SlowShop()
    monkeypatch.setattr(working, "adapter_for", lambda connection: type("Adapter", (), {"orders": there, "currency": "USD"})())
    shop = shop_of(machine.tenant)
    panel = stocked(shop, stock_quantity=30)
    for number in range(5):
        reserve(machine.tenant.pk, f"ORD{number}", [Wanted(panel.pk, None, 2)])
        write_back(shop, order_of((panel, 2), number=f"ORD{number}"))
    at_once(machine, lambda _: work_on_orders(shop.pk), range(AT_ONCE))
    work_on_orders(shop.pk)
    assert len(there.references) == len(set(there.references)) == 5
    assert set(OrderWriteBack.objects.values_list("state", flat=True)) == {"written"}
    panel.refresh_from_db()
    assert (panel.stock_quantity, available_of_row(panel)) == (20, 20)
