"""An order becomes one row for each shop that it concerns, whatever the shops do; people try again and cancel."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from common.lease import claim
from integrations.connecting.connections import remove_connection
from integrations.models import OrderState, OrderWriteBack
from integrations.orders.checking import BadOrder
from integrations.orders.payload import dump_order, load_order
from integrations.orders.queueing import TASK, NotWanted, cancel, try_again, write_back
from integrations.orders.working import work_on_orders
from integrations.providers.orders import StoreAddress, StoreCustomer, StoreOrder, StoreOrderLine
from integrations.tests.order_world import START, order_of, rows, shop_of, stocked
from products_and_services.tests.factories import ProductFactory
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db


def test_an_order_is_plain_data_and_comes_back_as_it_was():
    customer = StoreCustomer("Ada", "+20100", "ada@example.org", StoreAddress("1 Nile St", "2nd floor", "Cairo", "C", "11511", "EG"))
    line = StoreOrderLine(4, None, 3, Decimal("0.125"), name="Nail")
    order = StoreOrder("ORD1", "USD", (line,), customer, "ring twice", "cash", Decimal("3.5"), ("1 × Soup",), "ORD1-abc")
    assert load_order(dump_order(order)) == order


def test_each_shop_gets_its_own_lines_and_is_told_of_the_others(world, tenant, other_tenant):
    first, second = shop_of(tenant), shop_of(tenant, "https://second.example")
    silent, foreign = shop_of(tenant, "https://third.example", write_orders=False), shop_of(other_tenant)
    panel, lamp = stocked(first, "1", name="Panel"), stocked(second, "1", name="Lamp")
    unwritten, soup, theirs = stocked(silent, name="Cable"), ProductFactory(tenant=tenant, name="Soup"), stocked(foreign, name="Theirs")
    order = order_of((panel, 2), (lamp, 1), (unwritten, 1), (soup, 1), (theirs, 1), delivery_fee=Decimal(4), notes="Ring twice")
    made = write_back(tenant, order)
    assert [row.connection_id for row in made] == [first.pk, second.pk] and world.rung == [(TASK, first.pk), (TASK, second.pk)]
    part = load_order(made[0].payload)
    assert [line.name for line in part.lines] == ["Panel"]
    assert part.also == ("1 × Lamp", "1 × Cable", "1 × Soup", "1 × Theirs") and part.delivery_fee == 0
    assert part.note.splitlines() == [
        "WhatsApp order ORD00001. Agreed with the customer: 25.00 USD.",
        "Ordered along with it, but not from this shop: 1 × Lamp, 1 × Cable, 1 × Soup, 1 × Theirs.", "Ring twice",
    ]  # fmt: skip
    assert part.reference.startswith("ORD00001-") and part.reference.endswith(tenant.pk.hex[:12])


def test_said_again_it_changes_nothing(world, tenant):
    shop = shop_of(tenant)
    panel = stocked(shop)
    first = write_back(shop, order_of((panel, 2)))
    work_on_orders(shop.pk)
    world.rung.clear()
    assert write_back(tenant, order_of((panel, 9))) == first and world.rung == []
    assert rows() == {"ORD00001": "written"} and len(world.of(shop).orders) == 1


def test_who_wants_no_orders_gets_none(world, tenant):
    shop = shop_of(tenant, write_orders=False)
    panel, soup = stocked(shop), ProductFactory(tenant=tenant)
    assert write_back(tenant, order_of((panel, 1))) == []
    with pytest.raises(NotWanted, match="switched off"):
        write_back(shop, order_of((panel, 1)))
    shop.write_orders = True
    shop.save()
    with pytest.raises(NotWanted, match="Nothing in this order"):
        write_back(shop, order_of((soup, 1)))
    assert rows() == {} and world.rung == []


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("order_number", {"order_number": number}) for number in ("", "  ", " ORD1", "ORD\n1", "9" * 65)),
        *(("currency", {"currency": code}) for code in ("", "usd", "US$", "Dollar")),
        *(("delivery_fee", {"delivery_fee": fee}) for fee in (Decimal(-1), Decimal("NaN"), Decimal("1E+30"), 4.0)),
        ("lines", {"lines": ()}),
        *(("lines.0.quantity", {"quantity": quantity}) for quantity in (0, -2, 1.5, True, 2**31)),
        *(("lines.0.unit_price", {"unit_price": price}) for price in (Decimal("-0.01"), Decimal("Infinity"), 12.5)),
        ("notes", {"notes": "ring\0twice"}), ("customer.name", {"customer": StoreCustomer("Ada \ud83d", "+2")}),
        ("customer.address.country", {"customer": StoreCustomer("Ada", "+2", address=StoreAddress(country="Egypt"))}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("whole", [True, False])
def test_wrong_data_is_named_with_its_field_before_anything_is_kept(world, tenant, field, wrong, whole):
    shop = shop_of(tenant)
    order = order_of((stocked(shop), 1))
    if field.startswith("lines."):
        wrong = {"lines": (replace(order.lines[0], **wrong),)}
    with pytest.raises(BadOrder) as said:
        write_back(tenant if whole else shop, replace(order, **wrong))
    assert [line.partition(":")[0] for line in str(said.value).splitlines()] == [field] and str(said.value).count(". ") == 1
    assert rows() == {} and world.rung == []


def test_an_order_number_of_any_other_shape_goes_through(world, tenant):
    shop = shop_of(tenant)
    panel = stocked(shop)
    for number in ('ORD"1,2\\ / é #%', "٤٢", "x" * 64):
        write_back(shop, order_of((panel, 1), number=number))
        work_on_orders(shop.pk)
    assert set(rows().values()) == {"written"} and len(set(world.of(shop).references)) == 3


def test_an_order_that_is_taken_back_leaves_nothing(world, tenant):
    shop = shop_of(tenant)
    with transaction.atomic():
        write_back(tenant, order_of((stocked(shop), 1)))
        transaction.set_rollback(True)
    assert rows() == {}


def test_trying_again_and_cancelling(world, tenant):
    shop = shop_of(tenant)
    panel = stocked(shop)
    for number, state in enumerate(OrderState.values):
        (row,) = write_back(shop, order_of((panel, 1), number=f"ORD{number}"))
        OrderWriteBack.objects.filter(pk=row.pk).update(
            state=state, tries=4, error="x", remedy="y", next_try_at=None, external_id="7" if state == "written" else ""
        )
    ended = {f"ORD{number}" for number, state in enumerate(OrderState.values) if state in ("written", "cancelled")}
    world.rung.clear()
    assert try_again(OrderWriteBack.objects.all()) == 4 and world.rung == [(TASK, shop.pk)] * 4
    freed = OrderWriteBack.objects.exclude(order_number__in=ended)
    assert set(freed.values_list("state", "tries", "next_try_at", "error")) == {("waiting", 0, START, "")}
    assert AuditEvent.objects.filter(action="order_write_retried").count() == 4
    busy = freed.order_by("pk").first()
    lease = claim(OrderWriteBack, busy.pk, world.now)
    assert cancel(OrderWriteBack.objects.all()) == 3  # One is being written at this moment.
    lease.release()
    assert cancel(OrderWriteBack.objects.all()) == 1 and cancel(OrderWriteBack.objects.all()) == 0
    assert sorted(set(rows().values())) == ["cancelled", "written"]
    assert try_again([busy]) == 0


def test_a_lease_whose_holder_died_keeps_nobody_from_cancelling(world, tenant):
    (row,) = write_back(tenant, order_of((stocked(shop_of(tenant)), 1)))
    claim(OrderWriteBack, row.pk, world.now - timedelta(minutes=2))
    assert cancel([row]) == 1


def test_a_removed_shop_gets_nothing_more_and_what_it_got_stays_known(world, tenant):
    shop = shop_of(tenant, name="Main")
    panel = stocked(shop)
    write_back(shop, order_of((panel, 1), number="ORD1"))
    work_on_orders(shop.pk)
    write_back(shop, order_of((panel, 1), number="ORD2"))
    remove_connection(shop)
    assert rows() == {"ORD1": "written", "ORD2": "cancelled"}
    assert set(OrderWriteBack.objects.values_list("shop", "connection")) == {("Main", None)}
    assert try_again(OrderWriteBack.objects.all()) == 0
