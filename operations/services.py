"""Starting, moving and ending runs; opening and closing alerts. Runs do not know what the work is."""

from typing import Any

from django.db import IntegrityError, transaction

from common.clock import database_now
from operations.models import OPEN_STATUSES, Alert, Run, RunStatus
from tenants.actor import current_actor
from tenants.models import Tenant


def start_run(tenant: Tenant, kind: str, *, total: int = 0, params: dict[str, Any] | None = None, phase: str = "") -> Run:
    """A new running Run, started by the current actor. total: number of things to do."""
    now = database_now()
    return Run.objects.create(
        tenant=tenant,
        kind=kind,
        status=RunStatus.RUNNING,
        total=total,
        params=params or {},
        phase=phase,
        started_by=current_actor().name,
        started_at=now,
        heartbeat_at=now,
    )


def advance_run(run: Run, *, done: int, counts: dict[str, int], phase: str = "", cursor: Any = None) -> bool:
    """Notes progress, the heartbeat and, where given, the cursor.

    False when the run has been ended (cancelled) or given to another worker meanwhile: the worker should stop. Called inside the
    transaction that wrote the counted work, that answer rolls the work back.
    """
    values: dict[str, Any] = {"done": done, "counts": counts, "heartbeat_at": database_now()}
    if phase:
        values["phase"] = phase
    if cursor is not None:
        values["cursor"] = cursor
    run.__dict__.update(values)
    return bool(Run.objects.filter(pk=run.pk, worker=run.worker, status__in=OPEN_STATUSES).update(**values))


def finish_run(run: Run, status: str = RunStatus.COMPLETED, *, message: str = "") -> bool:
    """Ends an open run; False when it had ended before (the first ending stays)."""
    now = database_now()
    ended = Run.objects.filter(pk=run.pk, status__in=OPEN_STATUSES).update(
        status=status, message=message, finished_at=now, heartbeat_at=now, phase=""
    )
    run.refresh_from_db()
    return bool(ended)


def cancel_run(run: Run) -> bool:
    """Stops an open run; what it has done stays done. False when it had already ended."""
    return finish_run(run, RunStatus.CANCELLED, message=f"Cancelled by {current_actor().name}.")


def raise_alert(tenant: Tenant, *, kind: str, key: str, title: str, remedy: str = "", link: str = "") -> bool:
    """Opens an alert unless one with this key is open. True when it is new: the caller need not remember anything."""
    if Alert.objects.filter(tenant=tenant, key=key, closed_at__isnull=True).exists():
        return False
    try:
        with transaction.atomic():
            Alert.objects.create(tenant=tenant, kind=kind, key=key, title=title[:200], remedy=remedy, link=link)
    except IntegrityError:  # Somebody else opened it between the look and the write.
        return False
    return True


def close_alert(tenant: Tenant, key: str) -> bool:
    """Closes the open alert of this cause; False when none was open."""
    return bool(Alert.objects.filter(tenant=tenant, key=key, closed_at__isnull=True).update(closed_at=database_now()))
