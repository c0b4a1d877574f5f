"""Starting, moving and ending runs; opening and closing alerts. Runs do not know what the work is."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from common import metering
from common.clock import database_now
from common.redaction import redact_text
from operations.alerting.announce import QUIET, announce_closed, announce_opened, take_back_resolution
from operations.models import OPEN_STATUSES, Alert, Channel, Run, RunStatus, Severity
from tenants.actor import current_actor
from tenants.models import Tenant

logger = logging.getLogger("runs")
TEST, TEST_PAUSE = "test", timedelta(minutes=1)
_at_end: dict[str, Callable[[Run], None]] = {}

def start_run(
    tenant: Tenant, kind: str, *, total: int = 0, params: dict[str, Any] | None = None, phase: str = "", subject: str = ""
) -> Run:
    """A new running Run, started by the current actor. total: number of things to do."""
    now = database_now()
    return Run.objects.create(
        tenant=tenant,
        kind=kind,
        status=RunStatus.RUNNING,
        total=total,
        params=params or {},
        phase=phase,
        subject=subject,
        started_by=current_actor().name,
        started_at=now,
        heartbeat_at=now,
    )


def advance_run(
    run: Run, *, done: int, counts: dict[str, int], phase: str = "", cursor: Any = None, total: int | None = None
) -> bool:
    """Notes progress, the heartbeat and, where given, the cursor and how much there is in all.

    False when the run has been ended (cancelled) or given to another worker meanwhile: the worker should stop. Called inside the
    transaction that wrote the counted work, that answer rolls the work back.
    """
    values: dict[str, Any] = {"done": done, "counts": counts, "heartbeat_at": database_now()}
    if phase:
        values["phase"] = phase
    if total is not None:
        values["total"] = total
    if cursor is not None:
        values |= {"cursor": cursor, "setbacks": 0, "tries": 0}
    run.__dict__.update(values)
    return bool(Run.objects.filter(pk=run.pk, worker=run.worker, status__in=OPEN_STATUSES).update(**values))


def finish_run(run: Run, status: str = RunStatus.COMPLETED, *, message: str = "") -> bool:
    """Ends an open run; False when it had ended before (the first ending stays)."""
    now = database_now()
    with transaction.atomic():
        ended = Run.objects.filter(pk=run.pk, status__in=OPEN_STATUSES).update(
            status=status, message=message, finished_at=now, heartbeat_at=now, phase="", not_before=None
        )
        run.refresh_from_db()
        if ended and run.kind in _at_end:
            _note_end(run)
    if ended:
        begun = run.started_at or run.created_at
        metering.observe("runs", run.kind, run.status, seconds=max((now - begun).total_seconds(), 0))
    return bool(ended)


def _note_end(run: Run) -> None:
    """A note that breaks keeps no run from ending: nobody could start the next one."""
    try:
        with transaction.atomic():
            _at_end[run.kind](run)
    except Exception:
        logger.exception("What the end of a run of kind %s calls for broke.", run.kind)


def when_a_run_ends(kind: str, note: Callable[[Run], None]) -> None:
    """The upper app whose work runs of this kind are notes each end, in the transaction that ends it, however it came about.

    Not called for what a restore ends: that is another machine's past (restored.py).
    """
    _at_end[kind] = note


def cancel_run(run: Run) -> bool:
    """Stops an open run; what it has done stays done. False when it had already ended."""
    return finish_run(run, RunStatus.CANCELLED, message=f"Cancelled by {current_actor().name}.")


def raise_alert(
    tenant: Tenant | None, *, kind: str, key: str, title: str, remedy: str = "", link: str = "", severity: str = Severity.WARNING
) -> bool:
    """Opens an alert unless one with this key is open, and has people told. True when it is new: the caller need not remember anything.

    tenant: None for what concerns the whole installation. One that closed minutes ago is opened again, and nobody is told twice.
    """
    values = {"kind": kind, "severity": severity, "link": link, **words_of(title, remedy)}
    if _alerts(tenant, key).filter(closed_at__isnull=True).exists():
        return False
    now = database_now()
    try:
        with transaction.atomic():
            if not _reopen(tenant, key, values, now):
                announce_opened(Alert.objects.create(tenant=tenant, key=key, opened_at=now, **values), now)
    except IntegrityError:  # Somebody else opened it between the look and the write.
        return False
    return True


def words_of(title: str, remedy: str) -> dict[str, str]:
    """An alert's words as they may be stored: secrets masked, the title at most 200 characters."""
    return {"title": redact_text(title)[:200], "remedy": redact_text(remedy)}


def _reopen(tenant: Tenant | None, key: str, values: dict[str, Any], now: datetime) -> bool:
    last = _alerts(tenant, key).filter(closed_at__gt=now - QUIET).order_by("-closed_at").first()
    if last is None or not take_back_resolution(last):
        return False
    return bool(Alert.objects.filter(pk=last.pk, closed_at__isnull=False).update(closed_at=None, dismissed=False, **values))


def close_alert(tenant: Tenant | None, key: str) -> bool:
    """Closes the open alert of this cause and has people told; False when none was open."""
    _alerts(tenant, key).filter(dismissed=True).update(dismissed=False)
    found = _alerts(tenant, key).filter(closed_at__isnull=True).first()
    return found is not None and _close(found, dismissed=False)


def dismiss_alert(alert: Alert) -> bool:
    """Closed by a person, who knows: no mail, and while the cause lasts the sweep does not open it again. False when it was closed."""
    return _close(alert, dismissed=True)


def _close(alert: Alert, *, dismissed: bool) -> bool:
    now = database_now()
    with transaction.atomic():
        closed = Alert.objects.filter(pk=alert.pk, closed_at__isnull=True).update(closed_at=now, dismissed=dismissed)
        if closed:
            announce_closed(alert, now, channels=(Channel.WEBHOOK,) if dismissed else Channel.values)
    return bool(closed)


def _alerts(tenant: Tenant | None, key: str) -> QuerySet[Alert]:
    return Alert.objects.filter(tenant=tenant, key=key) if tenant else Alert.objects.filter(tenant__isnull=True, key=key)


def send_test_alert(tenant: Tenant | None) -> Alert | None:
    """A message to everybody who would get an alert of this business (None: of the installation). None when one went a minute ago."""
    now = database_now()
    if Alert.objects.filter(tenant=tenant, kind=TEST, opened_at__gt=now - TEST_PAUSE).exists():
        return None
    with transaction.atomic():
        alert = Alert.objects.create(
            tenant=tenant, kind=TEST, key=f"test-{now:%Y%m%d%H%M%S%f}", opened_at=now, closed_at=now, title="This is a test",
            remedy=f"Nothing is wrong: {current_actor().name} wanted to know whether alerts arrive.",
        )  # fmt: skip
        announce_opened(alert, now)
    return alert
