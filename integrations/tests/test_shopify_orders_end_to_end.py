"""From a confirmed order over HTTP into a Shopify shop: written once, whatever becomes of points, tokens and answers on the way."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from common.clock import database_now
from integrations.connecting.connections import check_connection, set_credentials
from integrations.hints.refreshing import refresh_hinted
from integrations.models import ExternalRef, OrderWriteBack, StoreConnection, StoreHint
from integrations.orders.queueing import write_back
from integrations.orders.working import LOOK_AFTER, work_on_orders
from integrations.providers.orders import StoreCustomer, StoreOrder, StoreOrderLine
from integrations.providers.shopify import client
from integrations.services import create_shopify_service_for_tenant
from integrations.tests.shopify_edge import CLIENT, KEYS, STATIC
from integrations.tests.shopify_world import connect, served
from products_and_services.models import Product
from products_and_services.reservations import Wanted, reserve
from products_and_services.reserved import available_of_row
from sandbox.shops.shopify.world import ALL_SCOPES

pytestmark = pytest.mark.django_db(transaction=True)
REFERENCE = "ORD00001"


class Counter:
    """A shop with a cup, and tea in two sizes, imported by its service; the chat's side of it."""

    def __init__(self, shop: Any, tenant: Any) -> None:
        self.shop, self.tenant = shop, tenant
        self.cup = shop.add("Cup", price="12.50", available=6, sku="CUP")
        sizes = [{"values": (size,), "price": "5", "available": left, "sku": f"T-{size}"} for size, left in (("S", 5), ("L", 9))]
        self.tea = shop.add("Tea", options=(("Size", ("S", "L")),), variants=sizes)
        self.large = shop.variants(self.tea.id)[1]
        self.connection = connect(tenant, write_orders=True)
        assert create_shopify_service_for_tenant(tenant).sync_products()["created"] == 2

    def line(self, number: int, quantity: int) -> StoreOrderLine:
        """Our line for a product or variant of the shop."""
        ref = ExternalRef.objects.filter(external_id=str(number)).exclude(product=None).get()
        return StoreOrderLine(ref.product_id or 0, ref.variant_id, quantity, Decimal("4"), "Thing")

    def confirm(self) -> OrderWriteBack:
        """Two cups and three large teas, as an order does when the customer confirms it."""
        lines = (self.line(self.cup.id, 2), self.line(self.large.id, 3))
        reserve(self.tenant.pk, REFERENCE, [Wanted(line.product_id, line.variant_id, line.quantity) for line in lines])
        (row,) = write_back(self.tenant, StoreOrder(REFERENCE, "USD", lines, StoreCustomer("Ada", "+20100")))
        return row

    def write(self, *, later: bool = False) -> OrderWriteBack:
        """A worker has its turn. later: when the order is due again, and as old as it has to be."""
        if later:
            OrderWriteBack.objects.update(next_try_at=database_now())
            OrderWriteBack.objects.filter(asked_at__isnull=False).update(asked_at=database_now() - LOOK_AFTER)
        work_on_orders(self.connection.pk)
        return OrderWriteBack.objects.get()

    def stock(self) -> tuple[int, int]:
        """Of cups and large teas in the shop."""
        return self.shop.variants(self.cup.id)[0].available, self.shop.variants(self.tea.id)[1].available

    def is_there_once(self) -> bool:
        """The shop has the order, once, with the goods taken off its stock; and the row says so."""
        row = OrderWriteBack.objects.get()
        (made,) = self.shop.shelf.orders.values()
        sold = [(line.variant_id, line.quantity, line.price) for line in made.lines]
        assert sold == [(self.shop.variants(self.cup.id)[0].id, 2, "4.00"), (self.large.id, 3, "4.00")]
        assert REFERENCE in made.tags and made.source_identifier.startswith(f"{REFERENCE}-")
        return (row.state, row.external_id, row.error) == ("written", str(made.id), "") and self.stock() == (4, 6)


@pytest.fixture
def counter(settings, monkeypatch, tenant):
    monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=lambda seconds: None))
    with served(settings, currency="USD") as shop:
        yield Counter(shop, tenant)


