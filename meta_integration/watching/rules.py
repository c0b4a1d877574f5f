"""The alert rules of this room; each looks at all businesses at once. Figures: thresholds.py. Meaning: docs/monitoring.md."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse

from meta_integration.catalog.pause import PAUSED_REMEDY, paused_alert_key
from meta_integration.links import products_url
from meta_integration.models import Catalog, CatalogChange, CatalogItem, CatalogWatch, ItemState, ItemVerdict, MetaState
from meta_integration.remedies import remedy_for_code
from meta_integration.watching import queue
from meta_integration.watching.auto_pause import auto_pauses
from meta_integration.watching.thresholds import (
    LEAST_REJECTED_ENDS,
    OLDEST,
    REJECTED_SHARE_ENDS,
    drift_is_large,
    drifted,
    queue_is_stuck,
    rejected_share_is_high,
    same_failures_are_many,
    throttled_long,
)
from operations import heartbeats
from operations.alerting.rules import Cause, Finding, register_rule
from operations.models import Run, RunKind, RunStatus
from products_and_services.models import SyncStatus

COMPARED_WITHIN = timedelta(days=3)
QUEUE_REMEDY = (
    "Are the workers running, and does Meta answer? The dashboard says what is paused. Nothing is lost; “Sync now” on a product shows "
    "what Meta answers."
)
LIVING = {"is_current": True, "tenant__is_active": True, "config__is_active": True}
LIVING_ITEMS = {f"catalog__{name}": value for name, value in LIVING.items()}


def paused_catalogs(_now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """Stopped until a person acts. Opened at once by pause.py as well, under the same key; here it closes, however the pause ended."""
    for catalog in Catalog.objects.filter(paused_at__isnull=False, paused_until__isnull=True, **LIVING):
        yield Finding(
            catalog.tenant_id, paused_alert_key(catalog.pk), f"Catalog {catalog.catalog_id} is paused: {catalog.pause_reason}",
            PAUSED_REMEDY, _config_link(),
        )  # fmt: skip


def throttled_catalogs(_now: datetime, open_causes: frozenset[Cause]) -> Iterator[Finding]:
    """Meta has throttled for an hour in sum."""
    for watch in _watches().filter(throttled__gt=0):
        key = f"throttled-{watch.catalog_id}"
        if throttled_long(watch.throttled, is_open=_is_open(key, watch.catalog.tenant_id, open_causes)):
            yield Finding(
                watch.catalog.tenant_id, key, f"Meta has throttled catalog {watch.catalog.catalog_id} for an hour",
                "Sending goes on by itself whenever Meta allows it, and nothing is lost. Does another program use the same app or catalog? "
                "If it stays so, ask Meta for a higher limit.",
                _config_link(),
            )  # fmt: skip


def growing_queues(now: datetime, open_causes: frozenset[Cause]) -> Iterator[Finding]:
    """What should go out does not: the next in line, or a change that nobody expands, is ten minutes old; or ever more wait.

    Nothing new is said while the workers have only just come back: what waits is old then, and on its way.
    """
    queue.look(now)
    just_started = heartbeats.running_for(now) < heartbeats.SETTLED_AFTER
    for finding in _queues(now):
        if not just_started or finding.cause in open_causes:
            yield finding


def _queues(now: datetime) -> Iterator[Finding]:
    changes = CatalogChange.objects.filter(tenant__in=queue.callable_catalogs(now).values("tenant"))
    old = changes.values_list("tenant").annotate(count=Count("pk"), oldest=Min("marked_at")).order_by()
    for tenant_id, count, _oldest in old.filter(oldest__lte=now - OLDEST):
        yield Finding(
            tenant_id, "queue-changes", f"{count} changed products wait, the oldest for more than ten minutes", QUEUE_REMEDY,
            products_url(status=SyncStatus.SYNCING),
        )  # fmt: skip
    for watch in _watches().filter(head_since__isnull=False):
        waited = now - watch.head_since if watch.head_since else None
        if queue_is_stuck(waited, watch.rises):
            yield Finding(
                watch.catalog.tenant_id, f"queue-{watch.catalog_id}",
                f"{watch.waiting} items wait for catalog {watch.catalog.catalog_id}, and they do not get fewer", QUEUE_REMEDY,
                products_url(status=SyncStatus.SYNCING),
            )  # fmt: skip


def repeated_failures(_now: datetime, open_causes: frozenset[Cause]) -> Iterator[Finding]:
    """Several items fail with one and the same code (None: no answer came). Refused items have a rule of their own."""
    failing = CatalogItem.objects.filter(state__in=(ItemState.RETRY, ItemState.FAILED), **LIVING_ITEMS)
    rows = failing.values_list("catalog__tenant", "catalog", "catalog__catalog_id", "error_code").annotate(count=Count("pk")).order_by()
    for tenant_id, pk, catalog_id, code, count in rows:
        key = f"failing-{pk}-{'none' if code is None else code}"
        if same_failures_are_many(count, is_open=_is_open(key, tenant_id, open_causes)):
            remedy = remedy_for_code(code)
            yield Finding(
                tenant_id, key, f"{count} items of catalog {catalog_id} fail in the same way: {remedy.meaning}", remedy.to_do,
                products_url(status=SyncStatus.RETRY),
            )  # fmt: skip


def rejected_shares(_now: datetime, open_causes: frozenset[Cause]) -> Iterator[Finding]:
    """Refused when sent, or found wanting by Meta's review afterwards."""
    refused = {pk: count for pk, count in _refused_items().items() if count > LEAST_REJECTED_ENDS}
    for catalog in Catalog.objects.filter(pk__in=refused):
        bad, key = refused[catalog.pk], f"rejected-{catalog.pk}"
        sent = _sent_items(catalog, at_most=int(bad / REJECTED_SHARE_ENDS) + 1)
        if rejected_share_is_high(bad, sent, is_open=_is_open(key, catalog.tenant_id, open_causes)):
            yield Finding(
                catalog.tenant_id, key, f"Meta rejects {bad} of {sent} items in catalog {catalog.catalog_id}",
                "Open the rejected products: each page (“Why is it not live?”) says what Meta objects to. Correct one, save it, and see "
                "whether Meta takes it before you correct the others.",
                products_url(status=SyncStatus.REJECTED),
            )  # fmt: skip


