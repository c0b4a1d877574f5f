"""Beat that is asked to stop (SIGTERM of a deployment, Ctrl-C) in the middle of its work: it finishes that, and ends."""

import os
import signal
from datetime import timedelta

import pytest
from celery import platforms
from django.conf import settings
from django.db import connection
from django.db.models.signals import post_save
from django_celery_beat import schedulers
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from common.clock import database_now
from whatsappcrm_backend.beat import Scheduler
from whatsappcrm_backend.celery import app

pytestmark = pytest.mark.django_db
ENDINGS = [signal.SIGTERM, signal.SIGINT]
TWO = {"catalog-sweep", "orders-sweep"}


@pytest.fixture(autouse=True)
def this_process(monkeypatch):
    """It goes on after the test: with its own signal handlers, in the transaction of the test, and with no schedule to write at its end."""
    monkeypatch.setattr(schedulers, "close_old_connections", lambda: None)
    monkeypatch.setattr(schedulers, "Finalize", lambda *_, **__: None)
    before = {number: signal.getsignal(number) for number in ENDINGS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(params=ENDINGS, ids=["SIGTERM", "SIGINT"])
def ask(request):
    """Asks this process to stop, as its supervisor does."""
    return lambda *_, **__: os.kill(os.getpid(), request.param)


@pytest.fixture
def asked_while_saving(ask):
    """With every row that beat writes, it is asked once more."""
    post_save.connect(ask, sender=PeriodicTask, weak=False)
    yield
    post_save.disconnect(ask, sender=PeriodicTask)


def test_its_first_start_is_finished(asked_while_saving):
    """Celery's own handler lost the question here, and the transaction that was open kept all others from writing."""
    PeriodicTask.objects.all().delete()
    IntervalSchedule.objects.all().delete()
    with pytest.raises(SystemExit):
        Scheduler(app=app)
    assert set(PeriodicTask.objects.values_list("name", flat=True)) >= set(settings.CELERY_BEAT_SCHEDULE)
    assert connection.is_usable()


@pytest.fixture
def due(monkeypatch):
    """A beat of which two tasks are due since yesterday, and which has a broker."""
    Scheduler(app=app)
    PeriodicTask.objects.exclude(name__in=TWO).update(enabled=False)
    PeriodicTask.objects.update(last_run_at=database_now() - timedelta(days=1))
    scheduler = Scheduler(app=app)
    monkeypatch.setitem(vars(scheduler), "producer", "of a broker that is there")
    return scheduler


def written():
    """The tasks of which the database knows that they have just run."""
    lately = database_now() - timedelta(minutes=1)
    return set(PeriodicTask.objects.filter(last_run_at__gt=lately).values_list("name", flat=True))


def test_what_is_being_sent_is_sent_and_written_down(ask, due, monkeypatch):
    sent = []

    def send(entry, **_):
        ask()
        sent.append(entry.name)

    monkeypatch.setattr(due, "apply_async", send)
    with pytest.raises(SystemExit):
        due.tick()
    assert len(sent) == 1
    due.close()  # Celery's way out. Nobody has asked again, so nothing ends it early.
    assert written() == set(sent)


def test_asked_while_it_closes_it_writes_all_down_first(due, asked_while_saving):
    for name in TWO:
        due.reserve(due.schedule[name])
    with pytest.raises(SystemExit):
        due.close()
    assert written() == TWO


def test_waiting_for_a_broker_that_is_gone_it_ends_at_once(ask, due, monkeypatch):
    """Celery tries a hundred times."""
    monkeypatch.delitem(vars(due), "producer")
    monkeypatch.setattr(due.connection, "ensure_connection", lambda *_: ask() or pytest.fail("it went on waiting"))
    with pytest.raises(SystemExit):
        due.tick()


def test_asleep_it_ends_at_once(ask):
    Scheduler(app=app)
    with pytest.raises(SystemExit):
        ask()


def test_asked_only_for_its_name_it_leaves_signals_alone():
    platforms.signals["SIGTERM"] = signal.SIG_DFL
    Scheduler(app=app, lazy=True)
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
