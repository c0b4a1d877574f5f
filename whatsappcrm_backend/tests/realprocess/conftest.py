"""One stage per test session (with xdist: per worker), one connected business per test."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from common import doorbell
from whatsappcrm_backend.tests.realprocess.brokers import server_program
from whatsappcrm_backend.tests.realprocess.databases import looking_into
from whatsappcrm_backend.tests.realprocess.shop import Shop
from whatsappcrm_backend.tests.realprocess.stage import Stage


@pytest.fixture(scope="session")
def whole_stage(django_db_blocker: Any) -> Iterator[Stage]:
    if sys.platform != "linux":
        pytest.skip("looks into /proc")
    if server_program() is None:
        pytest.skip("no Redis or Valkey server on this machine")
    with django_db_blocker.unblock():
        stage = Stage()
        try:
            stage.open()
            yield stage
        finally:
            stage.close()


@pytest.fixture
def stage(whole_stage: Stage, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The stage, with this process looking into its database and ringing its broker. Faults, pauses and queues of others are gone."""
    whole_stage.pauses.clear()
    whole_stage.meta.heal()
    whole_stage.meta.knobs(batch_delay=0)
    monkeypatch.setattr(doorbell, "_publish", lambda name, args, countdown, **_: whole_stage.ring(name, args, countdown))
    with django_db_blocker.unblock(), looking_into(whole_stage.database.name):
        yield whole_stage


@pytest.fixture
def shop(stage: Stage) -> Iterator[Shop]:
    """A connected business without products."""
    shop = Shop(stage)
    yield shop
    shop.close()


@pytest.fixture
def worker(stage: Stage) -> Iterator[Any]:
    """The shared worker, running."""
    yield stage.shared_worker()
