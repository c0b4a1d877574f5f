"""Edits during an open handle, ten workers on one catalog, and a zombie whose call lands after everybody has moved on."""

import pytest

from meta_integration.models import CatalogBatch
from whatsappcrm_backend.tests.realprocess.shop import Shop
from whatsappcrm_backend.tests.realprocess.stage import Stage

pytestmark = pytest.mark.realprocess
DRAIN = "meta_integration.tasks.drain_catalog"
CROWD = 10


def test_edit_and_delete_while_a_handle_is_open(shop: Shop, worker: object) -> None:
    """Both wait for the handle, are sent after it, and are the end of the story."""
    shop.fault("endless_handle")
    edited, deleted, *others = shop.products(8, "OPEN")
    shop.wait(lambda: CatalogBatch.objects.filter(catalog=shop.catalog).exists(), "the handle is stored")
    shop.reprice(edited, "77.00")
    deleted.delete()
    shop.wait(lambda: not shop.changes(), "both changes are expanded")
    assert shop.at_meta() == {}
    assert len(shop.writes()) == 1
    shop.meta.heal()
    shop.converge()
    assert shop.prices()["OPEN-0"] == "77.00 USD"
    assert "OPEN-1" not in shop.prices()
    assert [shop.sent(product.sku) for product in others] == [1] * len(others)


def test_ten_workers_at_once_on_one_catalog(stage: Stage, shop: Shop) -> None:
    """They all begin the same round at the same moment; one works, nine find it taken, nothing is sent twice."""
    if stage.worker:
        stage.worker.kill()
    stage.queues.flush()
    crowd = stage.start_worker(CROWD, name="crowd")
    try:
        shop.wait(lambda: not stage.queues.waiting("catalog", "maintenance"), "the sweep at the start is over")
        stage.pauses.arm("round", CROWD)
        products = shop.products(CROWD * 3, "CROWD")
        for _ in range(CROWD):
            stage.ring(DRAIN, (shop.catalog.pk,))
        shop.wait(lambda: stage.pauses.reached("round") == CROWD, "ten workers stand at the beginning of a round")
        stage.pauses.release("round")
        shop.converge()
        assert [shop.sent(product.sku) for product in products] == [1] * len(products)
        assert len(shop.calls("items_batch")) == 1
        for number in range(3):
            shop.reprice(products[number], "5.00")
            for _ in range(CROWD):
                stage.ring(DRAIN, (shop.catalog.pk,))
        shop.converge()
        assert {call["outcome"] for call in shop.writes()} == {"ok"}
        assert all(shop.sent(product.sku) <= 2 for product in products)
    finally:
        crowd.kill()


def test_a_zombie_sends_an_old_price_after_everybody_moved_on(stage: Stage, shop: Shop, worker: object) -> None:
    """Worker one stalls before its call, its lease runs out, worker two sends the newer price, then worker one's call goes out."""
    product = shop.product("ZOMBIE-1", price="10.00")
    shop.converge()
    stage.pauses.arm("request")
    shop.reprice(product, "11.00")
    shop.wait(lambda: stage.pauses.reached("request"), "worker one stalls with the old price in its hands")
    shop.let_the_lease_expire()
    other = stage.start_worker(name="second")
    try:
        shop.reprice(product, "12.00")
        shop.wait(lambda: shop.prices()["ZOMBIE-1"] == "12.00 USD", "worker two sends the new price")
        shop.converge()  # What the take-over doubted is looked up and settled: nothing waits any more when the zombie wakes up.
        before = len(shop.writes())
        stage.pauses.release("request")
        shop.wait(lambda: len(shop.writes()) > before, "the zombie's call goes out")
        shop.wait(lambda: shop.prices() == {"ZOMBIE-1": "12.00 USD"}, "the old price is mended", hurrying=True)
        shop.converge()
    finally:
        other.kill()


def test_a_dead_workers_call_lands_late(stage: Stage, shop: Shop, worker: object) -> None:
    """Meta applies the dead worker's call seconds after a newer one: the look-up that follows finds and mends it."""
    product = shop.product("LATE-1", price="10.00")
    shop.converge()
    shop.fault("lands_late", edges=["item.update"], remaining=1, seconds=10)
    shop.reprice(product, "11.00")
    shop.wait(lambda: len(shop.calls("item.update")) == 1, "Meta has the call")
    assert stage.worker
    stage.worker.kill()
    shop.reprice(product, "12.00")
    shop.let_the_lease_expire()
    stage.shared_worker()
    shop.wait(lambda: len(shop.calls("item.update")) == 2, "the newer price is sent")
    shop.wait(lambda: shop.prices()["LATE-1"] == "11.00 USD", "the dead worker's call lands")
    shop.converge()
    assert shop.prices() == {"LATE-1": "12.00 USD"}
