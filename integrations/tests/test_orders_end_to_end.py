"""From a confirmed order over HTTP into a WooCommerce shop and back by an import: what can be sold is never more than the shop has."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from common.clock import database_now
from integrations.connecting.connections import check_connection
from integrations.hints.refreshing import refresh_hinted
from integrations.models import ExternalRef, OrderWriteBack, StoreConnection, StoreHint
from integrations.orders.queueing import cancel, try_again, write_back
from integrations.orders.working import LOOK_AFTER, work_on_orders
from integrations.providers.orders import StoreCustomer, StoreOrder, StoreOrderLine
from integrations.runs import run_now
from integrations.tests.woo_world import KEY, SECRET, connect, differences, served
from products_and_services.models import Product, ProductVariant
from products_and_services.reservations import NotEnough, Wanted, release, reserve
from products_and_services.reserved import available_of_row

pytestmark = pytest.mark.django_db(transaction=True)


class Counter:
    """A shop with a product and a shirt in two colours, imported; the chat's side of it."""

    def __init__(self, shop: Any, tenant: Any) -> None:
        self.shop, self.tenant, self.number = shop, tenant, 0
        self.panel = shop.add(name="Panel", sku="P", regular_price="12.50", manage_stock=True, stock_quantity=6)
        self.shirt = shop.add(name="Shirt", sku="S", type="variable", manage_stock=True, stock_quantity=5)
        counted = {"manage_stock": True, "stock_quantity": 4}
        self.red = shop.add_variation(self.shirt.id, options={"Colour": "Red"}, sku="S-R", regular_price="9", **counted)
        self.blue = shop.add_variation(self.shirt.id, options={"Colour": "Blue"}, sku="S-B", regular_price="9")
        self.connection = connect(tenant, shop, write_orders=True)
        assert run_now(self.connection).status == "completed"

    def line(self, thing: Any, quantity: int) -> StoreOrderLine:
        """Our line for a thing of the shop."""
        ref = ExternalRef.objects.filter(external_id=str(thing.id)).exclude(product=None).get()
        return StoreOrderLine(ref.product_id or 0, ref.variant_id, quantity, Decimal("9"), "Thing")

    def confirm(self, *wanted: tuple[Any, int]) -> str:
        """What an order does when the customer confirms it."""
        self.number += 1
        number, lines = f"ORD{self.number:05}", tuple(self.line(thing, quantity) for thing, quantity in wanted)
        reserve(self.tenant.pk, number, [Wanted(line.product_id, line.variant_id, line.quantity) for line in lines])
        write_back(self.tenant, StoreOrder(number, "USD", lines, StoreCustomer("Ada", "+20100")))
        return number

    def write(self) -> None:
        work_on_orders(self.connection.pk)

    def look(self) -> None:
        """The hints' worker has its turn."""
        StoreHint.objects.update(due_at=database_now() - timedelta(seconds=1))
        refresh_hinted(self.connection.pk)

    def left(self) -> tuple[int | None, ...]:
        """What can be sold here of panels, red and blue shirts."""
        panel = Product.objects.get(sku="P")
        variants = {one.sku: one for one in ProductVariant.objects.select_related("product")}
        return available_of_row(panel), *(available_of_row(variants[sku].product, variants[sku]) for sku in ("S-R", "S-B"))

    def in_shop(self) -> tuple[int | None, ...]:
        """The same in the shop."""
        return tuple(self.shop.item(thing.id).stock_quantity for thing in (self.panel, self.red, self.shirt))


@pytest.fixture
def running(settings):
    settings.ALLOW_PRIVATE_STORE_URLS = True
    with served(permissions="read_write") as shop:
        yield shop


@pytest.fixture
def counter(running, tenant):
    return Counter(running, tenant)


def test_an_order_is_counted_once_from_the_chat_to_the_shop_and_back(counter):
    assert counter.left() == counter.in_shop() == (6, 4, 5)
    counter.confirm((counter.panel, 2), (counter.red, 1), (counter.blue, 3))
    assert (counter.left(), counter.in_shop()) == ((4, 3, 2), (6, 4, 5))
    run_now(counter.connection)  # The shop has not got it yet: its count comes in again, and what is held stays held.
    assert counter.left() == (4, 3, 2)
    counter.write()
    assert OrderWriteBack.objects.get().state == "written", OrderWriteBack.objects.get().error
    assert counter.left() == counter.in_shop() == (4, 3, 2)
    assert set(StoreHint.objects.values_list("external_id", flat=True)) == {str(counter.panel.id), str(counter.shirt.id)}
    counter.look()
    assert counter.left() == counter.in_shop() == (4, 3, 2) and differences(counter.connection) == [] and not StoreHint.objects.exists()
    (made,) = counter.shop.orders.values()
    assert [(line["product_id"], line["variation_id"], line["quantity"], line["total"]) for line in made.lines] == [
        (counter.panel.id, 0, 2, "18.00"), (counter.shirt.id, counter.red.id, 1, "9.00"), (counter.shirt.id, counter.blue.id, 3, "27.00"),
    ]  # fmt: skip


