"""Where items and products stand, on two sides kept apart. Ours: not sent, queued, sending, sent, needs help. Meta's: see MetaState.

The same rules in two forms: as conditions for lists and numbers, and for one item in memory; a test holds the two together.
"""

from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from meta_integration.models import IN_DOUBT, CatalogItem, ItemState, ItemVerdict, MetaState
from meta_integration.status import having_live_status
from products_and_services.models import Product, SyncStatus

WORST_FIRST = list(MetaState)
NOT_SHOWN = (ItemState.GONE, ItemState.HIDDEN, ItemState.SKIPPED)
OURS = {
    "not_sent": "Not sent",
    "queued": "Queued",
    "sending": "Sending",
    "sent": "Sent",
    "needs_help": "Needs help",
}
_OUR_STATUSES = {
    "not_sent": (SyncStatus.NOT_SYNCED,),
    "queued": (SyncStatus.SYNCING, SyncStatus.RETRY, SyncStatus.PAUSED),
    "sent": (SyncStatus.SYNCED, SyncStatus.HIDDEN),
    "needs_help": (SyncStatus.FAILED, SyncStatus.REJECTED),
}


# --- Meta's side -----------------------------------------------------------------------------------------------------------------
def meta_state_of(item: CatalogItem) -> MetaState | None:
    """Meta's side of one item (load it with select_related("verdict")); None when Meta has nothing that customers could see."""
    if not item.live_hash or item.state in NOT_SHOWN:
        return None
    verdict = verdict_of(item)
    if verdict is None:
        return None if item.live_hash == IN_DOUBT else MetaState.NOT_ASKED
    return MetaState(verdict.state) if is_about_this_version(verdict, item) else MetaState.PROCESSING


def verdict_of(item: CatalogItem) -> ItemVerdict | None:
    """The stored verdict, of whatever version."""
    return getattr(item, "verdict", None)


def is_about_this_version(verdict: ItemVerdict, item: CatalogItem) -> bool:
    """False while Meta has not yet said anything about the version it has now."""
    return verdict.asked_at is not None and verdict.rev == item.rev


def shown_items(items: QuerySet[CatalogItem]) -> Any:
    """Those that Meta has and may show, in catalogs that are in use; each with `meta_state`, NULL while its first call is under way."""
    current = Q(verdict__asked_at__isnull=False, verdict__rev=F("rev"))
    state = Case(
        When(current, then=F("verdict__state")),
        When(verdict__isnull=False, then=Value(MetaState.PROCESSING.value)),
        When(live_hash=IN_DOUBT, then=Value(None)),
        default=Value(MetaState.NOT_ASKED.value),
        output_field=CharField(),
    )
    shown = items.filter(catalog__is_current=True).exclude(live_hash="").exclude(state__in=NOT_SHOWN)
    return shown.annotate(meta_state=state)


def having_meta_state(products: QuerySet[Product], state: str) -> QuerySet[Product]:
    """Those of the products that have an item in this state. An uncorrelated subquery: evaluated once, not once per product."""
    items = shown_items(CatalogItem.objects.filter(product_id__isnull=False)).filter(meta_state=state)
    return products.filter(pk__in=items.order_by().values("product_id"))


def count_meta_states(items: QuerySet[CatalogItem]) -> dict[str, int]:
    """{state: products with an item in it}, in one query. Items whose product is gone stand in no list of products."""
    there = Exists(Product.objects.filter(pk=OuterRef("product_id")))
    found = shown_items(items.filter(there)).exclude(meta_state=None).order_by()
    return dict(found.values_list("meta_state").annotate(number=Count("product_id", distinct=True)))


def worst_of(items: list[CatalogItem]) -> CatalogItem | None:
    """The item whose state on Meta's side a product shows; None when Meta has none of them."""
    shown = [(state, item) for item in items if (state := meta_state_of(item)) is not None]
    return min(shown, key=lambda pair: WORST_FIRST.index(pair[0]))[1] if shown else None


# --- our side --------------------------------------------------------------------------------------------------------------------
def our_state(status: str, *, sending: bool) -> str:
    """Our side in one of five words. status: as shown now; sending: an item is in a call or in an open batch."""
    if sending and status not in _OUR_STATUSES["needs_help"]:
        return "sending"
    return next(name for name, statuses in _OUR_STATUSES.items() if status in statuses)


def is_sending(item: CatalogItem) -> bool:
    """True while a call or a batch with this item is under way."""
    return item.in_flight or item.batch_id is not None


def in_a_call() -> Q:
    """The same as a condition for items."""
    return Q(in_flight=True) | Q(batch__isnull=False)


def having_our_state(products: QuerySet[Product], state: str) -> QuerySet[Product]:
    """Those of the products whose own side is in this state."""
    sending = CatalogItem.objects.filter(in_a_call(), catalog__is_current=True, product_id__isnull=False).order_by().values("product_id")
    if state == "sending":
        return products.filter(pk__in=sending).exclude(meta_sync_status__in=_OUR_STATUSES["needs_help"])
    chosen = products.filter(pk__in=_with_status(products, _OUR_STATUSES[state]))
    return chosen if state == "needs_help" else chosen.exclude(pk__in=sending)


def _with_status(products: QuerySet[Product], statuses: tuple[SyncStatus, ...]) -> QuerySet:
    found = having_live_status(products, statuses[0])
    for status in statuses[1:]:
        found = found | having_live_status(products, status)
    return found.order_by().values("pk")