def _refused_items() -> Counter[int]:
    """{catalog: how many}: two small reads of their own indexes; neither looks at the many items that are well."""
    at_once = CatalogItem.objects.filter(state=ItemState.REJECTED, **LIVING_ITEMS)
    living = {f"item__{name}": value for name, value in LIVING_ITEMS.items()}
    afterwards = ItemVerdict.objects.filter(state=MetaState.REJECTED, item__was_sent=True, **living)
    afterwards = afterwards.exclude(item__state__in=(ItemState.REJECTED, ItemState.GONE))
    refused = Counter(dict(at_once.values_list("catalog").annotate(count=Count("pk")).order_by()))
    return refused + Counter(dict(afterwards.values_list("item__catalog").annotate(count=Count("pk")).order_by()))


def _sent_items(catalog: Catalog, at_most: int) -> int:
    """Counts no further than the question needs: with so many the share is low, and a catalog may have a million."""
    sent = CatalogItem.objects.filter(Q(was_sent=True) | Q(state=ItemState.REJECTED), catalog=catalog).exclude(state=ItemState.GONE)
    return sent.order_by()[:at_most].count()


def drifted_catalogs(now: datetime, open_causes: frozenset[Cause]) -> Iterator[Finding]:
    """The newest completed comparison of a catalog found much that was not as wanted."""
    runs = Run.objects.filter(kind=RunKind.RECONCILE, status=RunStatus.COMPLETED, finished_at__gte=now - COMPARED_WITHIN)
    runs = runs.exclude(params__has_key="chosen")  # A run that only mends a selection has looked at nothing else.
    newest = {(run.tenant_id, str(run.params.get("catalog"))): run for run in runs.order_by("finished_at")}
    current = {(one.tenant_id, one.catalog_id): one.pk for one in Catalog.objects.filter(**LIVING)} if newest else {}
    for cause, run in newest.items():
        if cause not in current:
            continue
        key = f"drift-{current[cause]}"
        if drift_is_large(run.counts, is_open=_is_open(key, run.tenant_id, open_causes)):
            yield Finding(
                run.tenant_id, key, f"{drifted(run.counts)} items of catalog {cause[1]} were not at Meta what they are here",
                "Does somebody, or another program, edit the catalog at Meta? The run lists each difference and what was done. Press "
                "“Compare with Meta” to look again: this closes when a comparison finds few.",
                reverse("admin:operations_run_change", args=[run.pk]),
            )  # fmt: skip


def held_removals(_now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """The brake holds. Opened at once by the comparison as well, under the same key."""
    for catalog in Catalog.objects.filter(held_removals__gt=0, **LIVING):
        yield Finding(
            catalog.tenant_id, f"removals-held-{catalog.pk}",
            f"{catalog.held_removals} items would be removed from catalog {catalog.catalog_id}",
            "Their products are gone here although nobody deleted them through this system. If that is right, allow the removal on the "
            "catalog's page; otherwise restore the products. Everything else goes on.",
            _config_link(),
        )  # fmt: skip


def _watches() -> QuerySet[CatalogWatch]:
    return CatalogWatch.objects.filter(**LIVING_ITEMS).select_related("catalog")


def _is_open(key: str, tenant_id: object, open_causes: frozenset[Cause]) -> bool:
    return (tenant_id, key) in open_causes


def _config_link() -> str:
    return reverse("admin:meta_integration_metaappconfig_changelist")


def register() -> None:
    """Called when Django starts."""
    register_rule("catalog_paused", paused_catalogs)
    register_rule("throttled_long", throttled_catalogs)
    register_rule("growing_queue", growing_queues)
    register_rule("repeated_failures", repeated_failures)
    register_rule("rejected_share", rejected_shares)
    register_rule("drift", drifted_catalogs)
    register_rule("removals_held", held_removals)
    register_rule("auto_pause", auto_pauses)
