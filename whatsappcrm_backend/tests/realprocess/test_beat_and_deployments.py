"""Beat stopped for a day and started again, two beats at once, and SIGTERM (a deployment) in the middle of a batch."""

import signal
from datetime import timedelta
from typing import Any

import pytest
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from common.clock import database_now
from whatsappcrm_backend.tests.realprocess.shop import Shop
from whatsappcrm_backend.tests.realprocess.stage import SWEEP, Stage

pytestmark = pytest.mark.realprocess


def beat_stood_still_for_a_day() -> None:
    PeriodicTask.objects.update(last_run_at=database_now() - timedelta(days=1))
    PeriodicTasks.update_changed()


def sweeps_in(stage: Stage) -> int:
    return sum(SWEEP.encode() in message for message in stage.queues.waiting("catalog", "maintenance"))


@pytest.fixture
def schedule(stage: Stage) -> None:
    """A beat has been here before: its schedule is in the database. No worker runs."""
    if stage.worker:
        stage.worker.kill()
    if not PeriodicTask.objects.filter(task=SWEEP).exists():
        stage.start_beat("first-beat").terminate()
    stage.queues.flush()


def test_a_day_without_beat_is_caught_up_once(stage: Stage, shop: Shop, schedule: Any) -> None:
    shop.product("BEAT-1")
    stage.queues.flush()
    beat_stood_still_for_a_day()
    beat = stage.start_beat()
    try:
        shop.wait(lambda: sweeps_in(stage), "beat rings the sweep")
        assert sweeps_in(stage) == 1
        stage.shared_worker()
        shop.converge()
    finally:
        assert beat.terminate() == 0


def test_two_beats_send_nothing_twice(stage: Stage, shop: Shop, schedule: Any) -> None:
    products = shop.products(3, "BEATS")
    stage.queues.flush()
    beats = []
    try:
        for number, name in enumerate(("beat-one", "beat-two"), 1):
            for beat in beats:
                beat.signal(signal.SIGSTOP)  # It would write down that it has just rung, and the second had nothing to ring.
            beat_stood_still_for_a_day()
            beats.append(stage.start_beat(name))
            shop.wait(lambda number=number: sweeps_in(stage) == number, f"{name} rings the sweep")
        beats[0].signal(signal.SIGCONT)
        stage.shared_worker()
        shop.converge()
        assert [shop.sent(product.sku) for product in products] == [1, 1, 1]
    finally:
        for beat in beats:
            beat.kill()


def test_a_worker_is_asked_to_stop_in_the_middle_of_a_batch(stage: Stage, shop: Shop, worker: Any) -> None:
    """It finishes its call, stores the handle, gives the lease back and ends by itself; the next one goes on with the handle."""
    shop.fault("slow", edges=["items_batch"], remaining=1, seconds=2)
    products = shop.products(7, "TERM")
    shop.wait(lambda: shop.calls("items_batch"), "Meta has the batch")
    assert worker.terminate() == 0, worker.log[-3000:]
    assert not shop.is_leased()
    assert not shop.items().filter(in_flight=True).exists()
    assert shop.items().filter(batch__isnull=False).count() == 7
    stage.shared_worker()
    shop.converge()
    assert [shop.sent(product.sku) for product in products] == [1] * 7
