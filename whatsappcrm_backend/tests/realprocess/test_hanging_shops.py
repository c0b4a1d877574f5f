"""Shops that take a connection and never answer, and the worker that asks shops as `make up` starts it: every other shop is followed."""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from common.tests.listening import listening
from integrations import hints
from integrations.in_step.sweep import TASKS
from integrations.models import Kind, StoreConnection, StoreWatch
from integrations.runs import run_now
from integrations.tests.woo_world import KEY, SECRET, connect, served
from products_and_services.models import Product
from supervisor.programs import long_lived
from whatsappcrm_backend.tests.realprocess.processes import wait_until
from whatsappcrm_backend.tests.realprocess.shop import Shop
from whatsappcrm_backend.tests.realprocess.stage import Stage

HANGING = 5


@pytest.fixture
def asker(stage: Stage, settings: Any) -> Iterator[Any]:
    """The worker that asks shops, and no other: the one that tests share would take its tasks, and may not ask shops of this machine."""
    if stage.worker is not None:
        stage.worker.kill()
    settings.ALLOW_PRIVATE_STORE_URLS = True
    program = next(program for program in long_lived(Path(sys.executable), 0, 0) if program.name == "shops")
    process = stage.processes.start("shops", program.argv, stage.env(ALLOW_PRIVATE_STORE_URLS="true"))
    process.wait_for_line(program.ready_line)
    yield process
    process.kill()


@pytest.fixture
def silent() -> Iterator[list[int]]:
    """Ports of shops that hold every connection until the test is over."""
    over = threading.Event()

    def hold(peer: socket.socket) -> None:
        over.wait()
        peer.close()

    with ExitStack() as stack:
        ports = [stack.enter_context(listening(hold)) for _ in range(HANGING)]
        yield ports
        over.set()


def test_while_five_shops_hang_another_is_followed(stage: Stage, shop: Shop, asker: Any, silent: list[int]) -> None:
    keys = {"consumer_key": KEY, "consumer_secret": SECRET}
    with served() as open_shop:
        lamp = open_shop.add(name="Lamp", sku="LAMP", regular_price="5.00")
        ours = connect(shop.tenant, open_shop)
        run_now(ours)
        for port in silent:
            values = {"store_url": f"http://127.0.0.1:{port}", "credentials": keys, "imported_at": timezone.now()}
            broken = StoreConnection.objects.create(tenant=shop.tenant, **values)
            hints.note(broken.pk, ["1"], "test")
            for kind in (Kind.CHANGES, Kind.GLANCES):
                stage.ring(TASKS[kind], (broken.pk,))
        held = StoreWatch.objects.exclude(connection=ours).exclude(lease_token="")
        wait_until(lambda: held.count() == 3 * HANGING, lambda: f"all ways of all shops hang; {held.count()}, {asker.log[-3000:]}")
        open_shop.change(lamp.id, regular_price="6.00")
        hints.note(ours.pk, [str(lamp.id)], "test")
        here = Product.objects.filter(tenant=shop.tenant, sku="LAMP", price=6)
        wait_until(here.exists, lambda: f"the new price is here; {asker.log[-3000:]}")
        assert held.count() == 3 * HANGING  # None of them was left before.
