"""Findings and sightings as rows: written page by page, bounded, and emptied of what turned out to be right."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from common.bulk import insert_missing
from meta_integration.catalog.reading.session import Reading
from meta_integration.models import CatalogFinding, CatalogItem, CatalogSighting, FindingKind, FindingState
from operations.models import OPEN_STATUSES, Run

MOST_DETAILED = 10_000
KEEPS_IGNORED = (FindingKind.DUPLICATE, FindingKind.NOT_OURS, FindingKind.ADOPTABLE)

Sight = tuple[str, str]  # retailer_id, Meta's id


def unsighted(run: Run, sights: Iterable[Sight]) -> set[Sight]:
    """Those the listing had not shown before: a repeated row is neither counted nor judged twice."""
    sights = set(sights)
    known = CatalogSighting.objects.filter(run=run, retailer_id__among={retailer_id for retailer_id, _ in sights})
    return sights - set(known.values_list("retailer_id", "meta_id"))


def note_sights(run: Run, sights: Iterable[Sight]) -> None:
    """Marks them as listed."""
    rows = [{"run_id": run.pk, "retailer_id": retailer_id, "meta_id": meta_id} for retailer_id, meta_id in sorted(sights)]
    insert_missing(CatalogSighting, rows)


def not_sighted(reading: Reading) -> QuerySet[CatalogItem]:
    """Items that Meta should have, or may have, and that the listing did not show."""
    shown = CatalogSighting.objects.filter(run=reading.run, retailer_id=OuterRef("retailer_id"))
    return CatalogItem.objects.filter(~Exists(shown), catalog=reading.catalog, was_sent=True).exclude(live_hash="")


def shown_under_other_ids(reading: Reading) -> QuerySet:
    """(item id, rev, product id, the id shown) of items whose stored id the listing did not show, but another one."""
    shown = CatalogSighting.objects.filter(run=reading.run, retailer_id=OuterRef("retailer_id")).order_by("id")
    items = CatalogItem.objects.filter(Exists(shown), ~Exists(shown.filter(meta_id=OuterRef("meta_id"))), catalog=reading.catalog)
    return items.order_by("pk").values_list("pk", "rev", "product_id", Subquery(shown.values("meta_id")[:1]))


def seen_twice(run: Run, after: str) -> list[str]:
    """retailer_ids that the listing showed under more than one id, in the database's order, from behind `after` on."""
    sights = CatalogSighting.objects.filter(run=run, retailer_id__gt=after)
    rows = sights.values("retailer_id").annotate(ids=Count("id")).filter(ids__gt=1)
    return list(rows.order_by("retailer_id").values_list("retailer_id", flat=True)[:MOST_DETAILED])


def record(reading: Reading, found: list[CatalogFinding]) -> None:
    """Counts them; keeps their details as long as there is room, and always where they are still to be looked up.

    What a person has ignored is counted as such: it is no drift that anybody needs to be told of again.
    """
    _keep_ignored(reading, found)
    for finding in found:
        reading.counts[finding.kind if finding.state != FindingState.IGNORED else "ignored"] += 1
    kept = [finding for finding in found if reading.mends(finding.kind)]
    others = [finding for finding in found if not reading.mends(finding.kind)]
    room = MOST_DETAILED - CatalogFinding.objects.filter(run=reading.run).count() if others else 0
    kept += others[: max(room, 0)]
    CatalogFinding.objects.bulk_create(kept, ignore_conflicts=True)


def _keep_ignored(reading: Reading, found: list[CatalogFinding]) -> None:
    """What a person has ignored stays ignored in the next comparison."""
    ids = {finding.retailer_id for finding in found if finding.kind in KEEPS_IGNORED}
    if not ids:
        return
    before = CatalogFinding.objects.filter(catalog=reading.catalog, state=FindingState.IGNORED, retailer_id__in=ids)
    ignored = set(before.values_list("kind", "retailer_id", "meta_id"))
    for finding in found:
        if (finding.kind, finding.retailer_id, finding.meta_id) in ignored:
            finding.state = FindingState.IGNORED


def close(reading: Reading, findings: QuerySet[CatalogFinding], state: str, **values: Any) -> int:
    """Ends findings in this state. In a run's own reading, what is right after all is taken off the counts and off the list, and of what
    is mended only as many as there is room for stay. Returns how many."""
    rows = list(findings.values_list("pk", "kind"))
    kept = [pk for pk, _ in rows]
    own = not reading.options.chosen
    if state == FindingState.GONE and own:
        for _, kind in rows:
            reading.counts[kind] -= 1
        reading.counts["right_after_all"] += len(rows)
        kept = []
    elif state == FindingState.MENDED:
        room = max(MOST_DETAILED - reading.counts["mended"], 0) if own else len(rows)
        reading.counts["mended"] += len(rows)
        kept = kept[:room]
    CatalogFinding.objects.filter(pk__among=kept).update(state=state, **values)
    CatalogFinding.objects.filter(pk__among=[pk for pk, _ in rows[len(kept) :]]).delete()
    return len(rows)


def supersede(reading: Reading) -> None:
    """A full reading has the last word: what earlier ones left open is no longer the state of things. What another run is still working
    on is left to it."""
    earlier = CatalogFinding.objects.filter(catalog=reading.catalog).exclude(run=reading.run).exclude(run__status__in=OPEN_STATUSES)
    earlier.filter(state=FindingState.OPEN).exclude(chosen__status__in=OPEN_STATUSES).update(state=FindingState.GONE)


def forget_sights(run: Run) -> None:
    """The listing is over; also what runs left behind that ended without coming here."""
    CatalogSighting.objects.filter(Q(run=run) | ~Q(run__status__in=OPEN_STATUSES)).delete()
