"""What /metrics tells, read from our own tables at the moment of asking, so that every process tells the same truth.

Names and meanings: docs/monitoring.md (a test compares). Counters come from operations.models.Tally, to which all processes add.
"""

import platform
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

import django
from django.conf import settings
from django.db.models import Count, F, Min, Q
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily, Metric

from common.clock import database_now
from common.metering import BEYOND, BUCKETS
from meta_integration.models import Catalog, CatalogBatch, CatalogChange, CatalogItem, CatalogWatch
from meta_integration.standing import shown_items
from operations.backups.records import last_backup_at
from operations.heartbeats import last_seen
from operations.models import OPEN_STATUSES, Alert, AlertDelivery, Run, Tally
from products_and_services.models import Product, SyncStatus

# metric -> (name, help, labels)
HISTOGRAMS = {
    "meta_calls": ("whatsappcrm_meta_call_seconds", "Calls to Meta by edge and outcome", ("edge", "outcome")),
    "runs": ("whatsappcrm_run_seconds", "Runs that ended, by kind and how", ("kind", "status")),
    "alert_deliveries": ("whatsappcrm_alert_delivery_seconds", "Alert messages by channel and outcome", ("channel", "outcome")),
}


class TableCollector:
    """What an operator watches: states, the age of the queue, pauses, runs, alerts, calls."""

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: the names are only known with the data."""
        return []

    def collect(self) -> Iterator[Metric]:
        """One scrape; a handful of aggregate queries, however many businesses and products there are."""
        versions = {"python": platform.python_version(), "django": django.get_version(), "meta_api": settings.META_API_VERSION}
        yield InfoMetricFamily("whatsappcrm_build", "What is running", value=versions)
        yield _products()
        yield _verdicts()
        now = database_now()
        yield from _queue(now)
        yield from _operations(now)
        yield from _counted()


def _products() -> Metric:
    family = GaugeMetricFamily("whatsappcrm_products", "Products by Meta sync status", labels=["tenant", "status"])
    rows = Product.objects.values_list("tenant__sub_domain", "meta_sync_status").annotate(count=Count("pk")).order_by()
    for tenant, status, count in rows:
        family.add_metric([tenant, SyncStatus(status).value], count)
    return family


def _verdicts() -> Metric:
    family = GaugeMetricFamily("whatsappcrm_items_at_meta", "Items that Meta has, by what it says of them", labels=["tenant", "state"])
    items = shown_items(CatalogItem.objects.all()).exclude(meta_state=None).order_by()
    for tenant, state, count in items.values_list("catalog__tenant__sub_domain", "meta_state").annotate(count=Count("pk")):
        family.add_metric([tenant, state], count)
    return family


def _queue(now: datetime) -> Iterator[Metric]:
    waiting = CatalogItem.objects.filter(~Q(mark=F("done")), catalog__is_current=True)
    yield _gauge("whatsappcrm_waiting_items", "Items whose newest version is not settled", waiting.count())
    changes = CatalogChange.objects.aggregate(count=Count("pk"), oldest=Min("marked_at"))
    yield _gauge("whatsappcrm_waiting_changes", "Changed products not yet expanded to items", changes["count"])
    age = (now - changes["oldest"]).total_seconds() if changes["oldest"] else 0
    yield _gauge("whatsappcrm_oldest_change_seconds", "Age of the oldest of them", max(age, 0))
    head = CatalogWatch.objects.filter(catalog__is_current=True).aggregate(oldest=Min("head_since"))["oldest"]
    waited = (now - head).total_seconds() if head else 0
    yield _gauge("whatsappcrm_queue_age_seconds", "How long the next item in line has waited, in the slowest catalog", max(waited, 0))
    open_batches = CatalogBatch.objects.filter(poll_at__isnull=False).count()
    yield _gauge("whatsappcrm_open_batches", "Batches at Meta whose outcome is still to come", open_batches)
    paused = Catalog.objects.filter(is_current=True).filter(Q(paused_at__isnull=False) | Q(config__paused_at__isnull=False))
    yield _gauge("whatsappcrm_paused_catalogs", "Catalogs that may not be called now", paused.count())


def _operations(now: datetime) -> Iterator[Metric]:
    yield _gauge("whatsappcrm_open_runs", "Runs that have not ended", Run.objects.filter(status__in=OPEN_STATUSES).count())
    alerts = GaugeMetricFamily("whatsappcrm_open_alerts", "Alerts that nobody has closed", labels=["kind", "severity"])
    rows = Alert.objects.filter(closed_at__isnull=True).values_list("kind", "severity").annotate(count=Count("pk")).order_by()
    for kind, severity, count in rows:
        alerts.add_metric([kind, severity], count)
    yield alerts
    pending = AlertDelivery.objects.filter(next_attempt_at__isnull=False).count()
    yield _gauge("whatsappcrm_pending_alert_deliveries", "Alert messages that are still to be sent", pending)
    seen = last_seen()
    if seen is not None:  # Without the sample a rule with absent() tells that nothing ever ran.
        yield _gauge("whatsappcrm_sweep_age_seconds", "Since the last minute task", max((now - seen).total_seconds(), 0))
    backed_up = last_backup_at()
    if backed_up is not None:
        yield _gauge("whatsappcrm_backup_age_seconds", "Since the last complete backup", max((now - backed_up).total_seconds(), 0))


def _counted() -> Iterator[Metric]:
    rows: dict[str, list[Tally]] = defaultdict(list)
    for tally in Tally.objects.order_by("metric", "first", "second"):
        rows[tally.metric].append(tally)
    for metric, (name, text, labels) in HISTOGRAMS.items():
        yield _histogram(HistogramMetricFamily(name, text, labels=labels), metric, rows[metric])
    lost = sum(tally.count for tally in rows["lost_doorbells"])
    yield CounterMetricFamily("whatsappcrm_lost_doorbells", "Doorbells the broker did not take", value=lost)
    imported = CounterMetricFamily("whatsappcrm_imported_products", "Products that imports of shops looked at", labels=["outcome"])
    for tally in rows["imported_products"]:
        imported.add_metric([tally.first], tally.count)
    yield imported
    delivered = CounterMetricFamily("whatsappcrm_store_deliveries", "What shops delivered by webhook", labels=["provider", "outcome"])
    for tally in rows["store_deliveries"]:
        delivered.add_metric([tally.first, tally.second], tally.count)
    yield delivered


def _histogram(family: HistogramMetricFamily, metric: str, rows: list[Tally]) -> Metric:
    """The table counts each bucket apart; Prometheus wants running sums."""
    bounds = [*(f"{bound:g}" for bound in BUCKETS[metric]), BEYOND]
    series: dict[tuple[str, str], list[Tally]] = defaultdict(list)
    for tally in rows:
        series[tally.first, tally.second].append(tally)
    for labels, tallies in series.items():
        counts = {tally.le: tally.count for tally in tallies}
        sums = [sum(counts.get(bound, 0) for bound in bounds[: place + 1]) for place in range(len(bounds))]
        family.add_metric(list(labels), list(zip(bounds, sums, strict=True)), sum(tally.seconds for tally in tallies))
    return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
