"""What Meta should look like now, and what to do about one waiting item. Pure: the rules of the engine without its plumbing."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from common.retry import CATALOG_DELAYS, CATALOG_MAX_ATTEMPTS
from meta_integration.catalog.eligibility import IMAGE_OUT, IMAGE_UNFIT, NO_SKU, Reason, reason_against
from meta_integration.catalog.items import Carrier
from meta_integration.catalog.pictures import is_unchecked
from meta_integration.catalog.record import CatalogRecord, Surroundings, build_record, next_boundary

HIDE_HASH, DELETE_HASH, ABSENT = "hide", "delete", ""
LONGEST_WAIT = CATALOG_DELAYS[-1]


class Kind(StrEnum):
    PUBLISH = "publish"
    HIDE = "hide"
    DELETE = "delete"
    NOTHING = "nothing"


class Step(StrEnum):
    SETTLE = "settle"  # Meta already has it (or has nothing to lose): no call.
    STAND = "stand"  # This very payload was refused or has failed for good: no call, state stays.
    FAIL = "fail"  # Five attempts and no answer settled it: failed.
    WAIT = "wait"  # Its next attempt is later.
    LOOK = "look"  # A call, but somebody must look at its pictures first.
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What Meta should have for one retailer_id. hash: compared with live_hash; reason: why it is not published.

    unchecked: pictures of the record that nobody has looked at yet.
    """

    kind: Kind
    hash: str
    record: CatalogRecord | None = None
    reason: Reason | None = None
    boundary_at: datetime | None = None
    unchecked: bool = False


class Item(Protocol):
    """The columns of CatalogItem that decisions read."""

    live_hash: str
    tried_hash: str
    was_sent: bool
    state: str
    attempts: int
    next_attempt_at: datetime | None


def wanted_for(item: Item, carrier: Carrier | None, around: Surroundings, now: datetime) -> Wanted:
    """Who carries the retailer_id in this catalog now decides: nobody = delete, not eligible = hide, else publish.

    Only what was once sent is ever hidden or deleted; where Meta certainly has nothing, nothing is to be done.
    """
    may_exist = item.was_sent and item.live_hash != ABSENT
    if carrier is None:
        return Wanted(Kind.DELETE, DELETE_HASH, reason=NO_SKU) if may_exist else Wanted(Kind.NOTHING, ABSENT)
    boundary = next_boundary(carrier, now)
    reason = reason_against(carrier, around)
    if reason and may_exist and reason.code in (IMAGE_OUT, IMAGE_UNFIT):
        # Nothing is taken off sale because its picture's host is out, or shows a page about it, just now: Meta has a copy of its own.
        forgiving = replace(around, pictures=replace(around.pictures, forgive_outage=True))
        if reason_against(carrier, forgiving) is None:
            around, reason = forgiving, None
    if reason:
        if may_exist:
            return Wanted(Kind.HIDE, HIDE_HASH, reason=reason, boundary_at=boundary)
        return Wanted(Kind.NOTHING, ABSENT, reason=reason, boundary_at=boundary)
    record = build_record(carrier, around, now)
    unchecked = is_unchecked(carrier, around.pictures)
    return Wanted(Kind.PUBLISH, record.content_hash(), record, boundary_at=boundary, unchecked=unchecked)


def step_for(item: Item, wanted: Wanted, now: datetime) -> Step:
    """The next step for a waiting item without an open handle. What Meta has already needs no look at its pictures."""
    step = _step_for(item, wanted, now)
    return Step.LOOK if step is Step.CALL and wanted.unchecked else step


def _step_for(item: Item, wanted: Wanted, now: datetime) -> Step:
    if wanted.hash == item.live_hash or wanted.kind is Kind.NOTHING:
        return Step.SETTLE
    if wanted.hash != item.tried_hash:
        return Step.CALL  # A new payload starts a new series at once, whatever the old one was waiting for.
    if item.state in ("rejected", "failed"):
        return Step.STAND
    if item.attempts >= CATALOG_MAX_ATTEMPTS:
        return Step.FAIL
    return Step.CALL if is_due(item.next_attempt_at, now, LONGEST_WAIT) else Step.WAIT


def is_due(moment: datetime | None, now: datetime, longest: timedelta) -> bool:
    """True when the moment has come, or lies further ahead than it ever could unless a clock had jumped."""
    return moment is None or moment <= now or moment > now + longest
