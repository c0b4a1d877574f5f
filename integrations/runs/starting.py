"""Starting imports: by a person, a program or the schedule, of everything or of some products, anew or where another one stopped."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction

from common.clock import database_now
from integrations.models import StoreConnection
from integrations.runs.holding import REMOVED, NotReady, refusal, take
from integrations.runs.orders import Order, keep_ids, load_ids, order_of, subject_of
from integrations.runs.results import connection_of, is_import
from operations.background import confirm_run, queue_run
from operations.models import Run, RunKind, RunStatus
from tenants.services import record_audit

TASK = "integrations.tasks.import_products"
FRESH_FOR = timedelta(hours=24)  # Older places in a shop's list say nothing any more.


class NotConfirmable(Exception):
    """The run does not wait for an answer (any more), or its shop cannot be read now; the text says which."""


def needs_preview(connection: StoreConnection) -> bool:
    """Whether a person should see what would come before anything is written: nothing was ever imported to its end."""
    return connection.imported_at is None


def start_import(
    connection: StoreConnection, *, full: bool = False, dry_run: bool = False, only_ids: Iterable[str] | None = None, wait: int = 0
) -> Run:
    """A queued Run that imports one shop. full: what seems unchanged is compared, too; dry_run: nothing is written but a preview.

    only_ids: the shop's ids of the products to look at, None = all; wait: seconds (at most 110) before a worker may begin. The id of the
    Celery task is in run.params["task_id"]. Raises AlreadyRunning (with the open run), NotReady.
    """
    order = Order(connection.pk, str(uuid.uuid4()), connection.address, full, dry_run, part=only_ids is not None)
    return _queue(connection, order, only_ids=only_ids, wait=wait)


def retry_failed(run: Run) -> Run:
    """A new run about the products that an ended import has issues with. Raises AlreadyRunning, NotReady."""
    connection = _living(run)
    if order_of(run).dry_run:
        raise NotReady("This run only looked and changed nothing. Start an import instead.")
    ids = run.issues.exclude(reference="").order_by("id").values_list("reference", flat=True)
    known = list(dict.fromkeys(ids.iterator(chunk_size=2_000)))
    if not known:
        raise NotReady("The run has no products with problems: there is nothing to try again.")
    return start_import(connection, only_ids=known)


def resume(run: Run) -> Run:
    """A new run that does the rest of a failed or cancelled one: from its cursor, or from the beginning where that means nothing any more
    (it is a day old, the shop has another address, another import came after it, or it only looked).

    Raises AlreadyRunning, NotReady.
    """
    connection = _living(run)
    if run.status not in (RunStatus.FAILED, RunStatus.CANCELLED):
        raise NotReady("Only an import that failed or was cancelled can be gone on with.")
    order = replace(order_of(run), task_id=str(uuid.uuid4()), store_url=connection.address, resumes=str(run.pk))
    ids = load_ids(run) if order.part else None
    if order.part and ids is None:
        raise NotReady("Which products were meant is no longer known. Start a new import.")
    if _leads_somewhere(run, connection):
        return _queue(connection, order, only_ids=ids, done=run.done, total=run.total, cursor=run.cursor)
    return _queue(connection, replace(order, allow_removals=False), only_ids=ids)


def confirm_removals(run: Run) -> None:
    """A person says yes to what the run asked: it goes on where it stopped, and products that are gone become inactive.

    Raises NotConfirmable.
    """
    connection = connection_of(run)
    why = REMOVED if connection is None else refusal(connection)
    if why:
        raise NotConfirmable(why)
    params = {**run.params, "allow_removals": True}
    with transaction.atomic():
        if not confirm_run(run, TASK, params=params, cursor=run.cursor, goes_on=True):
            raise NotConfirmable("The import does not wait for an answer any more.")
        record_audit("shop_removals_confirmed", run.tenant, subject=str(connection), metadata={"run_id": str(run.pk)})
    run.refresh_from_db()


def triggered(begin: Callable[[], Run]) -> Run:
    """The run that `begin` starts, with a note of who asked for it: how every face starts imports. Raises what `begin` raises."""
    with transaction.atomic():
        run = begin()
        connection = connection_of(run)
        if connection is not None:
            record_trigger(connection, run)
    return run


def record_trigger(connection: StoreConnection, run: Run, *, already_running: bool = False) -> None:
    """Notes who asked for an import: "woocommerce_sync_triggered".

    already_running: whoever asked was answered with a run that somebody had started before.
    """
    order = order_of(run)
    metadata: dict[str, Any] = {"task_id": order.task_id, "run_id": str(run.pk), "full": order.full, "dry_run": order.dry_run}
    metadata["already_running"] = already_running
    metadata["store_url" if connection.store_url else "shop_domain"] = connection.address
    record_audit(f"{connection.provider}_sync_triggered", connection.tenant, subject=str(connection), metadata=metadata)


def _queue(
    connection: StoreConnection, order: Order, *, only_ids: Iterable[str] | None = None, wait: int = 0, done: int = 0, total: int = 0,
    cursor: Any = None,
) -> Run:  # fmt: skip
    whole = not (order.part or order.dry_run)
    with transaction.atomic():
        run = queue_run(
            connection.tenant, RunKind.IMPORT, TASK, total=total, params=order.as_params(), cursor=cursor or {},
            subject=subject_of(connection.pk), wait=wait,
        )  # fmt: skip
        take(connection, run, **({"last_import": run} if whole else {}))
        if only_ids is not None:
            keep_ids(run, only_ids)
        if done:
            Run.objects.filter(pk=run.pk).update(done=done)
            run.done = done
    return run


def _living(run: Run) -> StoreConnection:
    """The shop of an ended import. Raises NotReady."""
    connection = connection_of(run)
    if not is_import(run) or connection is None:
        raise NotReady(REMOVED if is_import(run) else "This run is no import of a shop.")
    if run.is_open:
        raise NotReady("The import is still at work. Cancel it or wait for its end first.")
    return connection


def _leads_somewhere(run: Run, connection: StoreConnection) -> bool:
    """Whether an ended run's cursor still says how far the shop was read."""
    order, last = order_of(run), run.finished_at or run.created_at
    newer = Run.objects.for_tenant(run.tenant_id).filter(kind=RunKind.IMPORT, subject=run.subject, created_at__gt=run.created_at)
    newer = newer.filter(params__dry_run=False)
    same_shop = order.store_url == connection.address
    return bool(run.cursor) and not order.dry_run and same_shop and database_now() - last < FRESH_FOR and not newer.exists()
