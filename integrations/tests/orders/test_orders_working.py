"""Orders reach their shop once, whatever fails: looked for first, tried on the schedule, blocked or refused in words."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.encrypted_field import DecryptionError
from common.errors import NeedsConfigurationError, PermanentError, TransientError
from common.lease import LEASE_LENGTH
from integrations.connecting import connections
from integrations.models import ExternalRef, OrderWriteBack, StoreConnection, StoreHint
from integrations.orders import watching, working
from integrations.orders.queueing import TASK, cancel, try_again, write_back
from integrations.orders.working import LOOK_AFTER, ring_waiting, work_on_orders
from integrations.providers.base import StoreFacts
from integrations.providers.orders import StoreAddress, StoreCustomer
from integrations.tests.order_world import DOWN, LOST, START, order_of, rows, shop_of, stocked, the_row, variation
from products_and_services.reservations import Wanted, release, reserve
from products_and_services.reserved import available_of_row
from products_and_services.tests.factories import VariantFactory
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db


def findings():
    return {one.key: one for rule in (watching.orders_not_written, watching.orders_blocked) for one in rule(START, frozenset())}


def test_an_order_reaches_the_shop_under_the_shops_numbers(world, shop):
    shirt, lamp = stocked(shop, "11", name="Shirt"), stocked(shop, "12", name="Lamp")
    red, only = variation(shirt, "21"), VariantFactory(product=lamp, is_default=True)
    write_back(shop, order_of((red, 2), (only, 1)))
    work_on_orders(shop.pk)
    orders = world.of(shop)
    assert orders.asked == ["find", "create"]
    (written,) = orders.orders.values()
    assert [(line.shop_product, line.shop_variant, line.quantity) for line in written.lines] == [("11", "21", 2), ("12", "", 1)]
    row = the_row()
    assert (row.state, row.external_id, row.written_at, row.next_try_at, row.lease_token) == ("written", "700", world.now, None, "")
    audit = AuditEvent.objects.get(action="order_written")
    assert (audit.actor, audit.subject, audit.metadata["number"]) == ("order ORD00001", "ORD00001", "700")
    world.sweep(minutes=10)
    assert len(orders.orders) == 1 and orders.asked == ["find", "create"]


def test_the_shop_counts_the_goods_from_then_on(world, shop, tenant):
    panel, lamp = stocked(shop, "11", stock_quantity=5), stocked(shop_of(tenant, "https://b.example"), "12", stock_quantity=5)
    reserve(tenant.pk, "ORD00001", [Wanted(panel.pk, None, 2), Wanted(lamp.pk, None, 1)])
    write_back(tenant, order_of((panel, 2), (lamp, 1)))
    assert available_of_row(panel) == 3
    work_on_orders(shop.pk)
    panel.refresh_from_db()
    assert (panel.stock_quantity, available_of_row(panel)) == (3, 3)
    assert [row.state for row in panel.reservations.all()] == ["closed"] and [row.state for row in lamp.reservations.all()] == ["open"]
    ref = ExternalRef.objects.get(product=panel)
    assert (ref.content_hash, ref.read_at) == ("", world.now)  # Only an answer that is asked for from now on counts, and it is compared.
    assert ExternalRef.objects.get(product=lamp).content_hash == "h"
    assert list(StoreHint.objects.values_list("connection", "external_id", "reason")) == [(shop.pk, "11", "order ORD00001 was written")]
    assert release(tenant.pk, "ORD00001", "delivered") == 1


def test_a_shop_that_is_down_is_asked_again_after_5_15_and_45_minutes_then_a_person_must(world, shop):
    write_back(shop, order_of((stocked(shop), 1)))
    orders, waited = world.of(shop), []
    orders.fails = [("find", DOWN)] * 4
    world.sweep()
    while the_row().state == "waiting":
        before = the_row()
        waited.append((before.next_try_at - world.now).total_seconds() / 60)
        world.sweep(minutes=waited[-1] - 0.1)
        assert the_row().tries == before.tries  # Not before its time.
        world.sweep(minutes=0.1)
    assert [round(minutes // 5 * 5) for minutes in waited] == [5, 15, 45]
    row = the_row()
    assert (row.state, row.tries, row.error) == ("failed", 4, DOWN.message) and "never writes it twice" in row.remedy
    finding = findings()[f"orders-not-written-{shop.pk}"]
    assert finding.title == "1 order could not be written to “Main”" and f"connection__id__exact={shop.pk}" in finding.link
    assert try_again([row]) == 1
    world.sweep()
    assert the_row().state == "written" and findings() == {}


def test_an_answer_that_is_lost_does_not_make_two_orders(world, shop):
    write_back(shop, order_of((stocked(shop), 1)))
    orders = world.of(shop)
    orders.fails, orders.index_lag = [None, ("create done", LOST)], timedelta(seconds=60)
    world.sweep()
    assert (the_row().state, the_row().tries, the_row().asked_at) == ("waiting", 1, world.now)
    try_again([the_row()])  # A person does not want to wait. The shop's search does not know the order yet.
    world.sweep(seconds=10)
    assert orders.asked == ["find", "create", "find"] and the_row().next_try_at == START + LOOK_AFTER
    world.sweep(minutes=2)
    assert (the_row().state, the_row().external_id, len(orders.orders)) == ("written", "700", 1)


def test_who_cancels_after_a_lost_answer_is_told_to_look_in_the_shop(world, shop):
    write_back(shop, order_of((stocked(shop), 1)))
    world.of(shop).fails = [None, ("create done", LOST)]
    world.sweep()
    assert cancel([the_row()]) == 1
    assert (the_row().state, "answer was lost" in the_row().error, "cancel it there" in the_row().remedy) == ("cancelled", True, True)


def test_a_worker_that_dies_while_it_writes_makes_no_second_order(world, shop, monkeypatch):
    write_back(shop, order_of((stocked(shop), 1)))
    orders = world.of(shop)
    orders.fails = [None, ("create done", SystemExit())]
    monkeypatch.setattr("common.lease.Lease.release", lambda lease: None)
    with pytest.raises(SystemExit):
        work_on_orders(shop.pk)
    assert (the_row().state, the_row().lease_token != "") == ("waiting", True)
    world.sweep(seconds=30)
    assert orders.asked == ["find", "create"]  # It may still be at work.
    world.sweep(seconds=LEASE_LENGTH.total_seconds())
    assert (the_row().state, len(orders.orders)) == ("written", 1)


def test_a_key_that_may_not_write_stops_all_orders_of_the_shop_and_no_others(world, shop, tenant, other_tenant, monkeypatch):
    panel, elsewhere = stocked(shop), shop_of(other_tenant)
    for number in range(3):
        write_back(shop, order_of((panel, 1), number=f"ORD{number}"))
    write_back(elsewhere, order_of((stocked(elsewhere), 1), number="ORD7"))
    world.of(shop).fails = [None, ("create", NeedsConfigurationError("The key may only read.", data={"remedy": "Set it to Read/Write."}))]
    world.sweep()
    assert rows() == {"ORD0": "blocked", "ORD1": "blocked", "ORD2": "blocked", "ORD7": "written"}
    assert world.of(shop).asked == ["find", "create"]
    assert set(OrderWriteBack.objects.filter(state="blocked").values_list("error", "remedy")) == {
        ("The key may only read.", "Set it to Read/Write.")
    }
    finding = findings()[f"orders-blocked-{shop.pk}"]
    assert "does not let us write" in finding.title and finding.remedy.startswith("3 orders wait") and finding.tenant_id == tenant.pk
    world.sweep(hours=1)
    assert world.of(shop).asked == ["find", "create"]
    monkeypatch.setattr(connections, "adapter_for", lambda _: type("A", (), {"describe": lambda self: StoreFacts()})())
    connections.check_connection(StoreConnection.objects.get(pk=shop.pk))
    world.sweep()
    assert set(rows().values()) == {"written"} and findings() == {}


def test_new_keys_let_blocked_orders_go(world, shop):
    write_back(shop, order_of((stocked(shop), 1)))
    OrderWriteBack.objects.update(state="blocked", next_try_at=None)
    connections.set_credentials(StoreConnection.objects.get(pk=shop.pk), {"consumer_key": "ck_new"})
    world.sweep()
    assert rows() == {"ORD00001": "written"}


def test_keys_that_cannot_be_read_block(world, shop, monkeypatch):
    write_back(shop, order_of((stocked(shop), 1)))

    def unreadable(_):
        raise DecryptionError("ENCRYPTION_SECRET was changed.")

    monkeypatch.setattr(working, "adapter_for", unreadable)
    world.sweep()
    assert the_row().state == "blocked" and "ENCRYPTION_SECRET" in the_row().error and "keys again" in the_row().remedy


def test_what_the_shop_refuses_is_not_sent_again_by_itself(world, shop):
    panel = stocked(shop)
    write_back(shop, order_of((panel, 1)))
    write_back(shop, order_of((panel, 1), number="ORD2"))
    error = PermanentError("The shop does not take this order.", data={"remedy": "Enter it by hand.", "said": "Invalid product ID."})
    world.of(shop).fails = [None, ("create", error)]
    world.sweep()
    row = the_row()
    assert (row.state, row.remedy) == ("refused", "Enter it by hand.")
    assert row.error == "The shop does not take this order. The shop says: “Invalid product ID.”"
    assert rows()["ORD2"] == "written"  # One bad order holds up no other.
    assert findings()[f"orders-not-written-{shop.pk}"].remedy.startswith("The first is ORD00001.")
    cancel([row])
    assert findings() == {}


def test_what_a_shop_repeats_of_the_customer_is_told_to_nobody(world, shop):
    customer = StoreCustomer("Ada Lovelace", "+201001234567", "ada@example.org", StoreAddress("1 Nile St", city="Cairo"))
    write_back(shop, order_of((stocked(shop), 1), customer=customer))
    said = "Phone +201001234567 and ada@example.org of Ada Lovelace, 1 Nile St, Cairo are taken."
    world.of(shop).fails = [("create", PermanentError("The shop does not take this order.", data={"said": said}))]
    world.sweep()
    assert the_row().error == "The shop does not take this order. The shop says: “Phone *** and *** of ***, ***, *** are taken.”"


@pytest.mark.parametrize("broken", ["product", "variant", "unsaid"])
def test_what_the_shop_no_longer_has_is_refused_without_a_call_to_write(world, shop, broken):
    shirt = stocked(shop, name="Shirt")
    red, blue = variation(shirt, "21"), variation(shirt, "22")
    write_back(shop, order_of((shirt if broken == "unsaid" else red, 1)))
    gone = {"product": {"product": shirt, "variant": None}, "variant": {"variant": red}, "unsaid": {"pk": 0}}[broken]
    ExternalRef.objects.filter(**gone).update(gone_at=START)
    world.sweep()
    assert the_row().state == "refused" and "Shirt" in the_row().error and "by hand" in the_row().remedy
    assert world.of(shop).asked == ["find"] and blue.pk


def test_an_order_in_another_currency_than_the_shops_is_not_written_as_if_it_were_the_same(world, shop):
    write_back(shop, order_of((stocked(shop), 1)))
    world.currencies[shop.pk] = "EGP"
    world.sweep()
    assert (the_row().state, the_row().error) == ("refused", "The order is in USD, and the shop sells in EGP.")
    assert "by hand" in the_row().remedy and world.of(shop).orders == {}
    world.currencies[shop.pk] = "USD"
    try_again([the_row()])
    work_on_orders(shop.pk)
    assert the_row().state == "written"


def test_an_order_without_anything_in_it_is_written_nowhere(world, shop):
    write_back(shop, order_of((stocked(shop), 1)))
    OrderWriteBack.objects.update(payload={})
    world.sweep()
    assert the_row().state == "refused" and world.of(shop).orders == {}


def test_a_shop_that_wants_to_be_left_alone_is_and_it_costs_no_try(world, shop):
    write_back(shop, order_of((stocked(shop), 1)))
    world.of(shop).fails = [("find", TransientError("Slow down.", retry_after=90.0))] * 6
    for _ in range(6):
        world.sweep()
        assert (the_row().tries, the_row().next_try_at) == (0, world.now + timedelta(seconds=90))
        world.pass_time(seconds=90)
    world.sweep()
    assert the_row().state == "written"


@pytest.mark.parametrize("values", [{"is_active": False}, {"blocked_at": START, "blocked_reason": "x"}, {"write_orders": False}])
def test_orders_wait_while_the_shop_is_not_to_be_asked(world, shop, values):
    write_back(shop, order_of((stocked(shop), 1)))
    StoreConnection.objects.filter(pk=shop.pk).update(**values)
    world.sweep(hours=3)
    assert rows() == {"ORD00001": "waiting"} and world.of(shop).asked == []
    StoreConnection.objects.filter(pk=shop.pk).update(is_active=True, blocked_at=None, write_orders=True)
    world.sweep()
    assert rows() == {"ORD00001": "written"}


def test_a_mistake_of_ours_is_tried_again_and_told(world, shop):
    write_back(shop, order_of((stocked(shop), 1)))
    world.of(shop).fails = [("find", KeyError("oops"))]
    world.sweep()
    assert (the_row().state, the_row().tries) == ("waiting", 1) and "on our side" in the_row().error
    world.sweep(minutes=6)
    assert the_row().state == "written"


def test_a_turn_has_an_end(world, shop):
    for number in range(3):
        write_back(shop, order_of((stocked(shop, f"{number}"), 1), number=f"ORD{number}"))
    world.rung.clear()
    assert work_on_orders(shop.pk, seconds=0) == 1 and world.rung == [(TASK, shop.pk)]
    assert ring_waiting(world.now) == [shop.pk]
    assert work_on_orders(shop.pk) == 2 and ring_waiting(world.now) == []


faults = st.one_of(
    st.none(),
    st.sampled_from([("find", DOWN), ("create", DOWN), ("create", LOST), ("create done", LOST), ("create done", DOWN)]),
    st.sampled_from([("create", PermanentError("No.")), ("find", NeedsConfigurationError("K")), ("create", NeedsConfigurationError("K"))]),
    st.just(("create done", KeyError("ours"))),
)  # fmt: skip


@settings(max_examples=40)
@given(script=st.lists(faults, max_size=12), waits=st.lists(st.integers(0, 70), min_size=4, max_size=12), lag=st.integers(0, 110))
def test_whatever_fails_each_order_is_in_the_shop_once(world, tenant, script, waits, lag):
    OrderWriteBack.objects.all().delete()
    StoreConnection.objects.all().delete()
    shop = shop_of(tenant)
    orders = world.of(shop)
    orders.fails, orders.index_lag = list(script), timedelta(seconds=lag)
    panel = stocked(shop, sku=None, stock_quantity=10)
    for number in range(3):
        reserve(tenant.pk, f"ORD{shop.pk}-{number}", [Wanted(panel.pk, None, 2)])
        write_back(tenant, order_of((panel, 2), number=f"ORD{shop.pk}-{number}"))
    for minutes in waits:
        world.sweep(minutes=minutes)
        write_back(tenant, order_of((panel, 2), number=f"ORD{shop.pk}-0"))
        try_again(OrderWriteBack.objects.exclude(state="waiting"))
    orders.fails = []
    for _ in range(8):
        world.sweep(minutes=50)
        try_again(OrderWriteBack.objects.exclude(state="waiting"))
    world.sweep(minutes=3)
    assert set(rows().values()) == {"written"}
    assert sorted(orders.references) == sorted(set(orders.references)) and len(orders.orders) == 3
    assert {row.external_id for row in OrderWriteBack.objects.all()} == set(orders.orders)
    panel.refresh_from_db()
    assert (panel.stock_quantity, available_of_row(panel)) == (4, 4)
    assert Decimal(sum(line.quantity for order in orders.orders.values() for line in order.lines)) == 6
