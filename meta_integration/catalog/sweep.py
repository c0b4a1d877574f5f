"""The minute sweep: what no doorbell announced. Rings every catalog that has something to do; marks what the clock alone has changed."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from common.doorbell import ring
from common.lease import LEASE_LENGTH
from meta_integration.catalog.asks import ASK_AFTER
from meta_integration.catalog.changes import DEBOUNCE
from meta_integration.catalog.drain import due_items
from meta_integration.catalog.pause import end_if_over, is_paused
from meta_integration.catalog.polls import POLL_PAUSES
from meta_integration.catalog.summary import refresh_catalog_summaries
from meta_integration.catalog.verdict_asks import catalogs_to_ask
from meta_integration.models import Catalog, CatalogBatch, CatalogChange, CatalogItem
from tenants.models import Tenant


def sweep(now: datetime) -> list[int]:
    """Rings every catalog with due work and returns their primary keys; tenants without a catalog have their changes expanded."""
    mark_boundaries(now)
    _end_pauses(now)
    catalogs = list(catalogs_with_work(now).values_list("pk", flat=True))
    for pk in catalogs:
        ring("meta_integration.tasks.drain_catalog", pk)
    for pk in catalogs_to_ask(now).values_list("pk", flat=True):
        ring("meta_integration.tasks.ask_verdicts", pk)
    for tenant_id in tenants_without_catalog(now):
        ring("meta_integration.tasks.drain_tenant", str(tenant_id))
    return catalogs


def mark_boundaries(now: datetime) -> int:
    """Items whose sale has opened or closed get a new mark. Returns how many."""
    reached = CatalogItem.objects.filter(boundary_at__lte=now, catalog__is_current=True)
    return reached.update(mark=F("mark") + 1, boundary_at=None)


def catalogs_with_work(now: datetime) -> QuerySet[Catalog]:
    """Callable catalogs with a due change, item, handle or look-up, or with a lease whose holder has died."""
    inside = {"catalog": OuterRef("pk")}
    changes = CatalogChange.objects.filter(_change_due(now), tenant=OuterRef("tenant"))
    items = CatalogItem.objects.filter(due_items(now), **inside)
    asks = CatalogItem.objects.filter(_due("ask_at", now, ASK_AFTER), ask_at__isnull=False, batch__isnull=True, in_flight=False, **inside)
    batches = CatalogBatch.objects.filter(_due("poll_at", now, POLL_PAUSES[-1]), poll_at__isnull=False, **inside)
    callable_ones = Catalog.objects.filter(is_current=True, tenant__is_active=True, config__is_active=True)
    dead_lease = ~Q(lease_token="") & _due("lease_expires_at", now, LEASE_LENGTH)
    return callable_ones.filter(Exists(changes) | Exists(items) | Exists(asks) | Exists(batches) | dead_lease)


def tenants_without_catalog(now: datetime) -> list:
    """Active businesses with due changes but nowhere to send them: their outbox must not grow for ever."""
    changes = CatalogChange.objects.filter(_change_due(now), tenant=OuterRef("pk"))
    current = Catalog.objects.filter(is_current=True, tenant=OuterRef("pk"))
    return list(Tenant.objects.filter(Exists(changes), ~Exists(current), is_active=True).values_list("pk", flat=True))


def _end_pauses(now: datetime) -> None:
    for catalog in Catalog.objects.filter(is_current=True, paused_until__isnull=False).select_related("tenant", "config"):
        if not is_paused(catalog, now):
            end_if_over(catalog, now)
            refresh_catalog_summaries(catalog)


def _change_due(now: datetime) -> Q:
    return _due("due_at", now, DEBOUNCE)


def _due(column: str, now: datetime, longest: timedelta) -> Q:
    return Q(**{f"{column}__lte": now}) | Q(**{f"{column}__gt": now + longest})
