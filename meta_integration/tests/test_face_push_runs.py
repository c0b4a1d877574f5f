"""Push runs: progress and end from the rows alone, whoever dies; numbers, issues, cancel."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meta_integration import push_runs, tasks
from meta_integration.models import CatalogItem
from meta_integration.pausing import pause_business
from meta_integration.push_runs import refresh_push_runs, start_push
from operations.models import Run, RunIssue, RunStatus
from operations.services import cancel_run
from products_and_services.models import Product
from products_and_services.tests.factories import ProductFactory
from sandbox.graph import Fault


def finish(world, catalog, run):
    """Workers until quiet, then the sweep's look."""
    world.settle(catalog)
    refresh_push_runs(now_please=True)
    run.refresh_from_db()
    return run


def test_a_run_ends_when_each_product_has_its_result(world, tenant, catalog):
    for number in range(8):
        world.product(tenant, f"A-{number}")
    bare = ProductFactory(tenant=tenant, sku="N-1", name="No picture")
    nameless = ProductFactory(tenant=tenant, sku=None, name="No SKU")
    world.standin.faults.add(Fault("reject_item", catalog_id=catalog.catalog_id, retailer_ids=("A-3",)))
    run = start_push(tenant)
    assert (run.total, run.status, run.kind) == (10, RunStatus.RUNNING, "push")
    refresh_push_runs(tenant.pk, now_please=True)
    run.refresh_from_db()
    assert (run.done, run.status) == (0, RunStatus.RUNNING)
    run = finish(world, catalog, run)
    assert (run.status, run.total, run.done) == (RunStatus.COMPLETED, 10, 10)
    assert run.counts == {"synced": 7, "failed": 3, "rejected": 1, "skipped": 2}
    issues = {issue.product_id: issue.message for issue in RunIssue.objects.filter(run=run)}
    rejected = Product.objects.get(sku="A-3")
    assert set(issues) == {bare.pk, nameless.pk, rejected.pk}
    assert issues[bare.pk].startswith("Needs an image") and issues[nameless.pk].startswith("Needs a SKU")
    assert issues[rejected.pk] == rejected.meta_sync_last_error


def test_progress_while_batches_are_open(world, tenant, catalog):
    for number in range(12):
        world.product(tenant, f"A-{number}")
    world.standin.batch_delay = None
    run = start_push(tenant)
    world.settle(catalog, rounds=4)
    refresh_push_runs(tenant.pk, now_please=True)
    run.refresh_from_db()
    assert CatalogItem.objects.filter(batch__isnull=False).count() == 12
    assert (run.status, run.done) == (RunStatus.RUNNING, 0)
    world.standin.settle_all()
    assert finish(world, catalog, run).status == RunStatus.COMPLETED


def test_the_drain_task_and_the_sweep_move_it_by_themselves(world, tenant, catalog):
    world.product(tenant, "A-1")
    run = start_push(tenant)
    world.pass_time(seconds=1)
    tasks.drain_catalog(catalog.pk)
    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    again = start_push(tenant)
    world.settle(catalog)  # This worker dies before it could look at the run.
    world.pass_time(seconds=60)
    tasks.sweep()
    again.refresh_from_db()
    assert again.status == RunStatus.COMPLETED


def test_retry_counts_as_a_result_and_says_that_it_goes_on(world, tenant, catalog):
    product = world.product(tenant, "A-1")
    run = start_push(tenant)
    with world.fault(Fault("outage")):
        run = finish(world, catalog, run)
    assert (run.status, run.counts) == (RunStatus.COMPLETED, {"synced": 0, "failed": 1, "retry": 1})
    assert "tried again by themselves" in run.message
    assert run.issues.get().product_id == product.pk


def test_a_paused_business_ends_with_paused_products(world, tenant, catalog):
    world.product(tenant, "A-1")
    pause_business(catalog.config, "Stock-taking")
    run = finish(world, catalog, start_push(tenant))
    assert (run.status, run.counts) == (RunStatus.COMPLETED, {"synced": 0, "failed": 1, "paused": 1})
    assert world.standin.calls() == []


