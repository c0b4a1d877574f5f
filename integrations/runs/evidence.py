"""What the end of an import leaves behind, however it came about: a row in the log, a line, counters, and the connection's dates."""

import logging
from typing import Any

from django.db import transaction

from common import metering
from integrations.models import LogStatus, StoreConnection, WebhookLog
from integrations.runs.orders import Order, order_of
from integrations.runs.pace import jumped
from integrations.runs.progress import OURS
from integrations.runs.results import connection_of, is_import, result_of
from operations.models import Run, RunKind, RunStatus
from operations.services import when_a_run_ends

logger = logging.getLogger("imports")
EVENT = "product_sync"
OUTCOMES = ("created", "updated", "unchanged", "inactive", "errors")
LONGEST_MS = 2**31 - 1


def note_end(run: Run) -> None:
    """Called in the transaction that ends the run. A dry run leaves a line only: nothing was synchronised."""
    if not is_import(run):
        return
    if run.status == RunStatus.COMPLETED:  # Nobody goes on there; what it notes of a large shop is long.
        run.cursor = {OURS: (run.cursor or {}).get(OURS, {})}
        Run.objects.filter(pk=run.pk).update(cursor=run.cursor)
    order = order_of(run)
    _say(run, order)
    if order.dry_run:
        return
    connection = connection_of(run)
    if connection is not None:
        _log(run, order, connection)
        if not order.part:
            _note_at_shop(run, connection)
    for name in OUTCOMES:
        if number := result_of(run)[name]:
            metering.observe("imported_products", name, count=number)


def _say(run: Run, order: Order) -> None:
    """One line; counts in a field of their own, as "created" is a word that logging keeps for itself."""
    result = result_of(run)
    figures = {name: result[name] for name in ("synced", "errors", "inactive", "duration")}
    facts = {"tenant": run.tenant.sub_domain, "run_id": str(run.pk), "task_id": order.task_id, "dry_run": order.dry_run, **figures}
    where = order.store_url or run.subject
    logger.info("Import of %s: %s", where, run.get_status_display().lower(), extra={**facts, "counts": dict(run.counts)})


def _log(run: Run, order: Order, connection: StoreConnection) -> None:
    good = run.status == RunStatus.COMPLETED
    result = result_of(run)
    payload = {"run_id": str(run.pk), "task_id": order.task_id, "store_url": order.store_url, "status": str(run.status), **result}
    WebhookLog.objects.create(
        tenant=run.tenant, connection=connection, provider=connection.provider, event=EVENT, payload={**payload, "part": order.part},
        status=LogStatus.SUCCESS if good else LogStatus.ERROR, error="" if good else run.message,
        processing_time_ms=min(int(result["duration"] * 1000), LONGEST_MS),
    )  # fmt: skip


def _note_at_shop(run: Run, connection: StoreConnection) -> None:
    """A cancelled one says nothing about the shop."""
    shop = StoreConnection.objects.filter(pk=connection.pk)
    if run.status == RunStatus.FAILED:
        shop.update(failed_import=run)
    if run.status != RunStatus.COMPLETED:
        return
    values: dict[str, Any] = {"imported_at": run.finished_at, "product_count": run.total, "failed_import": None}
    if jumped(connection.product_count, run.total):
        values |= {"count_before": connection.product_count, "count_jumped_at": run.finished_at}
    shop.update(**values)


def keep_learnt(used: StoreConnection, learnt: dict[str, Any]) -> None:
    """What the adapter found out about the shop, for the next time; not when the connection leads to another shop by now.

    Only what differs from what it began with: the rest may be older than what another worker has written down meanwhile.
    """
    known: Any = used.facts if isinstance(used.facts, dict) else {}
    news = {name: value for name, value in learnt.items() if name not in known or known[name] != value}
    if not news:
        return
    with transaction.atomic():
        fresh = StoreConnection.objects.select_for_update(of=("self",)).defer("credentials").filter(pk=used.pk).first()
        if fresh is None or fresh.address != used.address:
            return
        facts = {**fresh.facts, **news}
        if facts != fresh.facts:
            StoreConnection.objects.filter(pk=fresh.pk).update(facts=facts)


def register() -> None:
    """Called when Django starts."""
    when_a_run_ends(RunKind.IMPORT, note_end)
