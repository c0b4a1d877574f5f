"""Runs that a worker takes up: the Run is the letter, Celery the doorbell; a lost doorbell and a dead worker cost a minute or ten.

A run is queued with the name of its task. The task takes it up (one worker wins), works, and ends it. Long work saves a cursor with each
finished part: after a death, or when its time is up, the next worker goes on there.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from common.clock import database_now
from common.doorbell import ring
from common.log_context import about
from operations.models import Run, RunKind, RunStatus
from operations.services import finish_run
from tenants.actor import Actor, acting_as, current_actor
from tenants.models import Tenant

WAITING = "waiting for a worker"
RING_AGAIN = timedelta(minutes=1)
SILENT_AFTER = timedelta(minutes=10)
ABANDONED_AFTER = timedelta(hours=1)
MOST_SETBACKS = 5
DIED = "The worker stopped unexpectedly. What was done stays done; start the run again to do the rest."
ABANDONED = "The process that did this stopped unexpectedly. What was done stays done."
BROKE = "The run stopped unexpectedly; the log of this time tells more."


def queue_run(
    tenant: Tenant, kind: str, task: str, *, total: int = 0, params: dict[str, Any] | None = None, cursor: Any = None, subject: str = "",
    wait: int = 0,
) -> Run:
    """A queued Run for the Celery task `task(run_id)`; rings once the transaction commits. cursor: where to begin, if it can be resumed.

    wait: seconds (at most 110) before anybody may take it up, so that many do not begin together. A `task_id` in params becomes the id
    of the Celery task.
    """  # fmt: skip
    now = database_now()
    with transaction.atomic():
        run = Run.objects.create(
            tenant=tenant, kind=kind, task=task, total=total, params=params or {}, cursor=cursor, phase=WAITING,
            started_by=current_actor().name, heartbeat_at=now, subject=subject,
            not_before=now + timedelta(seconds=wait) if wait else None,
        )  # fmt: skip
        # A moment later than the row says: a doorbell that comes too early finds nothing to take up.
        ring(task, str(run.pk), countdown=wait + 1 if wait else 0, task_id=_task_id(run))
    return run


def _task_id(run: Run) -> str:
    """The id of the Celery task that somebody was told; only its first doorbell carries it."""
    return str(run.params.get("task_id") or "") if run.started_at is None else ""


def take_up(run_id: str) -> Run | None:
    """Claims a queued run for this worker; None when it has ended, another worker has it, or it is put off."""
    now = database_now()
    queued = Run.objects.filter(Q(not_before__isnull=True) | Q(not_before__lte=now), pk=run_id, status=RunStatus.QUEUED)
    token = secrets.token_hex(16)
    values = {"status": RunStatus.RUNNING, "worker": token, "started_at": Coalesce("started_at", now), "heartbeat_at": now, "phase": ""}
    if not queued.update(**values, not_before=None):
        return None
    return Run.objects.select_related("tenant").get(pk=run_id)


@contextmanager
def at_work(run: Run) -> Iterator[Run]:
    """Inside, everything is done in the name of whoever started the run, and noted as this run's; an exception ends it as failed.

    A database that is away for a while, or a part that takes longer than a worker may, ends nothing that can be resumed: the next worker
    goes on at the cursor, five times at the most.
    """
    with acting_as(Actor(run.started_by, run_id=str(run.pk))), about(run_id=run.pk, tenant=run.tenant.sub_domain):
        try:
            yield run
        except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
            with suppress(DatabaseError):  # Still away: then the sweep misses the heartbeat and does the same.
                _set_back(run)
            raise
        except Exception:
            finish_run(run, RunStatus.FAILED, message=BROKE)
            raise


def ask_person(run: Run, *, total: int, counts: dict[str, int], message: str = "", done: int = 0) -> bool:
    """The run waits until a person confirms it (confirm_run) or cancels it. False when it has ended or another worker has it.

    done: what stays done whatever the answer is.
    """
    ours = Run.objects.filter(pk=run.pk, worker=run.worker, status=RunStatus.RUNNING)
    values = {"total": total, "done": done, "counts": counts, "message": message, "heartbeat_at": database_now()}
    return bool(ours.update(status=RunStatus.NEEDS_CONFIRMATION, phase="", worker="", **values))


def confirm_run(run: Run, task: str, *, params: dict[str, Any], cursor: Any = None, goes_on: bool = False) -> bool:
    """Queues a run that waits for a person, now for `task`, in the name of whoever confirms. False when it does not wait (any more).

    goes_on: the work had begun before the question, so what is done and counted stays so.
    """
    fresh: dict[str, Any] = {} if goes_on else {"done": 0, "counts": {}}
    with transaction.atomic():
        waiting = Run.objects.filter(pk=run.pk, status=RunStatus.NEEDS_CONFIRMATION)
        confirmed = waiting.update(
            status=RunStatus.QUEUED, task=task, params=params, cursor=cursor, phase=WAITING, message="",
            started_by=current_actor().name, heartbeat_at=database_now(), **fresh,
        )  # fmt: skip
        if confirmed:
            ring(task, str(run.pk))
    return bool(confirmed)


def hand_on(run: Run, *, at_once: bool = True) -> bool:
    """This worker's time is up: the run goes back to the queue, its cursor says where the next one goes on. False when it has ended.

    at_once False: the next one begins in a minute or two (the sweep rings), for example when the other side is down just now.
    """
    with transaction.atomic():
        ours = Run.objects.filter(pk=run.pk, worker=run.worker, status=RunStatus.RUNNING)
        handed = ours.update(status=RunStatus.QUEUED, worker="", heartbeat_at=database_now())
        if handed and at_once:
            ring(run.task, str(run.pk))
    return bool(handed)


def put_off(run: Run, until: datetime, phase: str) -> bool:
    """The other side is down: the run waits until then (UTC), as a row, and goes on at its cursor. False when it has ended.

    phase: what a person reads meanwhile. Counts in `tries`, which a moved cursor sets back to 0.
    """
    ours = Run.objects.filter(pk=run.pk, worker=run.worker, status=RunStatus.RUNNING)
    values = {"status": RunStatus.QUEUED, "worker": "", "heartbeat_at": database_now(), "not_before": until, "phase": phase}
    return bool(ours.update(**values, tries=F("tries") + 1))


def try_now(run: Run) -> bool:
    """A person does not want to wait: a run that was put off may be taken up at once. False when it does not wait (any more)."""
    with transaction.atomic():
        waiting = Run.objects.filter(pk=run.pk, status=RunStatus.QUEUED, not_before__isnull=False)
        freed = waiting.update(not_before=None, heartbeat_at=database_now())
        if freed:
            ring(run.task, str(run.pk))
    return bool(freed)


def ring_forgotten(now: datetime) -> None:
    """The sweep: queued runs whose doorbell got lost are rung again; running ones without news are resumed at their cursor, or failed."""
    due = Q(not_before__isnull=True, heartbeat_at__lte=now - RING_AGAIN) | Q(not_before__lte=now)
    waiting = Run.objects.filter(due, status=RunStatus.QUEUED).exclude(task="")
    for run in waiting:
        ring(run.task, str(run.pk), task_id=_task_id(run))
    for run in Run.objects.filter(status=RunStatus.RUNNING, heartbeat_at__lte=now - SILENT_AFTER).exclude(task=""):
        _set_back(run)
    _end_abandoned(now)


def _set_back(run: Run) -> None:
    """A worker has died or lost its database: the next one goes on at the cursor, unless there is none or it fells every worker."""
    if run.cursor is None or run.setbacks >= MOST_SETBACKS:
        finish_run(run, RunStatus.FAILED, message=DIED)
        return
    Run.objects.filter(pk=run.pk, worker=run.worker).update(setbacks=F("setbacks") + 1)
    hand_on(run, at_once=False)


def _end_abandoned(now: datetime) -> None:
    """Runs whose work is done by whoever started them (a web process, a command) end when that has been gone for an hour.

    Push runs are not meant: nobody works on them, they watch what the rooms above send, through an outage of any length.
    """
    running = Run.objects.filter(status=RunStatus.RUNNING, task="", heartbeat_at__lte=now - ABANDONED_AFTER)
    for run in running.exclude(kind=RunKind.PUSH):
        finish_run(run, RunStatus.FAILED, message=ABANDONED)
