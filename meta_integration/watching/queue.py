"""What waits in each catalog, and for how long: one look a minute, a few queries for all businesses.

Items carry no "waiting since", and the engine shall not pay for one: it is enough to see whether the next in line is ever served.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from meta_integration.catalog.drain import due_items
from meta_integration.models import Catalog, CatalogItem, CatalogWatch
from meta_integration.watching.thresholds import throttled_minutes


def callable_catalogs(now: datetime) -> QuerySet[Catalog]:
    """Catalogs to which something may be sent now."""
    free = Q(paused_at__isnull=True) | Q(paused_until__lte=now)
    rested = Q(resting_until__isnull=True) | Q(resting_until__lte=now)
    return Catalog.objects.filter(
        free, rested, is_current=True, tenant__is_active=True, config__is_active=True, config__paused_at__isnull=True
    )


def look(now: datetime) -> None:
    """Brings the watch of every catalog up to date; a catalog with nothing to tell is not written."""
    watches = {watch.catalog_id: watch for watch in CatalogWatch.objects.all()}
    heads, counts = _heads(now), _counts(now)
    throttled = set(
        Catalog.objects.filter(is_current=True, paused_at__isnull=False, paused_until__gt=now).values_list("pk", flat=True)
    )
    for pk in {*heads, *throttled, *watches}:
        known = watches.get(pk)
        values = _values(known, heads.get(pk), counts.get(pk, 0), pk in throttled, now)
        if known is None:
            CatalogWatch.objects.get_or_create(catalog_id=pk, defaults=values)
        elif any(getattr(known, name) != value for name, value in values.items()):
            CatalogWatch.objects.filter(pk=known.pk).update(**values)


def _heads(now: datetime) -> dict[int, Mapping[str, Any]]:
    """{catalog: the item that the next round would serve first}."""
    due = CatalogItem.objects.filter(due_items(now), catalog=OuterRef("pk")).order_by("-was_sent", "id").values("pk")[:1]
    heads = dict(callable_catalogs(now).annotate(head=Subquery(due)).filter(head__isnull=False).values_list("head", "pk").order_by())
    return {heads[row["pk"]]: row for row in CatalogItem.objects.filter(pk__in=list(heads)).values("pk", "mark", "rev")}


def _counts(now: datetime) -> dict[int, int]:
    """{catalog: how many wait}. Catalog by catalog, inside one query: for each, PostgreSQL takes the index of waiting items; for their
    sum it would read all items (it believes that nearly every `mark` differs from its `done`)."""
    due = CatalogItem.objects.filter(due_items(now), catalog=OuterRef("pk")).order_by().values("catalog").annotate(number=Count("pk"))
    counted = Catalog.objects.filter(is_current=True).annotate(number=Subquery(due.values("number"))).order_by()
    return {pk: number for pk, number in counted.values_list("pk", "number") if number}


def _values(known: CatalogWatch | None, head: Mapping[str, Any] | None, count: int, throttled: bool, now: datetime) -> dict[str, Any]:
    item, mark, rev = (head["pk"], head["mark"], head["rev"]) if head else (None, None, None)
    same = known is not None and head is not None and (known.head_item, known.head_mark, known.head_rev) == (item, mark, rev)
    waiting = count if head else 0
    rises = known.rises if known else 0
    return {
        "head_item": item,
        "head_mark": mark,
        "head_rev": rev,
        "head_since": (known.head_since if same and known else now) if head else None,
        "waiting": waiting,
        "rises": 0 if not head or (known and waiting < known.waiting) else rises + 1 if known and waiting > known.waiting else rises,
        "throttled": throttled_minutes(known.throttled if known else 0, is_throttled=throttled),
    }
