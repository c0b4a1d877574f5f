"""The real importer under runs: whatever goes wrong in whatever order, the end is that of an undisturbed import."""

from contextlib import suppress

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import AmbiguousError, NeedsConfigurationError, PermanentError, TransientError
from integrations.connecting.connections import pause, switch_on, unblock
from integrations.models import ExternalRef, StoreConnection, WebhookLog
from integrations.runs import open_run, resume, start_import, work_on_import
from integrations.runs.desk import Desk
from integrations.tests.fake_shop import FakeShop
from integrations.tests.run_world import START, RunWorld, connect, fresh
from operations import background
from operations.models import Run, RunStatus
from operations.services import cancel_run
from products_and_services.models import Product, ProductVariant
from products_and_services.tests.factories import TenantFactory

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """kill -9."""


def a_shop():
    shop = FakeShop(page_size=3)
    for number in range(1, 10):
        shop.put(number, sku=f"S-{number}", tags=["a"], images=[f"https://img.example/{number}.jpg"])
    shop.put(10, sku="S-10", variants=[{"id": "101", "name": "Red", "sku": "S-10-R"}, {"id": "102", "name": "Blue", "price": "3"}])
    return shop


def living_products(tenant):
    rows = Product.objects.for_tenant(tenant).order_by("external_id", "pk")
    variants = ProductVariant.objects.filter(product__tenant=tenant).order_by("product__external_id", "name")
    return list(rows.values_list("external_id", "name", "sku", "price", "is_active")), list(
        variants.values_list("product__external_id", "name", "sku", "price", "is_active")
    )


class Disturbed:
    """Workers, sweeps and people around one shop: faults at given calls of the shop (some are made ahead, by a thread) and saves of the
    run, people between two workers."""

    def __init__(self, world, shop, connection, at_calls, at_saves, between, seconds):
        self.world, self.shop, self.connection, self.seconds = world, shop, connection, seconds
        self.at_calls, self.at_saves, self.between = dict(at_calls), dict(at_saves), dict(between)
        self.saves = 0
        shop.before = self.call
        self.original = Desk.save

    def call(self, name, number):
        fault = self.at_calls.pop(number, None)
        if fault is not None:
            raise {
                "down": TransientError("Down."), "throttled": TransientError("Slowly.", retry_after=90), "lost": AmbiguousError("Lost."),
                "strange": PermanentError("HTML."), "key": NeedsConfigurationError("Revoked."), "killed": Killed(),
            }[fault]  # fmt: skip

    def save(self, desk, **values):
        self.saves += 1
        fault = self.at_saves.pop(self.saves, None)
        if fault == "before":
            raise Killed
        saved = self.original(desk, **values)
        if fault == "after":
            raise Killed
        return saved

    def to_the_end(self):
        """As many workers, hours and people as it takes."""
        run = start_import(StoreConnection.objects.select_related("tenant").get(pk=self.connection.pk))
        for turn in range(60):
            self.people(turn)
            run = fresh(run)
            if run.status == RunStatus.COMPLETED:
                return run
            assert run.status != RunStatus.NEEDS_CONFIRMATION, "a fault looked like an empty shop"
            if not run.is_open:
                unblock(self.connection)
                switch_on(self.connection)
                run = resume(run)
            self.a_while_later(run)
        raise AssertionError("the import never ended")

    def people(self, turn):
        what, run = self.between.get(turn), open_run(self.connection)
        if run is not None and what == "cancel":
            cancel_run(run)
        elif what == "pause":
            pause(self.connection)

    def a_while_later(self, run):
        self.world.pass_time(minutes=11)
        background.ring_forgotten(self.world.now)
        with suppress(Killed):
            work_on_import(str(run.pk), seconds=self.seconds)


@settings(max_examples=15)
@given(
    at_calls=st.dictionaries(
        st.integers(1, 20), st.sampled_from(["down", "throttled", "lost", "strange", "key", "killed"]), max_size=5
    ),
    between=st.dictionaries(st.integers(1, 12), st.sampled_from(["cancel", "pause"]), max_size=2),
    at_saves=st.dictionaries(st.integers(1, 12), st.sampled_from(["before", "after"]), max_size=3),
    seconds=st.sampled_from([120, -1]),
)
def test_whatever_goes_wrong_the_end_is_the_same(db, at_calls, at_saves, between, seconds):
    with pytest.MonkeyPatch.context() as patches, time_machine.travel(START, tick=False) as traveller:
        shop, tenant = a_shop(), TenantFactory()
        world, connection = RunWorld(patches, traveller, shop), connect(tenant)
        disturbed = Disturbed(world, shop, connection, at_calls, at_saves, between, seconds)
        patches.setattr(Desk, "save", lambda desk, **values: disturbed.save(desk, **values))
        disturbed.to_the_end()
        _as_undisturbed(tenant, connection)


def _as_undisturbed(tenant, connection):
    products, variants = living_products(tenant)
    assert [row[0] for row in products] == sorted((str(number) for number in range(1, 11)), key=str)
    assert all(active for *_, active in products) and len({sku for _, _, sku, _, _ in products}) == 10
    assert [row[1] for row in variants if row[0] == "10"] == ["Blue", "Red"] and all(row[-1] for row in variants)
    assert ExternalRef.objects.filter(connection=connection, kind="product", gone_at__isnull=True).count() == 10
    assert open_run(connection) is None
    runs = Run.objects.filter(subject=f"store {connection.pk}")
    assert sum(one.counts.get("created", 0) for one in runs) == 10  # Each product was made once, by whichever run.
    assert WebhookLog.objects.filter(connection=connection).count() == runs.count()
