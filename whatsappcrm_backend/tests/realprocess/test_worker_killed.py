"""kill -9 of a worker at five points around a call: nothing is lost, nothing is there twice, attempts are counted as promised."""

import os
import signal

import pytest

from whatsappcrm_backend.tests.realprocess.processes import wait_until
from whatsappcrm_backend.tests.realprocess.shop import Shop
from whatsappcrm_backend.tests.realprocess.stage import Stage

pytestmark = pytest.mark.realprocess
SETTLED = "settled, lease not released"
# point -> attempts counted when the worker dies, writes Meta sees in all
POINTS = {
    "before the claim": (0, 1),
    "claimed, not yet sent": (1, 1),
    "while Meta works on it": (1, 2),
    "applied, answer on its way": (1, 1),
    SETTLED: (0, 1),
}
ARMED = {"before the claim": "claim", "claimed, not yet sent": "request", SETTLED: "request"}


def wait_for_point(shop: Shop, point: str, edge: str) -> None:
    """Until the worker stands where it is to die."""
    pauses = shop.stage.pauses
    if point not in ARMED:
        shop.wait(lambda: shop.calls(edge), "Meta has got the call")
        return
    shop.wait(lambda: pauses.reached(ARMED[point]), f"a worker stands at {ARMED[point]}")
    if point == SETTLED:  # In the round that sends: one that found nothing to do gives its lease back as well.
        pauses.arm("release")
        pauses.release("request")
        shop.wait(lambda: pauses.reached("release"), "a worker stands at release")


def prepare_point(shop: Shop, point: str, edge: str) -> None:
    if point == "while Meta works on it":
        shop.fault("hang", edges=[edge], remaining=1, seconds=30)
    elif point == "applied, answer on its way":
        shop.fault("slow", edges=[edge], remaining=1, seconds=30)
    else:
        shop.stage.pauses.arm(ARMED[point])


def replace_worker(shop: Shop) -> None:
    """The old one dies, its lease runs out, a new one starts (and sweeps, as every worker does when it starts)."""
    assert shop.stage.worker
    shop.stage.worker.kill()
    shop.stage.pauses.clear()
    shop.let_the_lease_expire()
    shop.stage.shared_worker()


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_dies_while_it_sends_one_product(shop: Shop, worker: object, point: str) -> None:
    attempts, writes = POINTS[point]
    prepare_point(shop, point, "products.create")
    shop.product("KILL-1", price="10.00")
    wait_for_point(shop, point, "products.create")
    replace_worker(shop)
    assert shop.item("KILL-1").attempts <= max(attempts, 1)
    shop.converge()
    assert shop.sent("KILL-1") == writes
    item = shop.item("KILL-1")
    assert (item.state, item.attempts) == ("synced", 0)


@pytest.mark.parametrize("point", ["claimed, not yet sent", "while Meta works on it", "applied, answer on its way"])
def test_a_worker_dies_while_it_sends_an_edited_batch(shop: Shop, worker: object, point: str) -> None:
    products = shop.products(7, "BATCH")
    shop.converge()
    before = len(shop.calls("items_batch"))
    prepare_point(shop, point, "items_batch")
    shop.reprice_all(products, "12.00")
    shop.wait(lambda: len(shop.calls("items_batch")) > before or shop.stage.pauses.reached("request"), "the batch is on its way")
    replace_worker(shop)
    assert {item.attempts for item in shop.items()} == {1}
    shop.converge()
    assert set(shop.prices().values()) == {"12.00 USD"}
    assert max(shop.sent(product.sku) for product in products) <= 3


def test_only_the_pool_process_dies(shop: Shop, worker: object) -> None:
    """The worker gives the task back and starts a new pool process; the lease of the dead one runs out."""
    assert shop.stage.worker
    shop.fault("slow", edges=["products.create"], remaining=1, seconds=30)
    shop.product("POOL-1")
    shop.wait(lambda: shop.calls("products.create"), "Meta has got the call")
    (child,) = shop.stage.worker.children()
    os.kill(child, signal.SIGKILL)
    shop.wait(lambda: shop.stage.worker and shop.stage.worker.children() not in ([], [child]), "a new pool process")
    shop.let_the_lease_expire()
    shop.converge()
    assert shop.sent("POOL-1") == 1


def test_the_stage_notices_a_process_that_gets_away(stage: Stage) -> None:
    """The check at the end of the session can fail."""
    wait_until(lambda: len(stage.processes.escaped()) >= 2, "a process that was just started shows its environment")
