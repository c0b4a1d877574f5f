"""A worker's time at an import: step after step until it is done, the time is up, or something stops it."""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any

from django.db import IntegrityError, transaction

from common.encrypted_field import DecryptionError
from common.errors import NeedsConfigurationError, RemoteError, TransientError
from common.log_context import about
from integrations.importing.job import Cursor, ImportJob, NeedsConfirmation, Stopped
from integrations.importing.work import import_step
from integrations.models import StoreConnection
from integrations.providers import adapter_for
from integrations.runs import ending
from integrations.runs.desk import Desk
from integrations.runs.evidence import keep_learnt
from integrations.runs.holding import REMOVED, may_go_on, refusal
from integrations.runs.orders import load_ids, order_of
from integrations.runs.progress import END, OURS
from integrations.runs.pulse import Pulse, beat_of
from integrations.runs.results import connection_of
from integrations.runs.starting import confirm_removals, resume, start_import, triggered
from operations.background import at_work, hand_on, take_up
from operations.models import Run, RunStatus
from operations.services import finish_run

SECONDS_AT_WORK = 120.0  # Then other shops have their turn.
INTERRUPTED = "Stopped from the keyboard. What was done stays done; “Resume” (import_store --resume) goes on there."
IDS_GONE = "Which products were meant is no longer known: that is kept for 14 days. Start the import again."
OnProgress = Callable[[Run], None]


def work_on_import(run_id: str, *, seconds: float = SECONDS_AT_WORK) -> None:
    """The worker's part: takes a queued import up and goes on from its cursor, for about so many seconds; then the next worker does.

    Does nothing when the run has ended, another worker has it, or it is put off.
    """
    run = take_up(run_id)
    if run is not None:
        _work(run, until=monotonic() + seconds, may_wait=True)


def run_now(
    connection: StoreConnection,
    *,
    full: bool = False,
    dry_run: bool = False,
    only_ids: Iterable[str] | None = None,
    progress: OnProgress | None = None,
) -> Run:
    """Imports in this process, to the end; needs neither broker nor worker. progress(run) is called after each step.

    A shop that does not answer ends it as failed, to be gone on with (resume_now), as nobody may be there to try again later; Ctrl-C as
    cancelled. If the process is killed, a worker goes on. Who started it is noted. Raises AlreadyRunning, NotReady.
    """
    return _here(lambda: triggered(lambda: start_import(connection, full=full, dry_run=dry_run, only_ids=only_ids)), progress)


def resume_now(run: Run, *, progress: OnProgress | None = None) -> Run:
    """The same for the rest of an import that failed or was cancelled. Raises AlreadyRunning, NotReady."""
    return _here(lambda: triggered(lambda: resume(run)), progress)


def confirm_now(run: Run, *, progress: OnProgress | None = None) -> Run:
    """Says yes to what an import asked, and does the rest of it in this process. Raises NotConfirmable."""

    def begin() -> Run:
        confirm_removals(run)
        return run

    return _here(begin, progress)


def _here(begin: Callable[[], Run], progress: OnProgress | None) -> Run:
    with transaction.atomic():  # Taken up before the doorbell rings: no worker comes between.
        run = begin()
        taken = take_up(str(run.pk))
    if taken is None:
        raise RuntimeError(f"Run {run.pk} was taken by somebody else before it was committed.")
    try:
        _work(taken, until=None, may_wait=False, progress=progress)
    except KeyboardInterrupt:
        finish_run(taken, RunStatus.CANCELLED, message=INTERRUPTED)
    taken.refresh_from_db()
    return taken


def _work(run: Run, *, until: float | None, may_wait: bool, progress: OnProgress | None = None) -> None:
    """until: by `monotonic()`; None = to the end. Whatever stops the work is written into the run."""
    with at_work(run), about(task_id=order_of(run).task_id):
        connection = connection_of(run)
        if connection is None:
            finish_run(run, RunStatus.CANCELLED, message=REMOVED)
            return
        try:
            connection.credentials  # noqa: B018 - read now: a refusal is about the keys of this moment (blocking.py)
            with Pulse(beat_of(run, is_worker=may_wait)) as pulse:
                _steps(run, connection, pulse, until, progress or (lambda run: None))
        except Stopped:
            return
        except NeedsConfirmation as question:
            ending.ask(run, question)
        except TransientError as error:
            ending.wait_or_fail(run, error, may_wait=may_wait)
        except NeedsConfigurationError as error:
            ending.refuse(run, connection, error)
        except RemoteError as error:
            finish_run(run, RunStatus.FAILED, message=ending.said(error))
        except DecryptionError as error:
            finish_run(run, RunStatus.FAILED, message=str(error))


def _steps(run: Run, connection: StoreConnection, pulse: Pulse, until: float | None, progress: OnProgress) -> None:
    desk = Desk(run)
    job = _job(run, connection, desk)
    if job is None:
        return
    try:
        _walk(run, job, desk, pulse, until, progress)
    finally:
        desk.catch_up()
        keep_learnt(connection, job.adapter.learnt())


def _walk(run: Run, job: ImportJob, desk: Desk, pulse: Pulse, until: float | None, progress: OnProgress) -> None:
    cursor = _place(run)
    while cursor is None or cursor.get("phase") != END:
        if why := _stop_reason(job.connection):
            finish_run(run, RunStatus.CANCELLED, message=why)
            return
        desk.begin()
        pulse.next_step()
        try:
            following = import_step(job, cursor)
        except IntegrityError:
            if not _stop_reason(job.connection):
                raise
            continue  # The shop was removed in the middle of the step.
        progress(run)
        if following is None:
            break
        cursor = following
        if until is not None and monotonic() > until:
            desk.catch_up()
            hand_on(run)
            return
    ending.complete(run)


def _job(run: Run, connection: StoreConnection, desk: Desk) -> ImportJob | None:
    """What the importer gets; None when the run had to end."""
    order, ids = order_of(run), None
    if order.part:
        ids = load_ids(run)
        if ids is None:
            finish_run(run, RunStatus.FAILED, message=IDS_GONE)
            return None
    return ImportJob(
        connection=connection, adapter=adapter_for(connection), run=run, save=desk.save, note=desk.note, report=desk.report,
        full=order.full, dry_run=order.dry_run, only_ids=ids, allow_removals=order.allow_removals, counts=dict(run.counts),
    )  # fmt: skip


def _place(run: Run) -> Cursor | None:
    """The importer's own cursor: where to go on; None = from the beginning."""
    kept: Any = run.cursor or {}
    return {name: value for name, value in kept.items() if name != OURS} or None


def _stop_reason(connection: StoreConnection) -> str:
    """What a person may have done since the last step: paused or removed the shop, switched the business off."""
    if may_go_on(connection.pk):
        return ""
    fresh = StoreConnection.objects.select_related("tenant").defer("credentials").filter(pk=connection.pk).first()
    return REMOVED if fresh is None else refusal(fresh)
