"""A worker's turn at one way of keeping a shop in step: claimed, so that no two ask the same at once; a bounded time, so that others come.

What goes wrong with one shop ends as waiting in that shop's rows: no worker sleeps for it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet

from common.clock import database_now
from common.encrypted_field import DecryptionError
from common.errors import NeedsConfigurationError, PermanentError, RemoteError
from common.lease import Lease, claim
from common.log_context import about
from integrations.connecting.blocking import block
from integrations.connecting.describing import describe_if_stale
from integrations.importing.job import ImportJob, Stopped
from integrations.in_step.evidence import note_failure
from integrations.in_step.watches import due_by, minutes_of, put_off
from integrations.models import Kind, StoreConnection, StoreWatch
from integrations.providers import adapter_for
from integrations.runs.ending import said
from integrations.runs.evidence import keep_learnt
from integrations.runs.holding import refusal
from integrations.runs.pulse import RENEWED_EVERY, Pulse, renewer
from operations.models import RunIssue, RunStatus

logger = logging.getLogger("in_step")
AT_WORK = (RunStatus.QUEUED, RunStatus.RUNNING)
SECONDS = 20.0  # Then other shops have their turn.
BROKE = "It stopped unexpectedly; the log of this time tells more. It is tried again by itself."


@dataclass
class Turn:
    """job: for the importer; issues: what it has noted since the last write; lease: fences every write."""

    watch: StoreWatch
    lease: Lease
    job: ImportJob
    issues: list[RunIssue]
    until: float

    @property
    def connection(self) -> StoreConnection:
        """The shop."""
        return self.job.connection

    def is_over(self) -> bool:
        """Whether the time is up, or nobody wants it any more."""
        return monotonic() > self.until or self.is_called_off()

    def is_called_off(self) -> bool:
        """Whether a person has paused or removed the shop meanwhile, or it was blocked."""
        fresh = _watches().filter(pk=self.watch.pk).first()
        return fresh is None or bool(refusal(fresh.connection))


def take_turn(
    connection_pk: int, kind: str, work: Callable[[Turn], bool], *, seconds: float = SECONDS, again: bool = False
) -> bool:
    """Claims the watch and does the work; False when it is not due, may not be done now, or somebody else does it.

    work: returns whether there is more to do at once; that is returned. again: also where the shop did not answer the last time (sweep.py).
    """
    now = database_now()
    watch = _due(connection_pk, kind, now, again=again)
    lease = claim(StoreWatch, watch.pk, now) if watch is not None else None
    if lease is None:
        return False
    try:
        watch = _due(connection_pk, kind, now, again=again)  # Whoever had it in between has done it, or has put it off.
        if watch is None:
            return False
        with about(tenant=watch.connection.tenant.sub_domain), Pulse(renewer(lease), every=RENEWED_EVERY):
            return _guarded(watch, lease, work, seconds)
    finally:
        lease.release()


def _due(connection_pk: int, kind: str, now: datetime, *, again: bool) -> StoreWatch | None:
    watch = _watches().filter(due_by(now), connection=connection_pk, kind=kind).first()
    return watch if watch is not None and may_ask(watch) and (again or not watch.tries) else None


def watch_of(connection_pk: int, kind: str) -> StoreWatch | None:
    """The row, with what decides whether the shop may be asked."""
    return _watches().filter(connection=connection_pk, kind=kind).first()


def may_ask(watch: StoreWatch) -> bool:
    """Whether the shop may be asked now. Never before a person had it imported; what is due by itself not during a whole import."""
    shop = watch.connection
    if refusal(shop) or shop.imported_at is None:
        return False
    if watch.kind == Kind.HINTS:
        return True
    return minutes_of(shop, watch.kind) > 0 and not is_imported_now(shop)


def is_imported_now(shop: StoreConnection) -> bool:
    """Whether an import of the shop is at work, or about to be; one that waits for a person is not."""
    return shop.current_run is not None and shop.current_run.status in AT_WORK


def _watches() -> QuerySet[StoreWatch]:
    shops = StoreWatch.objects.select_related("connection__tenant", "connection__current_run")
    return shops.defer("connection__credentials", "connection__current_run__params", "connection__current_run__cursor")


def _guarded(watch: StoreWatch, lease: Lease, work: Callable[[Turn], bool], seconds: float) -> bool:
    shop = watch.connection
    try:
        shop.credentials  # noqa: B018 - read now: a refusal is about the keys of this moment (blocking.py)
        turn = _turn(watch, lease, seconds)
        try:
            describe_if_stale(shop, turn.job.adapter, database_now())
            return work(turn)
        finally:
            keep_learnt(shop, turn.job.adapter.learnt())
    except Stopped:
        return False
    except NeedsConfigurationError as error:
        if not block(shop, said(error)):
            _wait(watch, error)
    except RemoteError as error:
        _wait(watch, error)
    except DecryptionError as error:
        _wait(watch, PermanentError(str(error)))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("Keeping the shop %s in step (%s) broke.", shop.pk, watch.kind)
        _wait(watch, PermanentError(BROKE))
    return False


def _turn(watch: StoreWatch, lease: Lease, seconds: float) -> Turn:
    issues: list[RunIssue] = []
    adapter = adapter_for(watch.connection)
    adapter.hurry()
    job = ImportJob(
        connection=watch.connection, adapter=adapter, run=None, save=lambda **_: True, note=issues.append,
        report=lambda *_: None, in_step=True,
    )  # fmt: skip
    return Turn(watch, lease, job, issues, monotonic() + seconds)


def _wait(watch: StoreWatch, error: RemoteError) -> None:
    if put_off(watch, error, database_now()):
        note_failure(watch, said(error))
