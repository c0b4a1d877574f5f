"""Shops in memory that are kept in step: one clock, doorbells that the test answers, workers that come when it says so."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from common import clock
from integrations import tasks
from integrations.hints import noting
from integrations.in_step import sweep, turns
from integrations.models import StoreConnection, StoreHint, StoreWatch
from integrations.tests.fake_shop import FakeShop, connect, run_import
from integrations.tests.run_world import START
from operations.models import Run, RunKind
from products_and_services.models import Product, Revision
from products_and_services.signals import catalog_changed


class StepWorld:
    """shops: {connection id: its shop}; announced: ids of products that were announced as changed."""

    def __init__(self, monkeypatch: Any, traveller: Any) -> None:
        self.traveller, self.now = traveller, START
        self.rung: list[tuple[datetime, str, tuple[Any, ...]]] = []
        self.shops: dict[int, FakeShop] = {}
        self.announced: list[int] = []
        self.hear: Callable[..., None] = lambda product_ids, **_: self.announced.extend(product_ids)
        catalog_changed.connect(self.hear)
        monkeypatch.setattr(clock, "server_time", lambda: self.now)
        monkeypatch.setattr(turns, "adapter_for", lambda connection: self.shops[connection.pk])
        for module in (noting, sweep, tasks):
            monkeypatch.setattr(module, "ring", self.ring)

    def ring(self, name: str, *args: Any, countdown: float = 0) -> None:
        self.rung.append((self.now + timedelta(seconds=countdown), name, args))

    def open(self, tenant: Any, count: int = 4, **values: Any) -> tuple[StoreConnection, FakeShop]:
        """A shop with products 1..count, imported once."""
        connection, shop = connect(tenant, **values), FakeShop()
        for number in range(1, count + 1):
            shop.put(number, sku=f"S-{number}", stock_quantity=5, track_stock=True)
        self.shops[connection.pk] = shop
        run_import(connection, shop)
        StoreConnection.objects.filter(pk=connection.pk).update(imported_at=self.now)
        connection.refresh_from_db()
        looks = StoreWatch.objects.filter(connection=connection).exclude(kind="hints")
        looks.update(begun_at=self.now, due_at=self.now + timedelta(hours=9))
        self.pass_time(seconds=1)
        self.announced.clear()
        shop.calls.clear()
        return connection, shop

    def pass_time(self, **delta: float) -> None:
        self.now += timedelta(**delta)
        self.traveller.move_to(self.now)

    def work(self, *, most: int = 200) -> None:
        """Workers answer every doorbell, also those that come of it, each at its time."""
        for _ in range(most):
            if not self.rung:
                return
            self.rung.sort(key=lambda one: one[0])
            at, name, args = self.rung.pop(0)
            if at > self.now:
                self.pass_time(seconds=(at - self.now).total_seconds())
            _TASKS[name](*args)
        raise AssertionError("The doorbells do not end.")

    def minute(self, minutes: float = 1) -> None:
        """Some time later the sweep rings, and workers answer."""
        self.pass_time(minutes=minutes)
        tasks.keep_shops_in_step()
        self.work()


_TASKS: dict[str, Callable[..., None]] = {
    noting.TASK: tasks.refresh_hinted_products,
    sweep.CHANGES_TASK: tasks.read_changes_of_store,
    sweep.GLANCES_TASK: tasks.look_over_store,
    sweep.AGAIN_TASK: tasks.ask_store_again,
}


def product(connection: StoreConnection, external_id: Any) -> Product:
    """Ours of the shop's number."""
    return Product.objects.get(tenant=connection.tenant_id, external_id=str(external_id))


def hinted(connection: StoreConnection) -> list[str]:
    """Ids that still wait."""
    return sorted(StoreHint.objects.filter(connection=connection).values_list("external_id", flat=True))


def watch(connection: StoreConnection, kind: str) -> StoreWatch:
    return StoreWatch.objects.get(connection=connection, kind=kind)


def runs(connection: StoreConnection) -> list[Run]:
    """What tells of being kept in step, oldest first."""
    return list(Run.objects.filter(tenant=connection.tenant_id, kind=RunKind.IN_STEP).order_by("created_at"))


def changes_of(run: Run) -> int:
    """Revisions that it left."""
    return Revision.objects.filter(run_id=run.pk).count()
