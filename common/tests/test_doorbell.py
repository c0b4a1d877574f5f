"""The doorbell: after the commit, once, never an exception, never more than about a second."""

import socket
import time

import pytest
from celery import Celery
from django.db import transaction

from common import doorbell, metering
from common.doorbell import ring

TASK = "tests.nothing"


@pytest.fixture
def rung(monkeypatch):
    """[(task, args, countdown)] as they leave."""
    heard = []
    monkeypatch.setattr(doorbell, "_publish", lambda *bell: heard.append(bell))
    return heard


def test_it_rings_after_the_commit_once_per_distinct_call(transactional_db, rung):
    with transaction.atomic():
        for _ in range(3):
            ring(TASK, 1)
            ring(TASK, 2)
        ring(TASK, 1, countdown=0.7)
        assert rung == []
    assert rung == [(TASK, (1,), 0), (TASK, (2,), 0), (TASK, (1,), 0.7)]


def test_outside_a_transaction_it_rings_at_once(transactional_db, rung):
    ring(TASK, 1)
    ring(TASK, 1)
    assert len(rung) == 2


def test_a_rolled_back_transaction_does_not_ring(transactional_db, rung):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ring(TASK, 1)
        _ = 1 / 0
    assert rung == []


def test_a_ring_in_a_rolled_back_savepoint_does_not_silence_a_later_one(transactional_db, rung):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            ring(TASK, 1)
            _ = 1 / 0
        ring(TASK, 1)
    assert rung == [(TASK, (1,), 0)]


def test_an_earlier_ring_survives_a_rolled_back_savepoint_with_the_same(transactional_db, rung):
    with transaction.atomic():
        ring(TASK, 1)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            ring(TASK, 1)
            _ = 1 / 0
    assert rung == [(TASK, (1,), 0)]


def test_long_countdowns_are_refused(db):
    with pytest.raises(ValueError, match="due-time column"):
        ring(TASK, countdown=121)


@pytest.fixture
def tarpit():
    """A port that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


@pytest.fixture
def refusing():
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def broker_at(monkeypatch, settings):
    """The project's Celery settings with the broker at this port."""

    def use(port: int) -> None:
        app = Celery("bells", set_as_current=False)
        app.config_from_object("django.conf:settings", namespace="CELERY")
        app.conf.broker_url = app.conf.broker_write_url = f"redis://127.0.0.1:{port}/0"
        monkeypatch.setattr(doorbell, "current_app", app)
        monkeypatch.setattr(doorbell, "_silent_until", 0.0)

    return use


@pytest.mark.parametrize("kind", ["refusing", "tarpit"])
def test_a_broker_that_is_ill_costs_no_exception_and_less_than_a_second(transactional_db, broker_at, request, kind, caplog):
    broker_at(request.getfixturevalue(kind))
    metering.take()
    began = time.monotonic()
    for number in range(20):
        ring(TASK, number)
    assert time.monotonic() - began < 1.5  # One bounded wait (below a second), then silence for a while.
    assert sum(total.count for key, total in metering.take().items() if key[0] == "lost_doorbells") == 20
    assert caplog.text.count("minute sweep") == 1


def test_it_tries_again_after_the_silence(transactional_db, broker_at, refusing, monkeypatch, caplog):
    broker_at(refusing)
    ring(TASK, 1)
    monkeypatch.setattr(doorbell, "_silent_until", 0.0)
    ring(TASK, 1)
    assert caplog.text.count("minute sweep") == 2


@pytest.mark.parametrize("kind", ["refusing", "tarpit"])
def test_asking_after_the_broker_is_bounded_too(broker_at, request, kind):
    broker_at(request.getfixturevalue(kind))
    began = time.monotonic()
    assert doorbell.broker_is_up() is False
    assert time.monotonic() - began < 2.5
