"""Workers that die at any point, time limits, broken code: the import ends as an undisturbed one, or says that it stopped."""

import threading

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError

from common.encrypted_field import DecryptionError
from integrations.models import StoreConnection, WebhookLog
from integrations.runs import open_run, start_import, work_on_import
from integrations.runs import working as working_room
from integrations.runs.pulse import Pulse, beat_of
from integrations.tests.run_world import Script, fresh
from operations.background import BROKE, DIED, take_up
from operations.models import Heartbeat, Run, RunStatus

pytestmark = pytest.mark.django_db
PLACES = [("start", 0), ("categories", 0), ("products", 0), ("products", 100), ("products", 200), ("missing", 250), ("pictures", 250)]


class Killed(BaseException):
    """kill -9: no `except Exception` sees it."""


def killing_once(place):
    dead = []

    def hook(job, phase, done):
        if (phase, done) == place and not dead:
            dead.append(place)
            raise Killed

    return hook


@pytest.mark.parametrize("moment", ["before", "inside"])
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_worker_that_dies_is_followed_by_one_that_goes_on_there(run_world, shop, place, moment):
    setattr(run_world.script, moment, killing_once(place))
    run = start_import(shop)
    with pytest.raises(Killed):
        work_on_import(str(run.pk))
    assert fresh(run).status == RunStatus.RUNNING and open_run(shop) == run
    run_world.sweep(minutes=9)
    assert fresh(run).status == RunStatus.RUNNING
    run_world.sweep(minutes=2)  # Missed..
    run_world.sweep(minutes=2)  # ..and taken up again.
    run = fresh(run)
    assert (run.status, run.done, run.counts) == (RunStatus.COMPLETED, 250, {"created": 250})
    assert run.issues.count() == 3 and WebhookLog.objects.count() == 1


@pytest.mark.parametrize("done", [0, 100, 250])
def test_death_right_after_a_commit_does_nothing_twice(run_world, shop, done):
    def die(place):
        if place == done and run_world.script.after is die:
            run_world.script.after = lambda *_: None
            raise Killed

    run_world.script.after = die
    run = start_import(shop)
    with pytest.raises(Killed):
        work_on_import(str(run.pk))
    run_world.sweep(minutes=11)
    run_world.sweep(minutes=2)
    assert (fresh(run).status, fresh(run).counts, run.issues.count()) == (RunStatus.COMPLETED, {"created": 250}, 3)


def test_death_between_the_last_step_and_the_end_repeats_no_step(run_world, shop, monkeypatch):
    def die(run):
        raise Killed

    run = start_import(shop)
    with monkeypatch.context() as patches, pytest.raises(Killed):
        patches.setattr(working_room.ending, "complete", die)
        work_on_import(str(run.pk))
    steps = len(run_world.script.seen)
    run_world.sweep(minutes=11)
    run_world.sweep(minutes=2)
    assert fresh(run).status == RunStatus.COMPLETED and len(run_world.script.seen) == steps


def test_a_page_that_fells_every_worker_ends_in_words_and_frees_the_shop(run_world, shop):
    def die(*_):
        raise Killed

    run_world.script.before = die
    run = start_import(shop)
    for _ in range(6):
        with pytest.raises(Killed):
            work_on_import(str(run.pk))
        run_world.pass_time(minutes=11)
        working = Run.objects.get(pk=run.pk)
        if working.status == RunStatus.RUNNING:
            with pytest.MonkeyPatch.context() as patches:
                patches.setattr("integrations.tests.run_world.work_on_import", lambda run_id: None)
                run_world.sweep()
    assert (fresh(run).status, fresh(run).message) == (RunStatus.FAILED, DIED)
    assert open_run(shop) is None and WebhookLog.objects.get().error == DIED
    run_world.script = Script()
    assert run_world.work(start_import(shop)).status == RunStatus.COMPLETED


def test_a_step_beyond_the_time_limit_is_tried_by_the_next_worker(run_world, shop):
    def too_long(*_):
        run_world.script.before = lambda *_: None
        raise SoftTimeLimitExceeded

    run_world.script.before = too_long
    run = start_import(shop)
    with pytest.raises(SoftTimeLimitExceeded):
        work_on_import(str(run.pk))
    assert (fresh(run).status, fresh(run).setbacks) == (RunStatus.QUEUED, 1)
    assert run_world.work(run).status == RunStatus.COMPLETED


def test_broken_code_ends_the_run_and_frees_the_shop(run_world, shop):
    run_world.script.before = lambda *_: 1 / 0
    run = start_import(shop)
    with pytest.raises(ZeroDivisionError):
        work_on_import(str(run.pk))
    assert (fresh(run).status, fresh(run).message, open_run(shop)) == (RunStatus.FAILED, BROKE, None)


def test_keys_that_cannot_be_decrypted_are_told_in_words(run_world, shop, settings):
    run = start_import(shop)
    settings.ENCRYPTION_SECRET = "another-secret-of-more-than-32-characters"
    run = run_world.work(run)
    assert run.status == RunStatus.FAILED and "ENCRYPTION_SECRET" in run.message
    with pytest.raises(DecryptionError):
        list(StoreConnection.objects.all())


@pytest.mark.parametrize("way", ["connection", "run"])
def test_what_is_deleted_meanwhile_stops_the_work(run_world, shop, way):
    def delete(job, phase, done):
        if (phase, done) == ("products", 100):
            (StoreConnection if way == "connection" else Run).objects.all().delete()

    run_world.script.before = delete
    run = start_import(shop)
    work_on_import(str(run.pk))
    if way == "connection":
        assert fresh(run).status == RunStatus.CANCELLED and "removed" in fresh(run).message
    else:
        assert start_import(shop)


def test_a_shop_that_is_removed_in_the_middle_of_a_step_is_no_broken_code(run_world, shop):
    def delete(job, phase, done):
        StoreConnection.objects.all().delete()
        raise IntegrityError("FOREIGN KEY constraint failed")

    run_world.script.before = delete
    run = run_world.work(start_import(shop))
    assert run.status == RunStatus.CANCELLED and "removed" in run.message


@pytest.mark.parametrize("way", ["paused", "business"])
def test_a_switch_between_two_steps_stops_the_work_and_says_so(run_world, shop, tenant, way):
    def switch(job, phase, done):
        if (phase, done) == ("products", 100):
            if way == "paused":
                StoreConnection.objects.update(is_active=False)
            else:
                tenant.is_active = False
                tenant.save()

    run_world.script.before = switch
    run = run_world.work(start_import(shop))
    assert run.status == RunStatus.CANCELLED and ("paused" if way == "paused" else "inactive") in run.message


def test_a_step_that_takes_long_gives_signs_of_life_and_one_that_hangs_stops_giving_them():
    given = threading.Semaphore(0)
    with Pulse(given.release, every=0.01, most=3) as pulse:
        for _ in range(2):
            assert all(given.acquire(timeout=5) for _ in range(3))
            assert not given.acquire(timeout=0.1)
            pulse.next_step()


def test_a_sign_of_life_is_for_ones_own_run(run_world, shop):
    run = take_up(str(start_import(shop).pk))
    beat = beat_of(run, is_worker=True)
    run_world.pass_time(minutes=9)
    beat()
    run_world.sweep(minutes=9)
    assert fresh(run).status == RunStatus.RUNNING
    Run.objects.filter(pk=run.pk).update(worker="another")
    before = fresh(run).heartbeat_at
    run_world.pass_time(minutes=1)
    beat()
    assert fresh(run).heartbeat_at == before
    assert Heartbeat.objects.get(name="sweep").seen_at < run_world.now
