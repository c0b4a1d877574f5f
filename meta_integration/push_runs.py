"""Push runs: "send everything (or these) to Meta" as a Run with progress and, at the end, one issue per product that is not there.

The sending itself is the engine's; a run only watches the rows it leaves, so it survives every worker's death: whoever drains or sweeps
next moves it on. Cancelling ends the watching; what is queued still goes.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Max, Q, QuerySet

from common.clock import database_now
from meta_integration.catalog.connect import announce_all
from meta_integration.models import Catalog, CatalogChange, CatalogItem, ItemState
from meta_integration.needs import sort_out
from meta_integration.status import NOT_CONNECTED, stopped
from operations.models import OPEN_STATUSES, Run, RunIssue, RunKind, RunStatus
from operations.services import advance_run, finish_run, start_run
from products_and_services.models import Product, SyncStatus
from products_and_services.services import send_again
from tenants.models import Tenant
from tenants.services import record_audit

MOST_ISSUES = 1_000
LOOK_EVERY = timedelta(seconds=1)
TRIED = (ItemState.RETRY, ItemState.REJECTED, ItemState.FAILED)
COUNTED_AS = {
    SyncStatus.REJECTED: "rejected",
    SyncStatus.FAILED: "gave_up",
    SyncStatus.RETRY: "retry",
    SyncStatus.PAUSED: "paused",
    SyncStatus.HIDDEN: "hidden",
    SyncStatus.NOT_SYNCED: "skipped",
}
FALLBACK = {
    SyncStatus.RETRY: "Not answered yet; it is tried again by itself.",
    SyncStatus.PAUSED: "Sending to Meta is paused. The product goes when it is resumed.",
    SyncStatus.FAILED: "Five attempts failed. Use “Reset Meta sync attempts” when the cause is mended.",
    SyncStatus.REJECTED: "Meta refuses this product as it is.",
    SyncStatus.HIDDEN: "Hidden at Meta.",
}


def start_push(tenant: Tenant, product_ids: Iterable[int] | None = None) -> Run:
    """Queues all products of the business, or those named, as a new Run of kind push, and notes it in the audit log.

    total counts what was asked for; ids that are no products of this business end as failed. Works without broker or configuration.
    """
    asked = None if product_ids is None else sorted(set(product_ids))
    with transaction.atomic():
        if asked is None:
            products = Product.objects.for_tenant(tenant)
            params = {"all": True, "up_to": products.aggregate(last=Max("pk"))["last"] or 0}
            run = start_run(tenant, RunKind.PUSH, total=products.count(), params=params, phase="sending")
            announce_all(tenant, restart=True)
        else:
            run = start_run(tenant, RunKind.PUSH, total=len(asked), params={"product_ids": asked}, phase="sending")
            send_again(tenant.pk, asked)
        record_audit("meta_sync_triggered", tenant, subject=str(run), metadata={"run_id": str(run.pk), "total_products": run.total})
    if not run.total:
        finish_run(run)
    return run


def refresh_push_runs(tenant_id: UUID | None = None, *, catalog_pk: int | None = None, now_please: bool = False) -> None:
    """Moves the open push runs of one business (named by id or by one of its catalogs; neither: of all) on, and ends finished ones.

    Looks at each run at most once a second unless `now_please`; a handful of queries per run, whatever the number of products.
    """
    runs = Run.objects.filter(kind=RunKind.PUSH, status__in=OPEN_STATUSES).select_related("tenant")
    if tenant_id is not None:
        runs = runs.filter(tenant_id=tenant_id)
    if catalog_pk is not None:
        runs = runs.filter(tenant__catalogs=catalog_pk)
    open_runs = list(runs)
    if not open_runs:
        return
    now = database_now()
    for run in open_runs:
        if now_please or run.heartbeat_at is None or abs(now - run.heartbeat_at) >= LOOK_EVERY:
            _refresh(run)


def _refresh(run: Run) -> None:
    if not run.tenant.is_active:
        finish_run(run, RunStatus.FAILED, message="The business is switched off: nothing is sent.")
        return
    selected = _selected(run)
    unfinished = _unfinished(run.tenant)
    waiting = selected.filter(unfinished).count()
    counts = _counts(run, selected.exclude(unfinished) if waiting else selected, waiting)
    if waiting:
        advance_run(run, done=max(run.total - waiting, 0), counts=counts)
        return
    with transaction.atomic():
        # Products deleted or added meanwhile change the sum: the end tells what really was.
        total = counts["synced"] + counts["failed"]
        if advance_run(run, done=total, counts=counts) and finish_run(run, message=_message(counts)):
            Run.objects.filter(pk=run.pk).update(total=total)
            RunIssue.objects.bulk_create(_issues(run, selected))


def _selected(run: Run) -> QuerySet[Product]:
    products = Product.objects.for_tenant(run.tenant_id).order_by("pk")
    if run.params.get("all"):
        return products.filter(pk__lte=run.params["up_to"])
    return products.filter(pk__in=run.params.get("product_ids", []))


def _unfinished(tenant: Tenant) -> Q:
    """Products that still have something on the way: a change not looked at, an item not tried yet, an open call or handle.

    What waits in a catalog that may not be called has its result for now: paused. Uncorrelated subqueries: with correlated ones SQLite
    walks the catalog's whole index once per product.
    """
    catalogs = Catalog.objects.for_tenant(tenant).filter(is_current=True, config__is_active=True).exclude(stopped(database_now()))
    items = CatalogItem.objects.filter(~Q(mark=F("done")), catalog_id__in=list(catalogs.values_list("pk", flat=True)))
    on_the_way = items.filter(~Q(state__in=TRIED) | Q(batch__isnull=False) | Q(in_flight=True), product_id__isnull=False)
    changed = CatalogChange.objects.for_tenant(tenant)
    return Q(pk__in=changed.order_by().values("product_id")) | Q(pk__in=on_the_way.order_by().values("product_id"))


def _counts(run: Run, finished: QuerySet[Product], waiting: int) -> dict[str, int]:
    """synced, failed (everything Meta does not show, for whatever reason) and what the failed ones are."""
    by_status = dict(finished.order_by().values_list("meta_sync_status").annotate(number=Count("pk")))
    counts = {"synced": by_status.get(SyncStatus.SYNCED, 0), "failed": 0}
    counts |= {name: by_status[status] for status, name in COUNTED_AS.items() if by_status.get(status)}
    if not run.params.get("all") and (unknown := run.total - waiting - sum(by_status.values())) > 0:
        counts["unknown"] = unknown
    counts["failed"] = sum(counts.values()) - counts["synced"]
    return counts


def _message(counts: dict[str, int]) -> str:
    parts = [f"{counts[name]} {name.replace('_', ' ')}" for name in (*COUNTED_AS.values(), "unknown") if counts.get(name)]
    texts = [f"Of the {counts['failed']} that Meta does not show: {', '.join(parts)}."] if parts else []
    if counts.get("retry"):
        texts.append("Those to retry are tried again by themselves.")
    if counts.get("paused"):
        texts.append("Those that are paused go when sending is resumed.")
    if counts["failed"] > MOST_ISSUES:
        texts.append(f"The first {MOST_ISSUES} problems are listed.")
    return " ".join(texts)


def _issues(run: Run, selected: QuerySet[Product]) -> list[RunIssue]:
    """One per product that Meta does not show, with its reason in words; bounded."""
    columns = ("pk", "name", "meta_sync_status", "meta_sync_last_error")
    rows = list(selected.exclude(meta_sync_status=SyncStatus.SYNCED).values_list(*columns)[:MOST_ISSUES])
    unsaid = [pk for pk, _name, status, error in rows if status == SyncStatus.NOT_SYNCED and not error]
    needs = {product.id: need for product, need, _partly in sort_out(run.tenant, unsaid) if need}
    issues = []
    for pk, name, status, error in rows:
        need = needs.get(pk)
        text = error or (need.text if need else FALLBACK.get(status, NOT_CONNECTED))
        issues.append(RunIssue(run=run, product_id=pk, subject=name[:200], code=need.code if need else status, message=text))
    return issues + _unknown(run, selected, MOST_ISSUES - len(issues))


def _unknown(run: Run, selected: QuerySet[Product], most: int) -> list[RunIssue]:
    if run.params.get("all") or most <= 0:
        return []
    missing = sorted(set(run.params.get("product_ids", [])) - set(selected.values_list("pk", flat=True)))
    return [RunIssue(run=run, product_id=pk, code="unknown", message="There is no product with this id.") for pk in missing[:most]]
