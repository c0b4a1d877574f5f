"""Random days of two businesses with shops of two kinds: whatever happens to post, shops, workers and Meta, at the end Meta has the shops.

HYPOTHESIS_PROFILE=thorough runs it for long.
"""

from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from integrations.models import StoreConnection, StoreDelivery, StoreHint
from integrations.runs import AlreadyRunning, NotReady, start_import
from integrations.tests.run_world import START
from integrations.tests.woo_world import differences
from products_and_services.models import Revision
from products_and_services.tests.factories import TenantFactory
from sandbox.graph import Fault
from sandbox.shops.shopify import ShopifyShop
from whatsappcrm_backend.tests.town import Town
from whatsappcrm_backend.tests.town_owners import DAYS, ShopifyOwner, WooOwner, unlike

pytestmark = pytest.mark.django_db
# A town takes its time: a sixth of what the profile asks for.
FEWER = hypothesis_settings(max_examples=max(hypothesis_settings.default.max_examples // 6, 5))
POST = ("hooks_lost", "hooks_late", "hooks_doubled", "hooks_forged", "hooks_reversed")
FAULTS = ("throttled", "hang", "reset_before", "reset_after", "cut", "truncated", "empty_list")
BULK = ("bulk_stuck", "bulk_failed", "bulk_empty", "bulk_short", "bulk_busy", "file_gone")
META = ("outage", "throttle", "lost_before", "lost_after", "timeout_after", "cut")
SIDE = st.integers(0, 1)
EVENTS = st.one_of(
    st.tuples(st.just("edit"), SIDE, DAYS),
    st.tuples(st.just("edit"), SIDE, DAYS),
    st.tuples(st.just("edit in between"), SIDE, st.tuples(st.integers(1, 3), DAYS)),
    st.tuples(st.just("post"), SIDE, st.sampled_from([*POST, None])),
    st.tuples(st.just("deliver"), SIDE, st.none()),
    st.tuples(st.just("fault"), SIDE, st.tuples(st.sampled_from(FAULTS), st.integers(0, 2), st.integers(1, 3))),
    st.tuples(st.just("token"), SIDE, st.none()),
    st.tuples(st.just("locked out"), SIDE, st.none()),
    st.tuples(st.just("death"), SIDE, st.tuples(st.integers(0, 2), st.booleans())),
    st.tuples(st.just("death while writing"), SIDE, st.none()),
    st.tuples(st.just("import"), SIDE, st.none()),
    st.tuples(st.just("large"), SIDE, st.sampled_from([True, True, False])),
    st.tuples(st.just("bulk"), SIDE, st.sampled_from(BULK)),
    st.tuples(st.just("meta"), SIDE, st.sampled_from(META)),
    st.tuples(st.just("pass"), SIDE, st.sampled_from([0.1, 1, 6, 70, 26 * 60])),
    st.tuples(st.just("work"), SIDE, st.none()),
)


class Sides:
    """Solar's WooCommerce and the pizzeria's Shopify, imported once, and both at Meta."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.tenants = [TenantFactory(sub_domain="solar", currency="USD"), TenantFactory(sub_domain="pizzeria", currency="EUR")]
        for tenant in self.tenants:
            town.connect(tenant)
        self.connections = [town.open_woo(self.tenants[0]), town.open_shopify(self.tenants[1])]
        self.shops = [town.shops[connection.pk] for connection in self.connections]
        self.owners = [WooOwner(self.shops[0]), ShopifyOwner(self.shops[1])]
        town.import_all()
        town.minute()

    def happen(self, kind: str, side: int, what: Any) -> None:
        connection, shop, street = self.connections[side], self.shops[side], self.town.streets[self.connections[side].pk]
        if kind == "edit":
            self.owners[side].do(*what)
        elif kind == "edit in between":
            shop.before(what[0], lambda: self.owners[side].do(*what[1]), "products" if side == 0 else "graphql")
        elif kind == "post":
            for fault in POST:
                shop.faults.clear(fault)
            if what:
                shop.faults.add(what)
        elif kind == "deliver":
            shop.deliver()
        elif kind == "fault":
            shop.faults.add(what[0], skip=what[1], remaining=what[2])
        elif kind == "token" and isinstance(shop, ShopifyShop):
            shop.faults.add("token_expired", remaining=1)
        elif kind == "locked out":
            shop.faults.add("no_rights" if side == 0 else "scope_lost", remaining=1)
        elif kind == "death":
            street.dies_in, street.hears_first = what
        elif kind == "death while writing":
            self.town.dies_writing = True
        elif kind == "large":
            self.town.count_as_large(what)
        elif kind == "bulk" and isinstance(shop, ShopifyShop):
            shop.faults.add(what)
        elif kind == "import":
            self.begin_import(connection)
        elif kind == "meta":
            self.town.standin.faults.add(Fault(what, remaining=2))
        elif kind == "pass":
            self.town.minute(what)
        elif kind == "work":
            self.town.answer_bells()

    def begin_import(self, connection: StoreConnection) -> None:
        try:
            start_import(StoreConnection.objects.get(pk=connection.pk))
        except (AlreadyRunning, NotReady):
            pass

    def assert_same(self) -> None:
        for owner, connection in zip(self.owners, self.connections, strict=True):
            connection.refresh_from_db()
            assert not StoreHint.objects.filter(connection=connection).exists()
            assert unlike(owner, connection) == []
            assert differences(connection) == []


LOST_DAY = [
    ("post", 0, "hooks_lost"), ("post", 1, "hooks_forged"), ("edit", 0, ("go", 3, 0)), ("edit", 1, ("go", 2, 0)),
    ("edit", 0, ("stock", 2, 1)), ("edit", 1, ("swap", 0, 1)), ("token", 1, None), ("death", 0, (1, True)), ("pass", 0, 6),
    ("meta", 0, "lost_after"), ("import", 1, None), ("death while writing", 0, None), ("edit", 0, ("price", 1, 7)), ("work", 0, None),
]  # fmt: skip


LARGE_DAY = [
    ("large", 1, True), ("import", 1, None), ("edit in between", 1, (4, ("price", 1, 7))), ("edit", 1, ("go", 3, 0)), ("work", 1, None),
    ("post", 1, "hooks_late"), ("edit", 1, ("stock", 2, 1)), ("token", 1, None), ("death", 1, (4, True)), ("import", 1, None),
    ("pass", 1, 6), ("bulk", 1, "bulk_short"), ("edit", 1, ("swap", 0, 1)), ("import", 1, None), ("work", 1, None),
    ("bulk", 1, "bulk_stuck"), ("import", 1, None), ("edit", 1, ("variant", 0, 3)), ("work", 1, None),
]  # fmt: skip


@FEWER
@example(LOST_DAY)
@example(LARGE_DAY)
@given(st.lists(EVENTS, min_size=3, max_size=25))
def test_once_it_is_quiet_products_are_the_shops_and_meta_has_them(settings: Any, events: list[Any]) -> None:
    with pytest.MonkeyPatch.context() as patches, time_machine.travel(START, tick=False) as traveller, transaction.atomic():
        cache.clear()
        sides = Sides(town := Town(settings, patches, traveller))
        for event in events:
            town.pass_time(seconds=1)
            sides.happen(*event)
        town.calm_down()
        for _ in range(5):  # Nobody has to do anything: what was lost is found by the looks.
            town.minute(61)
        sides.assert_same()
        town.import_all()
        sides.assert_same()
        assert_meta_has_it(town, sides)
        assert_quiet(town)
        transaction.set_rollback(True)


def assert_meta_has_it(town: Town, sides: Sides) -> None:
    town.settle_meta()
    for tenant in sides.tenants:
        assert town.differences_at_meta(tenant) == {}
        assert town.at_meta(tenant.catalogs.get(is_current=True))
    assert not StoreDelivery.objects.filter(state="failed").exists()


def assert_quiet(town: Town) -> None:
    """From now on nothing is written any more, here or at Meta."""
    notes, calls = Revision.objects.count(), town.standin.last_call
    for _ in range(2):
        town.minute(61)
    town.settle_meta()
    assert Revision.objects.count() == notes
    assert town.writes(calls) == []
