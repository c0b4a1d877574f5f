"""The working copy of a waiting item inside one round, and the two set-based writes around a call: claim before, settle after.

A row's `rev` fences it: claiming moves it, settling is a compare-and-set on it. Who is refused does not settle but makes doubt.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from common.bulk import update_rows
from common.lease import Lease
from common.retry import catalog_delay
from meta_integration.catalog.decide import ABSENT, Kind, Wanted
from meta_integration.catalog.shape import doubted
from meta_integration.models import IN_DOUBT, CatalogItem, ItemState

COLUMNS = (
    "id", "retailer_id", "product_id", "name", "mark", "done", "rev", "meta_id", "live_hash", "live_shape", "tried_hash", "was_sent",
    "state", "attempts", "next_attempt_at", "batch_limit", "last_error", "error_code", "fbtrace_id", "last_success_at", "boundary_at",
)  # fmt: skip


@dataclass(slots=True)
class Row:
    """One item as read at the start of the round (mark before payload), and what is wanted for it."""

    id: int
    retailer_id: str
    product_id: int | None
    name: str
    mark: int
    done: int
    rev: int
    meta_id: str
    live_hash: str
    live_shape: str
    tried_hash: str
    was_sent: bool
    state: str
    attempts: int
    next_attempt_at: datetime | None
    batch_limit: int | None
    last_error: str
    error_code: int | None
    fbtrace_id: str
    last_success_at: datetime | None
    boundary_at: datetime | None
    wanted: Wanted = field(default=Wanted(Kind.NOTHING, ABSENT))

    def want(self, wanted: Wanted) -> None:
        """Takes a decision: what Meta should have, and when the clock will change that."""
        self.wanted, self.boundary_at = wanted, wanted.boundary_at

    @property
    def had_been_live(self) -> bool:
        """Meta has once confirmed the item: the call is an update rather than a creation."""
        return bool(self.meta_id or self.last_success_at)


def read_rows(queryset: Any) -> list[Row]:
    """Rows of a CatalogItem queryset, in its order."""
    return [Row(*values) for values in queryset.values_list(*COLUMNS)]


def claim_rows(rows: list[Row], lease: Lease, now: datetime) -> list[Row]:
    """Before a call, in one transaction: renews the lease, counts the attempt, notes the payload, puts Meta's state in doubt.

    Returns the rows that are ours to send; none when the lease was lost. Another worker's rows are left out.
    """
    with transaction.atomic():
        if not rows or not lease.renew(now):
            return []
        claimed = update_rows(CatalogItem, [_claim(row, now) for row in rows], match=("id", "rev"), bump=("rev",))
        ours = [row for row in rows if row.id in claimed]
    for row in ours:
        row.rev += 1
    return ours


def _claim(row: Row, now: datetime) -> dict[str, Any]:
    record = row.wanted.record
    row.live_shape = "" if row.live_hash == ABSENT else row.live_shape
    if record is not None and record.shape != row.live_shape:
        row.live_shape = doubted(row.live_shape, record.shape)
    row.attempts = row.attempts + 1 if row.wanted.hash == row.tried_hash else 1
    row.live_hash = IN_DOUBT  # In memory too: settling a failure must not bring back what was believed before.
    row.tried_hash = row.wanted.hash
    row.next_attempt_at = now + catalog_delay(row.attempts)
    return {
        "id": row.id,
        "rev": row.rev,
        "tried_hash": row.tried_hash,
        "attempts": row.attempts,
        "next_attempt_at": row.next_attempt_at,
        "live_hash": row.live_hash,
        "live_shape": row.live_shape,
        "was_sent": True,
        "in_flight": True,
        "state": ItemState.SYNCING if row.attempts == 1 else ItemState.RETRY,
        "checked_mark": row.mark,
        "boundary_at": row.boundary_at,
        "last_attempt_at": now,
        "moved_at": now,
    }


def settle_rows(rows: Iterable[Row], values: dict[str, Any] | None = None, *, now: datetime, was_called: bool = True) -> list[Row]:
    """Writes the rows' own columns and the common `values` where `rev` is still ours. Refused rows make doubt if a call was made.

    Returns the rows that were settled.
    """
    rows = list(rows)
    if not rows:
        return []
    common = {"in_flight": False} | (values or {})
    changes = [_own_columns(row) | common for row in rows]
    with transaction.atomic():
        settled = update_rows(CatalogItem, changes, match=("id", "rev"))
        if was_called:
            make_doubt([row.id for row in rows if row.id not in settled], now)
    return [row for row in rows if row.id in settled]


def _own_columns(row: Row) -> dict[str, Any]:
    names = ("id", "rev", "done", "meta_id", "live_hash", "live_shape", "tried_hash", "state", "attempts", "next_attempt_at", "batch_limit",
             "last_error", "error_code", "fbtrace_id", "last_success_at", "boundary_at")  # fmt: skip
    return {name: getattr(row, name) for name in names} | {"checked_mark": row.mark}


def make_doubt(item_ids: Iterable[int], now: datetime) -> None:
    """Nobody knows any more what Meta has for these items: they are wanted anew. Needs no lease."""
    if ids := set(item_ids):
        CatalogItem.objects.filter(pk__among=ids).update(
            rev=F("rev") + 1, mark=F("mark") + 1, live_hash=IN_DOUBT, moved_at=now, in_flight=False
        )
