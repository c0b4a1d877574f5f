"""A person asks for a comparison with Meta: the Run is the letter, the task the doorbell. The comparing itself: catalog/readback.py."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from common.clock import database_now
from common.doorbell import ring
from meta_integration.models import Catalog, CatalogItem
from operations.models import OPEN_STATUSES, Run, RunKind
from operations.services import start_run
from tenants.services import record_audit

WAITING, READING = "waiting for a worker", "reading"
RING_AGAIN = timedelta(minutes=1)


def start_comparison(catalog: Catalog, *, dry_run: bool = False, allow_removals: bool = False) -> Run:
    """A Run that compares one catalog with us and, unless dry_run, mends what differs. allow_removals: lifts the brake this once."""
    params = {"catalog": catalog.catalog_id, "catalog_pk": catalog.pk, "dry_run": dry_run, "allow_removals": allow_removals}
    expected = CatalogItem.objects.filter(catalog=catalog, was_sent=True).exclude(live_hash="").count()
    with transaction.atomic():
        run = start_run(catalog.tenant, RunKind.RECONCILE, total=expected, params=params, phase=WAITING)
        if allow_removals:
            Catalog.objects.filter(pk=catalog.pk).update(removals_allowed_at=database_now())
        action = "catalog_removals_allowed" if allow_removals else "catalog_comparison_started"
        record_audit(action, catalog.tenant, subject=str(catalog), metadata={"run_id": str(run.pk), "dry_run": dry_run})
        _ring(run)
    return run


def take_up(run_id: str) -> dict[str, Any] | None:
    """Claims a waiting run for this worker. Returns its options ({} for a comparison nobody asked for), None when another took it."""
    if not run_id:
        return {}
    free = Run.objects.filter(pk=run_id, status__in=OPEN_STATUSES).exclude(phase=READING)
    if not free.update(phase=READING, heartbeat_at=database_now()):
        return None
    params = Run.objects.values_list("params", flat=True).get(pk=run_id)
    return {"dry_run": bool(params.get("dry_run")), "allow_removals": bool(params.get("allow_removals"))}


def ring_forgotten() -> None:
    """The sweep: runs whose doorbell got lost."""
    waiting = Run.objects.filter(kind=RunKind.RECONCILE, phase=WAITING, status__in=OPEN_STATUSES)
    for run in waiting.filter(heartbeat_at__lte=database_now() - RING_AGAIN):
        _ring(run)


def _ring(run: Run) -> None:
    ring("meta_integration.tasks.readback", run.params["catalog_pk"], str(run.pk))