def test_the_shop_sells_the_same_thing_itself_meanwhile(counter):
    counter.confirm((counter.panel, 4))
    counter.shop.change(counter.panel.id, stock_quantity=1)  # Five went over the shop's own counter.
    run_now(counter.connection)
    assert counter.left()[0] == 0
    with pytest.raises(NotEnough):
        counter.confirm((counter.panel, 1))
    counter.write()
    counter.look()
    assert counter.in_shop()[0] == -3 and Product.objects.get(sku="P").stock_quantity == -3 and counter.left()[0] == 0


def test_an_answer_that_breaks_off_leaves_one_order(counter, monkeypatch):
    counter.confirm((counter.panel, 2))
    counter.shop.faults.add("reset_after", endpoints=("orders",), skip=1, remaining=1)  # The look passes, the writing is done and not told.
    counter.write()
    row = OrderWriteBack.objects.get()
    assert (row.state, row.tries, len(counter.shop.orders)) == ("waiting", 1, 1) and counter.left()[0] == 4
    OrderWriteBack.objects.update(next_try_at=database_now(), asked_at=row.asked_at - LOOK_AFTER)
    counter.write()
    assert OrderWriteBack.objects.get().state == "written" and len(counter.shop.orders) == 1
    counter.look()
    assert counter.left() == counter.in_shop()


def test_a_key_that_may_only_read_goes_on_reading_and_orders_wait_for_a_better_one(counter):
    counter.shop.add_key(KEY, SECRET, permissions="read")
    counter.confirm((counter.panel, 2))
    counter.write()
    row = OrderWriteBack.objects.get()
    assert row.state == "blocked" and "only read" in row.error and "Read/Write" in row.remedy and counter.shop.orders == {}
    shop = StoreConnection.objects.get()
    assert shop.blocked_at is None and run_now(shop).status == "completed"
    counter.shop.add_key(KEY, SECRET, permissions="read_write")
    assert check_connection(shop).tone != "red"
    counter.write()
    assert OrderWriteBack.objects.get().state == "written"


@pytest.mark.parametrize("seed", range(3))
def test_days_of_orders_cancels_sales_imports_and_faults(counter, seed):
    """In the end what can be sold here is what the shop has less what is still held, and every order is in the shop once."""
    dice, things, cancelled = random.Random(seed), (counter.panel, counter.red, counter.blue), set()
    for _ in range(14):
        act = dice.choice(("confirm", "confirm", "confirm", "write", "look", "import", "sell", "cancel", "fault"))
        if act == "confirm":
            try:
                counter.confirm(*((thing, dice.randint(1, 2)) for thing in dice.sample(things, dice.randint(1, 2))))
            except NotEnough:
                counter.number -= 1
        elif act == "write":
            counter.write()
        elif act == "look":
            counter.look()
        elif act == "import":
            run_now(counter.connection)
        elif act == "sell":
            have = counter.shop.product(counter.panel.id).stock_quantity
            counter.shop.change(counter.panel.id, stock_quantity=max(have - 1, -9))
        elif act == "cancel" and counter.number:
            number = f"ORD{dice.randint(1, counter.number):05}"
            if cancel(OrderWriteBack.objects.filter(order_number=number, state="waiting", asked_at=None)):
                release(counter.tenant.pk, number, "cancelled")
                cancelled.add(number)
        elif act == "fault":
            counter.shop.faults.add(dice.choice(("reset_after", "fatal", "maintenance")), remaining=dice.randint(1, 2))
        OrderWriteBack.objects.filter(state="waiting").update(next_try_at=database_now())
        if dice.random() < 0.5:  # Two minutes later.
            OrderWriteBack.objects.filter(asked_at__isnull=False).update(asked_at=database_now() - LOOK_AFTER)
    counter.shop.faults.clear()
    for _ in range(3):
        try_again(OrderWriteBack.objects.exclude(state__in=("written", "cancelled")))
        OrderWriteBack.objects.filter(asked_at__isnull=False).update(asked_at=database_now() - LOOK_AFTER)
        counter.write()
        counter.look()
    wanted = set(OrderWriteBack.objects.exclude(state="cancelled").values_list("order_number", flat=True))
    assert set(OrderWriteBack.objects.filter(state="written").values_list("order_number", flat=True)) == wanted
    there = [entry["value"] for order in counter.shop.orders.values() for entry in order.given["meta_data"] if "number" in entry["key"]]
    assert sorted(there) == sorted(wanted) and not cancelled & set(there)
    run_now(counter.connection)
    assert counter.left() == tuple(max(count or 0, 0) for count in counter.in_shop()) and differences(counter.connection) == []
