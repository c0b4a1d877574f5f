"""Ten workers at once, with a database connection each: one call per item, no deadlock with people who save at the same moment."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections

from meta_integration.catalog.drain import drain_catalog
from meta_integration.catalog.readback import read_back
from meta_integration.models import CatalogChange
from meta_integration.tests.world import World
from products_and_services.models import Product
from products_and_services.tests.factories import TenantFactory

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 10


@pytest.fixture
def shop(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[World, Any, Any]:
    """The world over real transactions; bells ring nowhere."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads need a database of their own connections: a file, or PostgreSQL")
    monkeypatch.setattr("common.doorbell._publish", lambda *_: None)
    world = World(settings, monkeypatch)
    tenant = TenantFactory(sub_domain="solar", name="Solar Shop", currency="USD")
    return world, tenant, world.connect(tenant)


def at_once(*jobs: Callable[[], Any]) -> None:
    """Runs the jobs in threads that start together; raises what any of them raised."""
    start, errors = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], Any]) -> None:
        try:
            start.wait()
            job()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if errors:
        raise errors[0]


@pytest.mark.parametrize("count", [3, 40], ids=["singly", "by batch"])
def test_ten_workers_send_every_item_once(shop, count):
    world, tenant, catalog = shop
    for number in range(count):
        world.product(tenant, f"A-{number}", price=Decimal(10))
    world.pass_time(seconds=1)
    world.standin.after_apply = lambda call, answer: time.sleep(0.02)
    for _ in range(4):
        at_once(*[lambda: drain_catalog(catalog.pk)] * WORKERS)
        world.pass_time(seconds=2)
    sent = Counter(sku for call in world.writes() for sku in call.retailer_ids)
    assert set(sent.values()) == {1}
    assert len(world.at_meta(catalog)) == len(sent) == count
    assert {item.state for item in catalog.items.all()} == {"synced"}
    assert not CatalogChange.objects.exists()


def test_people_save_while_workers_work_and_nobody_waits_for_ever(shop):
    """Savers hold products and want change rows; workers hold change rows and write summaries: no deadlock, and the last word counts."""
    world, tenant, catalog = shop
    products = [world.product(tenant, f"A-{number}", price=Decimal(10)) for number in range(12)]
    slowest: list[float] = []

    def saver(offset: int) -> Callable[[], None]:
        def job() -> None:
            for turn in range(8):
                product = Product.objects.get(pk=products[(offset * 5 + turn) % len(products)].pk)
                product.price = Decimal(20 + offset)
                began = time.monotonic()
                product.save()
                slowest.append(time.monotonic() - began)

        return job

    def worker() -> None:
        for _ in range(12):
            world.pass_time(seconds=1)
            drain_catalog(catalog.pk)

    at_once(*[saver(offset) for offset in range(4)], *[worker] * 4, lambda: read_back(catalog.pk))
    world.run_until_quiet(minutes=60)
    wanted = {product.sku: f"{product.price:.2f} USD" for product in Product.objects.all()}
    assert {sku: item["price"] for sku, item in world.at_meta(catalog).items()} == wanted
    assert set(Product.objects.values_list("meta_sync_status", flat=True)) == {"synced"}
    assert len(slowest) == 32
