"""What steps that changed nothing leave behind: their progress once a second, and all of it whenever it matters."""

import pytest

from integrations.runs import desk as desks
from integrations.runs.desk import Desk
from integrations.tests.run_world import fresh
from operations.models import RunIssue
from operations.services import cancel_run, start_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass when the test says so."""

    class Clock:
        now = 100.0

    monkeypatch.setattr(desks, "monotonic", lambda: Clock.now)
    return Clock


@pytest.fixture
def desk(tenant, clock):
    return Desk(start_run(tenant, "import"))


def page(desk, number, *, wrote=False, phase="products", ahead="products"):
    cursor = {"phase": ahead, "at": number} if ahead else None
    return desk.save(done=number, total=9, counts={"unchanged": number}, phase=phase, cursor=cursor, wrote=wrote)


def stored(desk):
    run = fresh(desk.run)
    return run.done, (run.cursor or {}).get("at")


def test_progress_of_unchanged_pages_is_stored_once_a_second(desk, clock):
    assert page(desk, 1) and stored(desk) == (1, 1)
    clock.now += 0.4
    assert page(desk, 2) and stored(desk) == (1, 1)
    assert (desk.run.done, desk.run.counts) == (2, {"unchanged": 2})  # Whoever watches here sees it.
    clock.now += 0.7
    assert page(desk, 3) and stored(desk) == (3, 3)


@pytest.mark.parametrize("how", [{"wrote": True}, {"ahead": "missing"}, {"ahead": None}])
def test_whatever_matters_is_stored_at_once(desk, clock, how):
    page(desk, 1)
    assert page(desk, 2, **how) and stored(desk)[0] == 2


def test_before_another_worker_goes_on_everything_is_stored(desk):
    page(desk, 1)
    page(desk, 2)
    assert desk.catch_up() and stored(desk) == (2, 2)
    assert desk.catch_up() and stored(desk) == (2, 2)


def test_a_run_that_is_no_longer_ours_stores_nothing(desk, clock):
    page(desk, 1)
    page(desk, 2)
    cancel_run(desk.run)
    assert not desk.catch_up()
    clock.now += 2
    desk.note(RunIssue(message="lost"))
    assert not page(desk, 3) and stored(desk) == (1, 1) and not RunIssue.objects.exists()
