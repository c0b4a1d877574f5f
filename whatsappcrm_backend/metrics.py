"""/metrics for Prometheus: read from our own tables at the moment of asking, so that every process tells the same truth."""

import hmac
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from django.conf import settings
from django.db.models import Count, F, Min, Q
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from common.clock import database_now
from common.doorbell import lost_rings_so_far
from meta_integration.models import Catalog, CatalogBatch, CatalogChange, CatalogItem
from operations.models import OPEN_STATUSES, Alert, Run
from products_and_services.models import Product, SyncStatus


def metrics(request: HttpRequest) -> HttpResponse:
    """The exposition text; 401 without `Authorization: Bearer METRICS_TOKEN`, except for a loopback peer that no proxy stands before."""
    if not may_read(request):
        return HttpResponse("A bearer token is needed: METRICS_TOKEN.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry(auto_describe=False)
    registry.register(TableCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def may_read(request: HttpRequest) -> bool:
    """An empty METRICS_TOKEN never matches."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if settings.METRICS_TOKEN and hmac.compare_digest(given, settings.METRICS_TOKEN.encode()):
        return True
    forwarded = any(name.lower().startswith("x-forwarded-") for name in request.headers)
    return not forwarded and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


class TableCollector:
    """What an operator watches: states, the age of the queue, pauses, runs, alerts."""

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: the names are only known with the data."""
        return []

    def collect(self) -> Iterator[Metric]:
        """One scrape; a handful of aggregate queries."""
        yield _products()
        yield from _queue()
        yield _gauge("whatsappcrm_open_batches", "Batches at Meta whose outcome is still to come",
                     CatalogBatch.objects.filter(poll_at__isnull=False).count())  # fmt: skip
        paused = Catalog.objects.filter(is_current=True).filter(Q(paused_at__isnull=False) | Q(config__paused_at__isnull=False))
        yield _gauge("whatsappcrm_paused_catalogs", "Catalogs that may not be called now", paused.count())
        yield _gauge("whatsappcrm_open_runs", "Runs that have not ended", Run.objects.filter(status__in=OPEN_STATUSES).count())
        yield _gauge("whatsappcrm_open_alerts", "Alerts that nobody has closed", Alert.objects.filter(closed_at__isnull=True).count())
        yield _gauge("whatsappcrm_lost_doorbells", "Doorbells the broker did not take, in this process", lost_rings_so_far())


def _products() -> Metric:
    family = GaugeMetricFamily("whatsappcrm_products", "Products by Meta sync status", labels=["tenant", "status"])
    rows = Product.objects.values_list("tenant__sub_domain", "meta_sync_status").annotate(count=Count("pk")).order_by()
    for tenant, status, count in rows:
        family.add_metric([tenant, SyncStatus(status).value], count)
    return family


def _queue() -> Iterator[Metric]:
    waiting = CatalogItem.objects.filter(~Q(mark=F("done")), catalog__is_current=True)
    yield _gauge("whatsappcrm_waiting_items", "Items whose newest version is not settled", waiting.count())
    changes = CatalogChange.objects.aggregate(count=Count("pk"), oldest=Min("marked_at"))
    yield _gauge("whatsappcrm_waiting_changes", "Changed products not yet expanded to items", changes["count"])
    age = (database_now() - changes["oldest"]).total_seconds() if changes["oldest"] else 0
    yield _gauge("whatsappcrm_oldest_change_seconds", "Age of the oldest of them", max(age, 0))


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