def test_an_order_is_in_the_shop_once_and_its_goods_are_counted_once(counter):
    counter.confirm()
    counter.write()
    assert counter.is_there_once()
    StoreHint.objects.update(due_at=database_now() - timedelta(seconds=1))
    refresh_hinted(counter.connection.pk)
    assert available_of_row(Product.objects.get(sku="CUP")) == 4 and not StoreHint.objects.exists()
    counter.write(later=True)
    assert counter.is_there_once()


ARRIVED = dict.fromkeys(("reset_after", "cut", "truncated"), 1) | dict.fromkeys(("reset_before", "bad_gateway", "internal_error"), 0)


@pytest.mark.parametrize(("fault", "arrived"), ARRIVED.items(), ids=ARRIVED)
def test_an_answer_that_is_lost_leaves_one_order(counter, fault, arrived):
    """Whether the order is there nobody here can know: it is looked for, and written where it is not."""
    counter.confirm()
    counter.shop.faults.add(fault, endpoints=["orderCreate"], remaining=1)
    row = counter.write()
    assert (row.state, row.tries, len(counter.shop.shelf.orders)) == ("waiting", 1, arrived) and row.asked_at is not None
    counter.write(later=True)
    assert counter.is_there_once()


def test_used_up_points_are_waited_for_within_the_call(counter):
    counter.confirm()
    counter.shop.faults.add("throttled", endpoints=["orderCreate"], remaining=1)
    counter.write()
    assert counter.is_there_once()


@pytest.mark.parametrize("fault", ["throttled", "too_many_requests"])
def test_a_shop_that_wants_to_be_left_alone_costs_no_try(counter, fault):
    counter.confirm()
    counter.shop.faults.add(fault, endpoints=["orderCreate"])
    row = counter.write()
    assert (row.state, row.tries, counter.shop.shelf.orders) == ("waiting", 0, {}) and row.next_try_at > database_now()
    counter.shop.faults.clear()
    counter.write(later=True)
    assert counter.is_there_once()


def test_a_token_that_ends_between_the_look_and_the_writing_is_fetched_anew(counter):
    counter.confirm()
    counter.shop.faults.add("token_expired", endpoints=["orderCreate"], remaining=1)
    counter.write()
    assert counter.is_there_once()


def test_what_the_shop_refuses_is_told_in_its_words_and_not_sent_again(counter):
    counter.confirm()
    counter.shop.delete_variant(counter.large.id)
    row = counter.write()
    assert row.state == "refused" and "Variant not found" in row.error and "by hand" in row.remedy
    counter.write(later=True)
    assert counter.shop.shelf.orders == {} and OrderWriteBack.objects.get().state == "refused"


def test_an_app_without_the_scope_goes_on_reading_and_its_orders_wait(counter):
    counter.shop.add_app(*KEYS.values(), scopes=[scope for scope in ALL_SCOPES if scope != "write_orders"])
    counter.confirm()
    row = counter.write()
    assert row.state == "blocked" and "write_orders" in f"{row.error} {row.remedy}" and counter.shop.shelf.orders == {}
    assert StoreConnection.objects.get().blocked_at is None
    counter.shop.add_app(*KEYS.values())
    assert check_connection(StoreConnection.objects.get()).tone != "red"
    counter.write()
    assert counter.is_there_once()


def test_a_token_that_was_revoked_blocks_the_orders_until_there_is_another(counter):
    counter.shop.add_app("old", "shpss_old", token=STATIC)
    set_credentials(StoreConnection.objects.get(), {"access_token": STATIC, "client_secret": "shpss_old"})
    counter.shop.uninstall("old")
    counter.confirm()
    row = counter.write()
    assert row.state == "blocked" and STATIC not in f"{row.error} {row.remedy}" and counter.shop.shelf.orders == {}
    set_credentials(StoreConnection.objects.get(), {"client_id": CLIENT, "client_secret": KEYS["client_secret"]})
    counter.write()
    assert counter.is_there_once()
