"""Draining a business's catalogs in this very process, for `sync_catalog --wait`: needs neither broker nor worker."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q

from common.clock import database_now
from meta_integration.catalog.connect import announce_all
from meta_integration.catalog.drain import drain_catalog
from meta_integration.catalog.expand import expand_due
from meta_integration.catalog.looks import look_at_pictures
from meta_integration.catalog.pause import is_callable
from meta_integration.models import Catalog, CatalogBatch, CatalogChange, CatalogItem, ItemState
from products_and_services.models import Product, SyncStatus
from products_and_services.pictures.links import has_unseen
from tenants.models import Tenant

SHORT_NAP, LONGEST_NAP = 0.2, 5.0  # seconds


@dataclass(frozen=True)
class Tally:
    """Products by how they stand now. waiting: not decided yet; paused: a catalog may not be called."""

    by_status: dict[str, int]
    waiting: int
    paused: bool

    @property
    def exit_code(self) -> int:
        """0 all right, 1 some failed, rejected or left to retry, 3 paused."""
        if self.paused:
            return 3
        trouble = (SyncStatus.FAILED, SyncStatus.REJECTED, SyncStatus.RETRY, SyncStatus.SYNCING)
        return int(any(self.by_status.get(status) for status in trouble))


def sync_now(
    tenant: Tenant,
    *,
    timeout: float,
    progress: Callable[[int, int], None],
    clock: Callable[[], datetime] = database_now,
) -> Tally:
    """Announces every product, tries each waiting item once (attempts are not reset) and follows open handles until they end.

    timeout: seconds at most. progress(done, total) is called with numbers of products.
    """
    catalogs = list(Catalog.objects.for_tenant(tenant).filter(is_current=True).select_related("tenant", "config"))
    total = announce_all(tenant)
    CatalogItem.objects.filter(catalog__in=catalogs, state=ItemState.RETRY).update(next_attempt_at=None)
    ends = clock() + timedelta(seconds=timeout)
    while clock() < ends:
        # Fresh change rows are still inside their debounce; a person who waits should not.
        CatalogChange.objects.for_tenant(tenant).filter(due_at__gt=clock()).update(due_at=clock())
        while expand_due(tenant, clock()):
            pass
        outcomes = [drain_catalog(catalog.pk, clock) for catalog in catalogs]
        progress(total - count_waiting(catalogs), total)
        if any(outcome.more for outcome in outcomes) or _looked_at_waiting(tenant, catalogs):
            continue
        naps = [outcome.nap for outcome in outcomes if outcome.nap is not None]
        if not any(outcome.busy for outcome in outcomes) and not _has_open_ends(catalogs, clock()):
            break
        time.sleep(min([SHORT_NAP if any(outcome.busy for outcome in outcomes) else LONGEST_NAP, *naps]))
    return tally(tenant, catalogs, clock())


def _looked_at_waiting(tenant: Tenant, catalogs: list[Catalog]) -> bool:
    """Looks at the pictures that items wait for, as nobody else may be there to do it. True when there is news."""
    held = CatalogItem.objects.filter(~Q(mark=F("done")), catalog__in=catalogs, attempts=0, next_attempt_at__isnull=False)
    ids = {pk for pk in held.values_list("product_id", flat=True) if pk is not None}
    if not ids or not has_unseen(tenant.pk, ids):
        return False
    while look_at_pictures(tenant.pk, ids):
        ids = set()
    return bool(held.update(next_attempt_at=None))


def tally(tenant: Tenant, catalogs: list[Catalog], now: datetime) -> Tally:
    """How the business's products stand."""
    rows = Product.objects.for_tenant(tenant).values_list("meta_sync_status").annotate(count=Count("pk"))
    fresh = Catalog.objects.filter(pk__in=[catalog.pk for catalog in catalogs]).select_related("tenant", "config")
    return Tally(dict(rows.order_by()), count_waiting(catalogs), paused=not all(is_callable(catalog, now) for catalog in fresh))


def count_waiting(catalogs: list[Catalog]) -> int:
    """Products with an item whose newest version is not settled."""
    waiting = CatalogItem.objects.filter(~Q(mark=F("done")), catalog__in=catalogs, product_id__isnull=False)
    return waiting.values("product_id").distinct().count()


def _has_open_ends(catalogs: list[Catalog], now: datetime) -> bool:
    fresh = Catalog.objects.filter(pk__in=[catalog.pk for catalog in catalogs]).select_related("tenant", "config")
    if not any(is_callable(catalog, now) for catalog in fresh):
        return False
    if CatalogBatch.objects.filter(catalog__in=catalogs, poll_at__isnull=False).exists():
        return True
    resting = Catalog.objects.filter(pk__in=[catalog.pk for catalog in catalogs], resting_until__gt=now).exists()
    untried = CatalogItem.objects.filter(~Q(mark=F("done")), catalog__in=catalogs, next_attempt_at__isnull=True).exists()
    return resting and untried
