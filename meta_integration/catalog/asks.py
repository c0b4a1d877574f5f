"""Asking Meta what it has for certain retailer_ids: the exact look-up that ends doubt. Sends nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from common.bulk import update_rows
from common.errors import NeedsConfigurationError, RemoteError
from meta_integration.catalog.carriers import load_carriers
from meta_integration.catalog.compare import SHAPE_FIELDS, differences, is_hidden
from meta_integration.catalog.decide import ABSENT, Kind, wanted_for
from meta_integration.catalog.pause import note_outcome, pause_for
from meta_integration.catalog.rows import Row, make_doubt, read_rows, settle_rows
from meta_integration.catalog.settle import ASK_AFTER, is_outage, settle_without_call, succeed
from meta_integration.catalog.shape import can_be_confirmed, doubted
from meta_integration.catalog.surroundings import surroundings_of
from meta_integration.catalog.verdicts import take_in
from meta_integration.catalog_service import LOOK_UP_AT_ONCE, MetaCatalogService
from meta_integration.models import IN_DOUBT, Catalog, CatalogItem, ItemState

ASKS_PER_ROUND = 4


@dataclass
class Asked:
    """How a look-up ended, as item ids. right: Meta has what is wanted; wrong: it has not, the item waits to be sent; refused: wrong, but
    Meta has refused this very content; unexpected: still there although nobody carries it and nobody asked for its removal.
    """

    right: set[int] = field(default_factory=set)
    wrong: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    unexpected: set[int] = field(default_factory=set)


def ask_due(catalog: Catalog, service: MetaCatalogService, clock: Callable[[], datetime], touched: set[int | None]) -> bool:
    """Looks up to 200 items whose time has come; adds their products to `touched`. False when the catalog paused or could not be asked."""
    for _ in range(ASKS_PER_ROUND):
        due = due_to_ask(catalog, clock())[:LOOK_UP_AT_ONCE]
        found = list(due.values_list("pk", "product_id"))
        ids = [pk for pk, _ in found]
        touched.update(product_id for _, product_id in found)
        if not ids:
            return True
        try:
            ask(catalog, ids, service, clock)
        except RemoteError as error:
            now = clock()
            note_outcome(catalog, failed=is_outage(error), now=now)
            if isinstance(error, NeedsConfigurationError) or error.retry_after is not None:
                pause_for(catalog, error, now)
            CatalogItem.objects.filter(pk__in=ids).update(ask_at=now + ASK_AFTER)
            return False
    return True


def due_to_ask(catalog: Catalog, now: datetime) -> Any:
    """Items to be looked up now (a time further ahead than two minutes is a clock that jumped)."""
    return may_be_asked(catalog).filter(Q(ask_at__lte=now) | Q(ask_at__gt=now + ASK_AFTER)).order_by("ask_at", "id")


def may_be_asked(catalog: Catalog) -> Any:
    """Items to be looked up sooner or later; those with an open handle, or in a call, when that has ended."""
    return CatalogItem.objects.filter(catalog=catalog, ask_at__isnull=False, batch__isnull=True, in_flight=False)


def ask(catalog: Catalog, item_ids: Iterable[int], service: MetaCatalogService, clock: Callable[[], datetime]) -> Asked:
    """Looks at most 50 items up and settles what is right, doubts what is wrong. Raises the client's errors.

    Items on their way at this moment are left out. Whether `unexpected` ones may go is the brake's decision (reading/brake.py).
    """
    rows = read_rows(CatalogItem.objects.filter(pk__in=list(item_ids), batch__isnull=True, in_flight=False))
    asked = Asked()
    if not rows:
        return asked
    began = clock()
    remote = service.find_items([row.retailer_id for row in rows])
    now = clock()
    take_in(catalog, remote.values(), began, now)
    carriers = load_carriers(catalog, [row.retailer_id for row in rows])
    around = surroundings_of(catalog.tenant, catalog.config)
    right: list[Row] = []
    wrong: list[Row] = []
    stays: list[Row] = []
    for row in rows:
        there = remote.get(row.retailer_id)
        _note_presence(row, there)
        row.want(wanted_for(row, carriers.get(row.retailer_id), around, now))
        if _is_right(row, there, now):
            right.append(row)
        elif row.wanted.kind is Kind.DELETE and row.mark == row.done and row.state != ItemState.GONE:
            asked.unexpected.add(row.id)
            stays.append(row)
        elif _was_refused(row):
            asked.refused.add(row.id)
            stays.append(row)
        else:
            _note_unanswered(row)
            wrong.append(row)
    settle_rows(right, {"ask_at": None}, now=now, was_called=False)
    make_doubt(_note_look(wrong), now)
    _note_look(stays)
    asked.right.update(row.id for row in right)
    asked.wrong.update(row.id for row in wrong)
    return asked


def _note_look(rows: list[Row]) -> set[int]:
    """What was seen, where the item has not moved during the look-up (else it is asked once more). Returns the ids that were noted."""
    names = ("id", "rev", "meta_id", "live_shape", "state", "last_error")
    seen = [{name: getattr(row, name) for name in names} | {"ask_at": None} for row in rows]
    return update_rows(CatalogItem, seen, match=("id", "rev")) if seen else set()


def _note_presence(row: Row, there: Mapping[str, Any] | None) -> None:
    """What the look-up alone tells, before asking what is wanted."""
    row.meta_id = str(there.get("id") or "") if there else ""
    row.live_hash = ABSENT if there is None else row.live_hash or IN_DOUBT
    row.live_shape = "" if there is None else row.live_shape


def _is_right(row: Row, there: Mapping[str, Any] | None, now: datetime) -> bool:
    """Settles the row in memory when Meta has what is wanted."""
    kind = row.wanted.kind
    if kind is Kind.NOTHING:
        settle_without_call(row)
        return True
    if there is None:
        return False
    if kind is Kind.PUBLISH and row.wanted.record is not None and (found := differences(row.wanted.record, there)):
        if found.keys() & SHAPE_FIELDS:
            row.live_shape = doubted(row.live_shape, row.live_shape)
        return False
    if kind is Kind.PUBLISH and row.wanted.record is not None and not can_be_confirmed(row.live_shape, row.wanted.record.shape):
        return False
    if kind is Kind.DELETE or (kind is Kind.HIDE and not is_hidden(there)):
        return False
    succeed(row, now)
    return True


def _note_unanswered(row: Row) -> None:
    """The last call for this payload has not been applied: its next attempt comes on the schedule."""
    if row.attempts and row.tried_hash == row.wanted.hash:
        row.state, row.last_error = ItemState.RETRY, row.last_error or "Meta did not apply the last call."


def _was_refused(row: Row) -> bool:
    return row.state in (ItemState.REJECTED, ItemState.FAILED) and row.tried_hash == row.wanted.hash
