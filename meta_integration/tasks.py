"""The doorbell's other end: thin tasks with ids only. Unknown extra arguments are tolerated, so that old and new code may mix."""

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from celery import shared_task
from django.db.models import Q

from common.clock import database_now
from common.doorbell import ring
from meta_integration.catalog import drain, looks, verdict_asks
from meta_integration.catalog.changes import DEBOUNCE, next_change_due
from meta_integration.catalog.expand import expand_due
from meta_integration.catalog.readback import work_on
from meta_integration.catalog.sweep import sweep as sweep_all
from meta_integration.comparisons import compare_all
from meta_integration.models import Catalog
from meta_integration.push_runs import refresh_push_runs
from operations import heartbeats
from operations.background import take_up
from tenants.models import Tenant

AT_MOST = 300.0  # seconds of one task at a comparison; well below the limit, as one step of it may take a minute


@shared_task(name="meta_integration.tasks.drain_tenant")
def drain_tenant(tenant_id: str, *_: Any) -> None:
    """Changed products of one business: expands them and works on its catalogs."""
    current = Catalog.objects.filter(tenant=UUID(tenant_id), tenant__is_active=True, is_current=True)
    catalogs = list(current.values_list("pk", flat=True))
    for pk in catalogs[1:]:
        ring("meta_integration.tasks.drain_catalog", pk)
    if catalogs:
        drain_catalog(catalogs[0])
    elif tenant := Tenant.objects.filter(pk=UUID(tenant_id), is_active=True).first():
        expand_due(tenant, database_now())
        if due_at := next_change_due(tenant.pk):
            wait = min(max(due_at - database_now(), timedelta(0)), DEBOUNCE)
            ring("meta_integration.tasks.drain_tenant", tenant_id, countdown=wait.total_seconds())
        refresh_push_runs(tenant.pk, now_please=True)


@shared_task(name="meta_integration.tasks.drain_catalog")
def drain_catalog(catalog_pk: int, *_: Any) -> None:
    """One round for one catalog, then rings again: at once while there is work (fairness between businesses), else when it is next due."""
    outcome = drain.drain_catalog(catalog_pk)
    refresh_push_runs(catalog_pk=catalog_pk, now_please=not outcome.more)
    if outcome.more:
        ring("meta_integration.tasks.drain_catalog", catalog_pk)
    elif outcome.nap is not None and _nobody_rings_earlier(catalog_pk, outcome.nap):
        ring("meta_integration.tasks.drain_catalog", catalog_pk, countdown=outcome.nap)


def _nobody_rings_earlier(catalog_pk: int, seconds: float) -> bool:
    """One wake-up per catalog is enough, however many tasks found nothing to do just now."""
    now = database_now()
    planned = now + timedelta(seconds=seconds)
    about_now = now + timedelta(milliseconds=100)  # The wake-up that runs this may be a moment early.
    free = Q(next_ring_at__isnull=True) | Q(next_ring_at__lte=about_now) | Q(next_ring_at__gt=planned)
    return bool(Catalog.objects.filter(free, pk=catalog_pk).update(next_ring_at=planned))


@shared_task(name="meta_integration.tasks.sweep")
def sweep(*_: Any) -> None:
    """Every minute: what no doorbell announced."""
    now = database_now()
    heartbeats.beat(heartbeats.CATALOG, now)
    sweep_all(now)
    looks.ring_due(now)
    refresh_push_runs()


@shared_task(name="meta_integration.tasks.ask_verdicts")
def ask_verdicts(catalog_pk: int, *_: Any) -> None:
    """A round of questions what Meta thinks of its items; rings again while more is due."""
    if verdict_asks.ask_verdicts(catalog_pk):
        ring("meta_integration.tasks.ask_verdicts", catalog_pk)


@shared_task(name="meta_integration.tasks.ask_now")
def ask_now(catalog_pk: int, *_: Any) -> None:
    """A person asked: the first fifty come before all other work, what is left in rounds."""
    if verdict_asks.ask_verdicts(catalog_pk, calls=1):
        ring("meta_integration.tasks.ask_verdicts", catalog_pk)


@shared_task(name="meta_integration.tasks.check_pictures")
def check_pictures(tenant_id: str, product_ids: Sequence[int] = (), *_: Any) -> None:
    """Looks at pictures of one business before their products are sent; rings again while more is due."""
    if looks.look_at_pictures(UUID(tenant_id), product_ids):
        ring(looks.TASK, tenant_id)


@shared_task(name="meta_integration.tasks.readback_all")
def readback_all(*_: Any) -> None:
    """Nightly: every current catalog is read back in full, each under a run of its own."""
    compare_all()


@shared_task(name="meta_integration.tasks.compare")
def compare(run_id: str, *_: Any) -> None:
    """Compares one catalog with what we want it to be, or mends chosen findings: as far as the time allows, then hands on."""
    run = take_up(run_id)
    if run is not None:
        end = monotonic() + AT_MOST
        work_on(run, out_of_time=lambda: monotonic() > end)
