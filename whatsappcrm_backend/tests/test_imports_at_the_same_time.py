"""Several workers and clicks at the same moment, on a SQLite file and on PostgreSQL: one import per shop, whatever overlaps."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest

from common import doorbell
from common.clock import database_now
from integrations import providers
from integrations.models import Provider, StoreConnection, WebhookLog
from integrations.runs import AlreadyRunning, open_run, start_import, work_on_import, working
from integrations.tests.run_world import Script, connect, fresh
from operations.background import ring_forgotten
from operations.models import OPEN_STATUSES, Run, RunStatus
from operations.services import cancel_run
from tenants.models import Tenant

AT_ONCE, ROUNDS, PATIENCE = 6, 4, 30


@pytest.fixture
def machine(used_machine, django_db_blocker, monkeypatch):
    monkeypatch.setattr(doorbell, "_publish", lambda *_, **named: None)
    monkeypatch.setitem(providers.ADAPTERS, Provider.WOOCOMMERCE, "integrations.tests.run_world.QuietAdapter")
    monkeypatch.setattr(working, "import_step", lambda job, at: script.step(job, at))
    script = used_machine.script = Script()
    with django_db_blocker.unblock(), used_machine.at_work():
        used_machine.shop = connect(Tenant.objects.create(name="Solar", sub_domain="solar"))
        yield used_machine
        Tenant.objects.all().delete()


@contextmanager
def beside(machine, work, *arguments):
    """`work` in a thread of its own while the block runs; its outcome (or what it raised) is joined at the end."""
    outcome = []

    def run():
        with machine.connected():
            outcome.append(work(*arguments))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield outcome
    finally:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_of_many_starts_at_once_one_wins(machine):
    barrier = threading.Barrier(AT_ONCE)

    def click(_):
        with machine.connected():
            shop = StoreConnection.objects.select_related("tenant").get()
            barrier.wait(PATIENCE)
            try:
                return "won", start_import(shop).pk
            except AlreadyRunning as held:
                return "lost", held.run.pk

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(ROUNDS):
            outcomes = list(pool.map(click, range(AT_ONCE)))
            assert sorted(what for what, _pk in outcomes) == ["lost"] * (AT_ONCE - 1) + ["won"]
            assert {pk for _what, pk in outcomes} == {Run.objects.get(status__in=OPEN_STATUSES).pk}
            cancel_run(open_run(machine.shop))
    assert Run.objects.count() == ROUNDS


def test_two_workers_with_one_doorbell(machine):
    run, barrier = start_import(machine.shop), threading.Barrier(2)

    def answer():
        barrier.wait(PATIENCE)
        work_on_import(str(run.pk))

    with beside(machine, answer):
        answer()
    assert (fresh(run).status, fresh(run).counts) == (RunStatus.COMPLETED, {"created": 250})
    assert WebhookLog.objects.count() == 1


def stops_at(phase, place):
    """A hook that waits at one place for the test: (hook, has arrived, may go on). Only the first worker there waits."""
    arrived, go_on = threading.Event(), threading.Event()

    def hook(job, at, done):
        if (at, done) == (phase, place) and not arrived.is_set():
            arrived.set()
            assert go_on.wait(PATIENCE)

    return hook, arrived, go_on


def test_a_worker_that_was_given_up_writes_nothing_any_more(machine):
    run = start_import(machine.shop)
    machine.script.before, arrived, go_on = stops_at("products", 100)
    with beside(machine, work_on_import, str(run.pk)):
        assert arrived.wait(PATIENCE)
        Run.objects.filter(pk=run.pk).update(heartbeat_at=database_now() - timedelta(minutes=11))
        ring_forgotten(database_now())
        work_on_import(str(run.pk))
        assert fresh(run).status == RunStatus.COMPLETED
        go_on.set()
    assert (fresh(run).status, fresh(run).counts, run.issues.count()) == (RunStatus.COMPLETED, {"created": 250}, 3)


def test_after_a_cancel_the_next_import_need_not_wait_for_the_old_worker(machine):
    first = start_import(machine.shop)
    machine.script.before, arrived, go_on = stops_at("products", 100)
    with beside(machine, work_on_import, str(first.pk)):
        assert arrived.wait(PATIENCE)
        cancel_run(fresh(first))
        second = start_import(machine.shop)
        work_on_import(str(second.pk))
        go_on.set()
    assert (fresh(first).status, fresh(first).done) == (RunStatus.CANCELLED, 100)
    assert (fresh(second).status, fresh(second).counts) == (RunStatus.COMPLETED, {"created": 250})


@pytest.mark.parametrize("phase", ["start", "categories", "products", "missing", "pictures"])
def test_a_cancel_in_the_middle_of_a_transaction_comes_before_it_or_after_it(machine, phase):
    """Never in between: what the run says that it did is what was done."""
    run = start_import(machine.shop)
    written = []
    machine.script.inside, arrived, go_on = stops_at(phase, 0 if phase in ("start", "categories", "products") else 250)
    machine.script.after = lambda done: written.append(done)
    with beside(machine, work_on_import, str(run.pk)):
        assert arrived.wait(PATIENCE)
        with beside(machine, cancel_run, fresh(run)):
            go_on.set()
    run = fresh(run)
    committed = written[-1] if written else 0
    # The last step may have been over when the cancel came; then it was too late.
    assert run.status == RunStatus.CANCELLED or (run.status == RunStatus.COMPLETED and committed == 250)
    assert run.done == committed and run.issues.count() == run.counts.get("created", 0) // 100 + (run.done == 250)
    assert start_import(machine.shop)
