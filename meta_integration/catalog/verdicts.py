"""Meta's verdicts as rows: taken in from every reading, a page at a time; and when to ask next. Asks nobody itself (verdict_asks.py).

A verdict belongs to the version Meta had when it was read: items that moved during the reading, or are on their way, are passed over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from common.bulk import insert_missing, update_rows
from meta_integration.catalog.verdict import PROCESSING, Verdict, judge
from meta_integration.models import Catalog, CatalogItem, ItemState, ItemVerdict

# After a version has settled, and while Meta still works on it. Then once a day, which the nightly reading does without a call more.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 360))
DAILY = timedelta(hours=26)
CONTENT = ("state", "review_status", "rejection_reasons", "image_fetch_status", "whatsapp", "errors")
KNOWN = ("pk", "retailer_id", "rev", "verdict__id", "verdict__rev", "verdict__asks", "verdict__changed_at")


def take_in(catalog: Catalog, listed: Iterable[Mapping[str, Any]], began: datetime, now: datetime) -> int:
    """Stores what a page of items, read with verdict.FIELDS since `began`, says. At most three queries. Returns how many were noted."""
    remote = {str(item["retailer_id"]): item for item in listed if item.get("retailer_id")}
    items = CatalogItem.objects.filter(catalog=catalog, retailer_id__in=remote, batch__isnull=True, in_flight=False)
    # A moment later than now was written by a clock that jumped, long ago.
    items = items.exclude(moved_at__gte=began, moved_at__lte=now)
    known = list(items.values(*KNOWN, *(f"verdict__{name}" for name in CONTENT)))
    rows = [_row(item, judge(remote[item["retailer_id"]]), now) for item in known]
    _write(known, rows)
    return len(rows)


def _row(item: Mapping[str, Any], verdict: Verdict, now: datetime) -> dict[str, Any]:
    """The columns of one answer."""
    found = asdict(verdict)
    content = {name: list(found[name]) if isinstance(found[name], tuple) else found[name] for name in CONTENT}
    same_version = item["verdict__rev"] == item["rev"]
    same = same_version and all(item[f"verdict__{name}"] == value for name, value in content.items())
    asks = min((item["verdict__asks"] or 0) + 1, len(PAUSES)) if verdict.state == PROCESSING else 0
    return {
        "item_id": item["pk"],
        "rev": item["rev"],
        **content,
        "asked_at": now,
        "changed_at": item["verdict__changed_at"] if same else now,
        "due_at": now + (PAUSES[asks] if 0 < asks < len(PAUSES) else DAILY),
        "asks": asks,
    }


def expect(catalog: Catalog, product_ids: Iterable[int | None], now: datetime) -> None:
    """Work on these products has been done: what Meta has of them in a new version is asked about a minute later. Three queries."""
    ids = {pk for pk in product_ids if pk is not None}
    unjudged = Q(verdict__isnull=True) | ~Q(verdict__rev=F("rev"))
    there = Q(state=ItemState.SYNCED) | Q(state__in=(ItemState.REJECTED, ItemState.FAILED), last_success_at__isnull=False)
    items = CatalogItem.objects.filter(there, unjudged, catalog=catalog, product_id__among=ids, batch__isnull=True, in_flight=False)
    plan_asking(items, now + PAUSES[0])


def plan_asking(items: Any, due_at: datetime) -> int:
    """Has Meta asked about these items at `due_at`, with the pauses from the beginning. Returns how many."""
    known = list(items.values("pk", "verdict__id"))
    rows = [{"item_id": item["pk"], "due_at": due_at, "asks": 0} for item in known]
    _write(known, rows)
    return len(rows)


def _write(known: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    """One INSERT for the items that had no row, one UPDATE for the others. `known` and `rows` go side by side."""
    fresh = [row for item, row in zip(known, rows, strict=True) if item["verdict__id"] is None]
    insert_missing(ItemVerdict, fresh)
    others = [row for item, row in zip(known, rows, strict=True) if item["verdict__id"] is not None]
    update_rows(ItemVerdict, others, match=("item_id",))