def test_without_a_configuration_the_run_ends_with_reasons(world, tenant):
    world.product(tenant, "A-1")
    run = start_push(tenant)
    world.pass_time(seconds=1)
    tasks.drain_tenant(str(tenant.pk))
    run.refresh_from_db()
    assert (run.status, run.counts["failed"]) == (RunStatus.COMPLETED, 1)
    assert "Not connected to Meta" in run.issues.get().message


def test_chosen_products_only_and_ids_that_are_nobodys(world, tenant, catalog, other_tenant):
    mine, other = world.product(tenant, "A-1"), world.product(tenant, "A-2")
    foreign = world.product(other_tenant, "B-1")
    world.settle(catalog)
    before = world.standin.last_call
    run = start_push(tenant, [mine.pk, mine.pk, foreign.pk])
    assert run.params == {"product_ids": sorted([mine.pk, foreign.pk])}
    run = finish(world, catalog, run)
    assert (run.status, run.total, run.counts) == (RunStatus.COMPLETED, 2, {"synced": 1, "failed": 1, "unknown": 1})
    assert run.issues.get().product_id == foreign.pk
    assert all(other.sku not in call.retailer_ids for call in world.standin.calls(since=before))


def test_everything_stores_no_ids_and_ignores_later_products(world, tenant, catalog):
    last = world.product(tenant, "A-1")
    run = start_push(tenant)
    assert run.params == {"all": True, "up_to": last.pk}
    world.settle(catalog)
    world.product(tenant, "LATER")
    refresh_push_runs(now_please=True)
    run.refresh_from_db()
    assert (run.status, run.total) == (RunStatus.COMPLETED, 1)


def test_a_product_deleted_meanwhile_does_not_hold_it_up(world, tenant, catalog):
    first, second = world.product(tenant, "A-1"), world.product(tenant, "A-2")
    run = start_push(tenant)
    first.delete()
    run = finish(world, catalog, run)
    assert (run.status, run.total, run.counts) == (RunStatus.COMPLETED, 1, {"synced": 1, "failed": 0})
    assert second.pk


def test_cancelled_stays_cancelled(world, tenant, catalog):
    world.product(tenant, "A-1")
    run = start_push(tenant)
    cancel_run(run)
    assert finish(world, catalog, run).status == RunStatus.CANCELLED
    assert not run.issues.exists()


def test_nothing_to_push_ends_at_once(tenant):
    assert start_push(tenant).status == RunStatus.COMPLETED


def test_a_switched_off_business_fails_instead_of_waiting_for_ever(world, tenant, catalog):
    world.product(tenant, "A-1")
    run = start_push(tenant)
    tenant.is_active = False
    tenant.save()
    refresh_push_runs(now_please=True)
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED


def test_two_lookers_write_the_issues_once(world, tenant, catalog, monkeypatch):
    ProductFactory(tenant=tenant, sku="N-1")
    run = start_push(tenant)
    world.settle(catalog)
    stale = Run.objects.select_related("tenant").get(pk=run.pk)
    refresh_push_runs(now_please=True)
    push_runs._refresh(stale)
    assert RunIssue.objects.filter(run=run).count() == 1


def test_issues_are_bounded(world, tenant, catalog, monkeypatch):
    monkeypatch.setattr(push_runs, "MOST_ISSUES", 3)
    for number in range(6):
        ProductFactory(tenant=tenant, sku=f"N-{number}")
    run = finish(world, catalog, start_push(tenant))
    assert (run.counts["failed"], run.issues.count()) == (6, 3)
    assert "The first 3 problems are listed." in run.message


@pytest.mark.parametrize("number", [2, 40])
def test_a_look_takes_the_same_queries_whatever_the_number(world, tenant, catalog, number):
    for position in range(number):
        world.product(tenant, f"A-{position}")
    start_push(tenant)
    with CaptureQueriesContext(connection) as seen:
        refresh_push_runs(tenant.pk, now_please=True)
    assert len(seen) <= 8
    world.settle(catalog)
    with CaptureQueriesContext(connection) as seen:
        refresh_push_runs(tenant.pk, now_please=True)
    assert len(seen) <= 15
