"""What came of an import, in the keys that the faces, the log and the task promise; and which shop a run is about."""

from typing import Any

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf

from integrations.models import StoreConnection
from integrations.runs.orders import SUBJECT, order_of
from operations.models import Run, RunKind

NAMED = ("name", "store_url", "shop_domain")  # What a shop is called: the first of them that is not blank.


def is_import(run: Run) -> bool:
    """Whether the run reads a shop."""
    return run.kind == RunKind.IMPORT and run.subject.startswith(SUBJECT)


def connection_of(run: Run) -> StoreConnection | None:
    """The shop that an import is about, its keys not read yet; None when it was removed, or the run is none."""
    if not is_import(run):
        return None
    shops = StoreConnection.objects.for_tenant(run.tenant_id).select_related("tenant").defer("credentials")
    return shops.filter(pk=order_of(run).connection).first()


def with_shop(rows: QuerySet[Run]) -> QuerySet[Run]:
    """Lists of runs need the shop of each without a query per row. Adds `shop_name` (None: of no shop, or it was removed) and `only_looks`
    (True of a dry run)."""
    title = Coalesce(*(NullIf(name, Value("")) for name in NAMED), output_field=CharField())
    subject = Concat(Value(SUBJECT), Cast("pk", CharField()))
    shops = StoreConnection.objects.filter(tenant=OuterRef("tenant")).annotate(subject=subject, title=title)
    named = shops.filter(subject=OuterRef("subject")).order_by().values("title")[:1]
    return rows.annotate(shop_name=Subquery(named), only_looks=F("params__dry_run"))


def result_of(run: Run) -> dict[str, Any]:
    """{"synced", "created", "updated", "unchanged", "errors", "inactive", "duration"}; duration: seconds from its start to its end or now.

    synced: products that are here as the shop has them, changed or not; updated: also those that were linked to products entered here.
    """
    counts = {name: int(run.counts.get(name, 0)) for name in ("created", "updated", "unchanged", "inactive")}
    counts["updated"] += int(run.counts.get("linked", 0))
    result: dict[str, Any] = {"synced": counts["created"] + counts["updated"] + counts["unchanged"], **counts}
    return {**result, "errors": int(run.counts.get("failed", 0)), "duration": duration_of(run)}


def duration_of(run: Run) -> float:
    """Seconds from the first worker's start to the end (or the last sign of life), waiting for the shop included."""
    last = run.finished_at or run.heartbeat_at
    if run.started_at is None or last is None:
        return 0.0
    return max(round((last - run.started_at).total_seconds(), 3), 0.0)
