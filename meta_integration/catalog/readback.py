"""Reading a whole catalog back: what is missing, extra or different is asked again by retailer_id and marked where it is wrong.

Never sends, never settles from a listing: Meta's listing may leave out, repeat or be stale. Removals found here that nobody asked for
stand behind a brake: more than 20 and more than 20 % of the catalog wait for a person.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F
from django.db.models.functions import Greatest, Least
from django.urls import reverse

from common.bulk import chunks, update_rows
from common.clock import database_now
from common.doorbell import ring
from common.errors import NeedsConfigurationError, RemoteError
from common.log_context import note
from meta_integration.catalog.asks import ask
from meta_integration.catalog.carriers import load_carriers
from meta_integration.catalog.changes import mark_changed
from meta_integration.catalog.compare import differences, is_hidden
from meta_integration.catalog.decide import ABSENT, DELETE_HASH, Kind, wanted_for
from meta_integration.catalog.pause import is_callable, pause_for
from meta_integration.catalog.rows import Row, make_doubt, read_rows
from meta_integration.catalog.summary import refresh_summaries, refresh_underway
from meta_integration.catalog.surroundings import surroundings_of
from meta_integration.catalog.unannounced import unannounced_products
from meta_integration.catalog.verdicts import take_in
from meta_integration.catalog_service import LOOK_UP_AT_ONCE, MetaCatalogService, service_for
from meta_integration.models import ADVISED_BATCH_SIZE, IN_DOUBT, Catalog, CatalogChange, CatalogItem, ItemState
from operations.models import Run, RunIssue, RunKind, RunStatus
from operations.services import advance_run, close_alert, finish_run, raise_alert, start_run

BRAKE_COUNT, BRAKE_SHARE = 20, 0.20
MOST_PAGES = 20_000
MOST_ISSUES = 1_000


@dataclass
class Findings:
    """What one reading found. suspects: item ids to be asked about; the counters are what the run shows."""

    seen: set[int] = field(default_factory=set)
    suspects: dict[int, str] = field(default_factory=dict)
    not_ours: int = 0
    listed: int = 0
    unannounced: int = 0
    held: int = 0
    removed: int = 0
    texts: dict[int, str] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """For the run: missing, different, extra (ours, carried by nobody), not_ours, held, removed, unannounced, listed."""
        kinds = list(self.suspects.values())
        found = {name: kinds.count(name) for name in ("missing", "different", "extra")}
        return found | {
            "not_ours": self.not_ours,
            "held": self.held,
            "removed": self.removed,
            "unannounced": self.unannounced,
            "listed": self.listed,
        }


def read_back(
    catalog_pk: int, *, run_id: str = "", clock: Callable[[], datetime] = database_now, dry_run: bool = False, allow_removals: bool = False
) -> Run | None:
    """Reads one catalog back in full under a Run. dry_run: reports only. allow_removals: a person has lifted the brake for this run.

    Returns the run (failed, with the reason, when Meta could not be read), or None when the catalog may not be called now.
    """
    catalog = Catalog.objects.select_related("tenant", "config__tenant").filter(pk=catalog_pk).first()
    if catalog is None or not is_callable(catalog, clock()):
        if run_id and (run := Run.objects.filter(pk=run_id).first()):
            finish_run(run, RunStatus.FAILED, message="The catalog is paused or not connected.")
        return None
    note(tenant=catalog.tenant.sub_domain, catalog=catalog.catalog_id, run_id=run_id)
    run = Run.objects.filter(pk=run_id).first() if run_id else None
    run = run or start_run(catalog.tenant, RunKind.RECONCILE, params={"catalog": catalog.catalog_id, "dry_run": dry_run}, phase="reading")
    reader = _Reader(catalog, run, clock, service_for(catalog), allow_removals)
    try:
        reader.work(dry_run=dry_run)
    except RemoteError as error:
        if isinstance(error, NeedsConfigurationError) or error.retry_after is not None:
            pause_for(catalog, error, clock())
        finish_run(run, RunStatus.FAILED, message=f"Meta could not be read: {error.message}")
    except Exception:
        finish_run(run, RunStatus.FAILED, message="The comparison stopped unexpectedly; the log of this time tells more.")
        raise
    return run


class _Reader:
    """One reading of one catalog."""

    def __init__(
        self, catalog: Catalog, run: Run, clock: Callable[[], datetime], service: MetaCatalogService, allow_removals: bool
    ) -> None:
        self.catalog, self.run, self.clock, self.service, self.allow_removals = catalog, run, clock, service, allow_removals
        self.around = surroundings_of(catalog.tenant, catalog.config)
        self.started = clock()
        self.findings = Findings()

    def work(self, *, dry_run: bool) -> None:
        Catalog.objects.filter(pk=self.catalog.pk).update(readback_started_at=self.started)
        self._read_listing()
        self._find_missing()
        self._announce_unknown(dry_run=dry_run)
        if not dry_run:
            self._restart_failed_deletes()
            self._ask_suspects()
            refresh_underway(self.catalog)
            ring("meta_integration.tasks.drain_catalog", self.catalog.pk)
        self._finish(dry_run)

    # --- what the listing suggests -------------------------------------------------------------------------------------

    def _read_listing(self) -> None:
        after, cursors = "", set()
        for _ in range(MOST_PAGES):
            page, after = self.service.list_items(after)
            self._compare(page)
            if not after or after in cursors:  # A cursor that comes back would read for ever.
                return
            cursors.add(after)
            advance_run(self.run, done=self.findings.listed, counts=self.findings.counts())

    def _compare(self, page: list[dict[str, Any]]) -> None:
        remote = {str(item["retailer_id"]): item for item in page if item.get("retailer_id")}
        self.findings.listed += len(remote)
        rows = {row.retailer_id: row for row in read_rows(CatalogItem.objects.filter(catalog=self.catalog, retailer_id__in=remote))}
        carriers = load_carriers(self.catalog, remote)
        self.findings.not_ours += sum(1 for key in remote if key not in carriers and (key not in rows or not rows[key].was_sent))
        take_in(self.catalog, page, self.started, self.clock())
        self._learn_ids(rows, remote)
        quiet = self._comparable(rows.values())
        now = self.clock()
        for row in rows.values():
            self.findings.seen.add(row.id)
            if row.id in quiet:
                row.live_hash = row.live_hash or IN_DOUBT  # It is there, so it may exist, whatever we last knew.
                row.want(wanted_for(row, carriers.get(row.retailer_id), self.around, now))
                self._judge(row, remote[row.retailer_id])

    def _judge(self, row: Row, there: dict[str, Any]) -> None:
        kind = row.wanted.kind
        if kind is Kind.PUBLISH and row.wanted.record is not None:
            found = differences(row.wanted.record, there)
            if found:
                words = [f"{name}: “{here}” here, “{at}” at Meta" for name, (here, at) in found.items()]
                self._suspect(row.id, "different", ", ".join(words))
        elif kind is Kind.HIDE and not is_hidden(there):
            self._suspect(row.id, "different", "on sale at Meta, hidden here")
        elif kind is Kind.DELETE:
            self._suspect(row.id, "extra", "still at Meta, deleted here")
        if row.id not in self.findings.suspects and row.live_hash == IN_DOUBT and kind is not Kind.NOTHING:
            self._suspect(row.id, "different", "in doubt after an unanswered call")

    def _comparable(self, rows: Iterable[Row]) -> set[int]:
        """Items about which the listing may say something: nothing is on its way to them, and they have not moved since it began."""
        ids = [row.id for row in rows]
        items = CatalogItem.objects.filter(pk__in=ids, batch__isnull=True, in_flight=False)
        items = items.exclude(moved_at__gte=self.started, moved_at__lte=self.clock())  # Later than now: a clock that jumped, long ago.
        found = dict(items.exclude(state=ItemState.RETRY).values_list("pk", "product_id"))
        changes = CatalogChange.objects.filter(product_id__in=[pk for pk in found.values() if pk is not None])
        changing = set(changes.values_list("product_id", flat=True))
        return {pk for pk, product_id in found.items() if product_id not in changing}

    def _learn_ids(self, rows: dict[str, Row], remote: dict[str, dict[str, Any]]) -> None:
        ids = {row.id: str(remote[key].get("id") or "") for key, row in rows.items()}
        fresh = [row for row in rows.values() if ids[row.id] and ids[row.id] != row.meta_id]
        if fresh:
            update_rows(CatalogItem, [{"id": row.id, "rev": row.rev, "meta_id": ids[row.id]} for row in fresh], match=("id", "rev"))
            refresh_summaries(row.product_id for row in fresh)

    def _find_missing(self) -> None:
        items = CatalogItem.objects.filter(catalog=self.catalog, was_sent=True).exclude(live_hash=ABSENT)
        for some in chunks(items.values_list("pk", flat=True).iterator()):
            unseen = [pk for pk in some if pk not in self.findings.seen]
            for row in self._quiet_rows(unseen):
                self._suspect(row.id, "missing", "not in Meta's catalog")

    def _quiet_rows(self, ids: list[int]) -> list[Row]:
        rows = read_rows(CatalogItem.objects.filter(pk__in=ids))
        quiet = self._comparable(rows)
        return [row for row in rows if row.id in quiet]

    def _suspect(self, item_id: int, kind: str, text: str) -> None:
        self.findings.suspects[item_id] = kind
        if len(self.findings.texts) < MOST_ISSUES:
            self.findings.texts[item_id] = text[:1000]

    # --- what is done about it ------------------------------------------------------------------------------------------

    def _announce_unknown(self, *, dry_run: bool) -> None:
        for ids in unannounced_products(self.catalog, self.around, self.clock()):
            self.findings.unannounced += len(ids)
            if not dry_run:
                mark_changed(self.catalog.tenant_id, ids)

    def _restart_failed_deletes(self) -> None:
        """A failed delete has no page and no edit to revive it: each full reading starts a new series."""
        failed = CatalogItem.objects.filter(catalog=self.catalog, tried_hash=DELETE_HASH, state__in=(ItemState.FAILED, ItemState.REJECTED))
        failed.update(tried_hash="", attempts=0, next_attempt_at=None, mark=F("mark") + 1, rev=F("rev") + 1, moved_at=self.clock())

    def _ask_suspects(self) -> None:
        unexpected: list[int] = []
        for ids in chunks(self.findings.suspects, LOOK_UP_AT_ONCE):
            unexpected += ask(self.catalog, ids, self.service, self.clock)
            refresh_summaries(CatalogItem.objects.filter(pk__in=ids).values_list("product_id", flat=True))
        self._remove(unexpected)

    def _remove(self, item_ids: list[int]) -> None:
        """Removals that no change asked for go through the brake."""
        living = CatalogItem.objects.filter(catalog=self.catalog, was_sent=True).exclude(live_hash=ABSENT).count()
        many = len(item_ids) > BRAKE_COUNT and len(item_ids) > BRAKE_SHARE * living
        self.findings.held = len(item_ids) if many and not self.allow_removals else 0
        key = f"removals-held-{self.catalog.pk}"
        Catalog.objects.filter(pk=self.catalog.pk).update(held_removals=self.findings.held)
        if self.findings.held:
            raise_alert(
                self.catalog.tenant,
                kind="removals_held",
                key=key,
                title=f"{len(item_ids)} items would be removed from catalog {self.catalog.catalog_id}",
                remedy="Their products are gone here although nobody deleted them through this system. If that is right, allow the removal "
                "on the catalog's page; otherwise restore the products. Everything else goes on.",
                link=reverse("admin:meta_integration_metaappconfig_changelist"),
            )
            return
        make_doubt(item_ids, self.clock())
        self.findings.removed = len(item_ids)
        close_alert(self.catalog.tenant, key)

    def _finish(self, dry_run: bool) -> None:
        now = self.clock()
        # A batch size that was halved for a passing reason grows back, a step a night.
        grown = Least(ADVISED_BATCH_SIZE, Greatest(F("batch_size"), 1) * 2)
        Catalog.objects.filter(pk=self.catalog.pk).update(readback_finished_at=now, batch_size=grown)
        issues = CatalogItem.objects.filter(pk__in=list(self.findings.texts)).values_list("pk", "product_id", "retailer_id")
        RunIssue.objects.bulk_create(
            RunIssue(
                run=self.run, product_id=product_id, subject=retailer_id, code=self.findings.suspects[pk], message=self.findings.texts[pk]
            )
            for pk, product_id, retailer_id in issues
        )
        advance_run(self.run, done=self.findings.listed, counts=self.findings.counts())
        finish_run(self.run, message="Nothing was changed (dry run)." if dry_run else "")
