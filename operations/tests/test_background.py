"""Runs that a worker takes up: one wins, lost doorbells ring again, a dead worker's run goes on at its cursor or says that it stopped."""

from datetime import timedelta

import pytest
from django.db import OperationalError, transaction

from common import doorbell
from common.clock import database_now
from operations.background import at_work, hand_on, put_off, queue_run, ring_forgotten, take_up, try_now
from operations.models import Run, RunKind, RunStatus
from operations.services import advance_run, cancel_run, start_run
from tenants.actor import Actor, acting_as, current_actor

pytestmark = pytest.mark.django_db(transaction=True)
TASK = "some.task"


@pytest.fixture
def rung(monkeypatch):
    bells = []
    monkeypatch.setattr(doorbell, "_publish", lambda name, args, countdown: bells.append((name, args)))
    return bells


def queued(tenant, **values):
    with acting_as(Actor("person ada")):
        return queue_run(tenant, RunKind.CSV, TASK, **values)


def minutes_later(minutes):
    return database_now() + timedelta(minutes=minutes)


def test_a_queued_run_rings_once_it_is_committed(tenant, rung):
    with transaction.atomic():
        run = queued(tenant)
        assert rung == []
    assert rung == [(TASK, (str(run.pk),))]


def test_one_worker_wins(tenant):
    run = queued(tenant)
    assert take_up(str(run.pk)).status == RunStatus.RUNNING
    assert take_up(str(run.pk)) is None


def test_a_cancelled_run_is_taken_up_by_nobody(tenant):
    run = queued(tenant)
    cancel_run(run)
    assert take_up(str(run.pk)) is None


def test_work_is_done_in_the_name_of_who_started_it_and_noted_as_the_runs(tenant):
    run = take_up(str(queued(tenant).pk))
    with at_work(run):
        assert (current_actor().name, current_actor().run_id) == ("person ada", str(run.pk))


def test_an_exception_ends_the_run_as_failed(tenant):
    run = take_up(str(queued(tenant).pk))
    with pytest.raises(ZeroDivisionError), at_work(run):
        1 / 0  # noqa: B018
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED and "log" in run.message


def test_a_lost_doorbell_rings_again_after_a_minute(tenant, rung):
    run = queued(tenant)
    rung.clear()
    ring_forgotten(minutes_later(0.5))
    assert rung == []
    ring_forgotten(minutes_later(2))
    assert rung == [(TASK, (str(run.pk),))]


def test_the_run_of_a_dead_worker_goes_on_at_its_cursor(tenant):
    first = take_up(str(queued(tenant, cursor=0).pk))
    assert advance_run(first, done=3, counts={}, cursor=3)
    ring_forgotten(minutes_later(11))
    second = take_up(str(first.pk))
    assert second.cursor == 3
    assert not advance_run(first, done=4, counts={}, cursor=4)  # The first one was only slow: it is fenced out.
    assert advance_run(second, done=4, counts={}, cursor=4)


def test_without_a_cursor_it_says_that_it_stopped(tenant):
    run = take_up(str(queued(tenant).pk))
    ring_forgotten(minutes_later(9))
    assert Run.objects.get(pk=run.pk).status == RunStatus.RUNNING
    ring_forgotten(minutes_later(11))
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED and "start the run again" in run.message


def test_a_run_whose_web_process_died_ends_after_an_hour_but_a_push_goes_on_watching(tenant):
    bulk, push = start_run(tenant, RunKind.EDIT, total=5), start_run(tenant, RunKind.PUSH, total=5)
    ring_forgotten(minutes_later(59))
    bulk.refresh_from_db()
    assert bulk.status == RunStatus.RUNNING
    ring_forgotten(minutes_later(61))
    bulk.refresh_from_db()
    push.refresh_from_db()
    assert (bulk.status, push.status) == (RunStatus.FAILED, RunStatus.RUNNING)
    assert "What was done stays done" in bulk.message


def test_handing_on_gives_the_run_to_the_next_worker(tenant, rung):
    run = take_up(str(queued(tenant, cursor=0).pk))
    rung.clear()
    assert hand_on(run)
    assert rung == [(TASK, (str(run.pk),))]
    assert take_up(str(run.pk)) is not None
    assert not hand_on(run)


def test_a_database_that_is_away_for_a_while_ends_nothing_that_can_be_resumed(tenant):
    run = take_up(str(queued(tenant, cursor=7).pk))
    with pytest.raises(OperationalError), at_work(run):
        raise OperationalError("the database system is shutting down")
    run.refresh_from_db()
    assert (run.status, run.cursor, run.setbacks) == (RunStatus.QUEUED, 7, 1)


def test_what_fells_every_worker_at_one_place_is_not_resumed_for_ever(tenant):
    pk = str(queued(tenant, cursor=0).pk)
    for _ in range(6):
        take_up(pk)
        ring_forgotten(minutes_later(11))
    assert Run.objects.get(pk=pk).status == RunStatus.FAILED


def test_progress_forgives_earlier_setbacks(tenant):
    pk = str(queued(tenant, cursor=0).pk)
    for place in range(1, 9):
        assert advance_run(take_up(pk), done=place, counts={}, cursor=place)
        ring_forgotten(minutes_later(11))
    assert Run.objects.get(pk=pk).status == RunStatus.QUEUED


def test_who_does_not_want_to_wait_has_a_put_off_run_tried_now(tenant, rung):
    run = take_up(str(queued(tenant).pk))
    assert not try_now(run)  # It does not wait.
    put_off(run, minutes_later(45), "the shop is down")
    rung.clear()
    assert take_up(str(run.pk)) is None
    assert try_now(run) and rung == [(TASK, (str(run.pk),))]
    assert take_up(str(run.pk)).status == RunStatus.RUNNING
    cancel_run(run)
    assert not try_now(run)
