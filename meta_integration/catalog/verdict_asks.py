"""Asking Meta for its verdicts: what is due is looked up by retailer_id, 50 a call. Sends nothing and needs no lease."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, QuerySet

from common.clock import database_now
from common.errors import NeedsConfigurationError, RemoteError
from meta_integration.catalog import verdict
from meta_integration.catalog.pause import is_callable, is_resting, pause_for
from meta_integration.catalog.verdicts import DAILY, PAUSES, take_in
from meta_integration.catalog_service import LOOK_UP_AT_ONCE, MetaCatalogService, service_for
from meta_integration.models import Catalog, CatalogItem, ItemVerdict

CALLS_PER_ROUND = 10  # 500 items; then other work has its turn.


def due_verdicts(now: datetime) -> QuerySet[ItemVerdict]:
    """Whatever is to be asked now, of items that can be looked up; a time further ahead than a day's reading is a clock that jumped."""
    due = Q(due_at__lte=now) | Q(due_at__gt=now + DAILY)
    return ItemVerdict.objects.filter(due, item__batch__isnull=True, item__in_flight=False)


def catalogs_to_ask(now: datetime) -> QuerySet[Catalog]:
    """Connected catalogs with due verdicts. Paused ones are left out when their turn comes."""
    due = due_verdicts(now).order_by().values("item__catalog")
    return Catalog.objects.filter(pk__in=due, is_current=True, tenant__is_active=True, config__is_active=True)


def ask_verdicts(catalog_pk: int, clock: Callable[[], datetime] = database_now, *, calls: int = CALLS_PER_ROUND) -> bool:
    """One round for one catalog: at most so many calls. True when more is due and the catalog can be asked at once."""
    catalog = Catalog.objects.select_related("tenant", "config__tenant").filter(pk=catalog_pk).first()
    if catalog is None or not is_callable(catalog, clock()) or is_resting(catalog, clock()):
        return False
    service = service_for(catalog)
    try:
        for _ in range(calls):
            if not _ask_some(catalog, service, clock):
                return False
    except RemoteError as error:
        # What reading says of an outage is not counted: sending rests by its own failures only. The question is asked again by its date.
        if isinstance(error, NeedsConfigurationError) or error.retry_after is not None:
            pause_for(catalog, error, clock())
        return False
    return due_verdicts(clock()).filter(item__catalog=catalog).exists()


def _ask_some(catalog: Catalog, service: MetaCatalogService, clock: Callable[[], datetime]) -> bool:
    """One call. False when nothing was due. The next date is written before the call: a death, or a second worker, asks nothing twice."""
    began = clock()
    due = due_verdicts(began).filter(item__catalog=catalog).order_by("due_at", "pk")[:LOOK_UP_AT_ONCE]
    wanted = dict(due.values_list("item_id", "item__retailer_id"))
    if not wanted:
        return False
    ItemVerdict.objects.filter(item_id__in=wanted).update(due_at=began + PAUSES[1])
    found = service.find_items(wanted.values(), fields=f"id,retailer_id,{verdict.FIELDS}")
    take_in(catalog, found.values(), began, clock())
    _look_for([pk for pk, retailer_id in wanted.items() if retailer_id not in found], clock())
    return True


def _look_for(item_ids: list[int], now: datetime) -> None:
    """Meta does not know these items: whether that is right is for the engine's own look-up to say, and to mend."""
    if item_ids:
        ItemVerdict.objects.filter(item_id__in=item_ids).update(due_at=None)
        CatalogItem.objects.filter(pk__in=item_ids, ask_at__isnull=True).update(ask_at=now)
