"""A page of the listing against what we want. Suggests, never settles: what is found here is looked up by retailer_id afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from common.bulk import chunks, update_rows
from meta_integration.catalog.carriers import load_carriers
from meta_integration.catalog.compare import differences, is_hidden
from meta_integration.catalog.decide import Kind, wanted_for
from meta_integration.catalog.items import Carrier
from meta_integration.catalog.reading.ledger import shown_under_other_ids
from meta_integration.catalog.reading.session import Reading
from meta_integration.catalog.rows import Row, read_rows
from meta_integration.catalog.summary import refresh_summaries
from meta_integration.models import IN_DOUBT, CatalogChange, CatalogFinding, CatalogItem, FindingKind, ItemState

MISSING_NOTE = "Not in Meta's catalog."
DOUBT_NOTE = "In doubt after an unanswered call."
LONGEST_VALUE = 500  # characters of one value on a finding


@dataclass(frozen=True)
class Page:
    """One page: what Meta showed by retailer_id, our rows of these, and who carries them in this catalog now."""

    remote: dict[str, dict[str, Any]]
    rows: dict[str, Row]
    carriers: dict[str, Carrier]

    def is_stranger(self, retailer_id: str) -> bool:
        """True for an item that we never sent."""
        return retailer_id not in self.rows or not self.rows[retailer_id].was_sent


def load_page(reading: Reading, listed: list[dict[str, Any]]) -> Page:
    """Rows and carriers of what was listed: about ten queries, whatever the page's size.

    Of two items under one retailer_id the one we know stands for it.
    """
    keys = {str(there["retailer_id"]) for there in listed}
    rows = {row.retailer_id: row for row in read_rows(CatalogItem.objects.filter(catalog=reading.catalog, retailer_id__among=keys))}
    remote: dict[str, dict[str, Any]] = {}
    for there in listed:
        key = str(there["retailer_id"])
        if key not in remote or (key in rows and str(there.get("id")) == rows[key].meta_id):
            remote[key] = there
    return Page(remote, rows, load_carriers(reading.catalog, remote))


def judge(reading: Reading, page: Page) -> list[CatalogFinding]:
    """Findings about the items of ours on this page."""
    quiet = comparable(reading, page.rows.values())
    now = reading.clock()
    found = []
    for row in page.rows.values():
        if row.id in quiet and row.was_sent:
            row.live_hash = row.live_hash or IN_DOUBT  # It is there, so it may exist, whatever we last knew.
            row.want(wanted_for(row, page.carriers.get(row.retailer_id), reading.around, now))
            finding = _judge(row, page.remote[row.retailer_id])
            if finding is not None:
                found.append(_about(reading, row, finding))
    return found


def missing(reading: Reading, rows: list[Row]) -> list[CatalogFinding]:
    """Findings about items that the listing did not show."""
    quiet = comparable(reading, rows)
    found = [row for row in rows if row.id in quiet]
    return [_about(reading, row, CatalogFinding(kind=FindingKind.MISSING, note=MISSING_NOTE)) for row in found]


def _judge(row: Row, there: dict[str, Any]) -> CatalogFinding | None:
    kind, record = row.wanted.kind, row.wanted.record
    if kind is Kind.PUBLISH and record is not None and (found := differences(record, there)):
        fields = {name: [str(here)[:LONGEST_VALUE], str(at)[:LONGEST_VALUE]] for name, (here, at) in found.items()}
        return CatalogFinding(kind=FindingKind.DIFFERENT, fields=fields)
    if kind is Kind.HIDE and not is_hidden(there):
        return CatalogFinding(kind=FindingKind.DIFFERENT, fields={"visibility": ["hidden", "published"]})
    if kind is Kind.DELETE:
        return CatalogFinding(kind=FindingKind.EXTRA, note="Nothing here has this SKU any more.")
    if row.live_hash == IN_DOUBT and kind is not Kind.NOTHING:
        return CatalogFinding(kind=FindingKind.DIFFERENT, note=DOUBT_NOTE)
    return None


def _about(reading: Reading, row: Row, finding: CatalogFinding) -> CatalogFinding:
    finding.run, finding.catalog, finding.item_id = reading.run, reading.catalog, row.id
    finding.product_id, finding.retailer_id, finding.meta_id, finding.name = row.product_id, row.retailer_id, row.meta_id, row.name
    return finding


def comparable(reading: Reading, rows: Iterable[Row]) -> set[int]:
    """Items about which the listing may say something: nothing is on its way to them, and they have not moved since it began."""
    ids = [row.id for row in rows]
    items = CatalogItem.objects.filter(pk__among=set(ids), batch__isnull=True, in_flight=False)
    items = items.exclude(moved_at__gte=reading.started, moved_at__lte=reading.clock())  # Later than now: a clock that jumped, long ago.
    found = dict(items.exclude(state=ItemState.RETRY).values_list("pk", "product_id"))
    changes = CatalogChange.objects.filter(product_id__among={pk for pk in found.values() if pk is not None})
    changing = set(changes.values_list("product_id", flat=True))
    return {pk for pk, product_id in found.items() if product_id not in changing}


def learn_ids(page: Page) -> None:
    """Meta's ids as listed, where we knew none. Where we knew another one, only the whole listing tells: learn_new_ids."""
    ids = {row.id: str(page.remote[key].get("id") or "") for key, row in page.rows.items()}
    _learn([(row.id, row.rev, row.product_id, ids[row.id]) for row in page.rows.values() if ids[row.id] and not row.meta_id])


def learn_new_ids(reading: Reading) -> None:
    """Items that were made anew at Meta: the listing showed their retailer_id, but nowhere the id we knew."""
    for rows in chunks(shown_under_other_ids(reading).iterator()):
        _learn(rows)


def _learn(rows: list[tuple[int, int, int | None, str]]) -> None:
    if rows:
        update_rows(CatalogItem, [{"id": pk, "rev": rev, "meta_id": meta_id} for pk, rev, _, meta_id in rows], match=("id", "rev"))
        refresh_summaries(product_id for _, _, product_id, _ in rows)
