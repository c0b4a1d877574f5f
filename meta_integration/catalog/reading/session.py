"""One reading of one catalog: what it needs at hand, and where it stands."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from meta_integration.catalog.pause import may_be_read
from meta_integration.catalog.record import Surroundings
from meta_integration.catalog.surroundings import surroundings_of
from meta_integration.catalog_service import MetaCatalogService, service_for
from meta_integration.models import Catalog, CatalogFinding, FindingKind
from operations.models import Run
from operations.services import advance_run

BY_ITSELF = frozenset({FindingKind.MISSING, FindingKind.DIFFERENT, FindingKind.EXTRA})
IN_ONE_GO = BY_ITSELF | {FindingKind.DUPLICATE, FindingKind.ADOPTABLE}
COUNTED = (*(kind.value for kind in FindingKind), "ignored", "unannounced", "held", "removed", "mended", "right_after_all", "listed")


class ReadingStoppedError(Exception):
    """The run was cancelled, or given to another worker: leave everything as it is."""


class CatalogPausedError(Exception):
    """Somebody, or the engine, has paused the catalog while it was read: no more calls."""


@dataclass(frozen=True)
class Options:
    """How the run was asked for. mend: kinds of findings to mend; chosen: only what a person picked from an earlier run's findings."""

    dry_run: bool = False
    allow_removals: bool = False
    chosen: bool = False
    mend: frozenset[str] = BY_ITSELF

    @classmethod
    def of(cls, run: Run) -> "Options":
        """As the run's params say."""
        params = run.params
        dry_run, chosen = bool(params.get("dry_run")), bool(params.get("chosen"))
        kinds = frozenset(FindingKind.values) if chosen else frozenset(params.get("mend", BY_ITSELF))
        return cls(dry_run, bool(params.get("allow_removals")), chosen, frozenset() if dry_run else kinds)


@dataclass
class Reading:
    """counts and cursor are what the run's row holds after each `save`. started: a listing says nothing of what moved since (UTC)."""

    catalog: Catalog
    run: Run
    clock: Callable[[], datetime]
    options: Options
    service: MetaCatalogService
    around: Surroundings
    started: datetime
    cursor: dict[str, Any]
    counts: Counter[str]
    out_of_time: Callable[[], bool] = field(default=lambda: False)
    on_progress: Callable[[Run], None] = field(default=lambda run: None)

    @classmethod
    def of(cls, catalog: Catalog, run: Run, clock: Callable[[], datetime], **hooks: Any) -> "Reading":
        """Begins, or goes on where the run's cursor stands."""
        cursor = dict(run.cursor or {})
        cursor.setdefault("started", clock().isoformat())
        counts = Counter(dict.fromkeys(COUNTED, 0) | run.counts)
        around = surroundings_of(catalog.tenant, catalog.config)
        started = datetime.fromisoformat(cursor["started"])
        return cls(catalog, run, clock, Options.of(run), service_for(catalog), around, started, cursor, counts, **hooks)

    @property
    def findings(self) -> Any:
        """What this run works on: what it found itself, or what a person picked."""
        mine = {"chosen": self.run} if self.options.chosen else {"run": self.run}
        return CatalogFinding.objects.filter(catalog=self.catalog, **mine)

    def mends(self, kind: str) -> bool:
        """True when findings of this kind are to be mended by this run."""
        return kind in self.options.mend

    def must_stop(self) -> bool:
        """Asked after each part of the work: True when this worker's time is up. Raises CatalogPausedError."""
        catalog = Catalog.objects.select_related("tenant", "config").get(pk=self.catalog.pk)
        if not may_be_read(catalog, self.clock()):
            raise CatalogPausedError
        return self.out_of_time()

    def save(self, phase: str) -> None:
        """Notes progress and the heartbeat. Raises ReadingStoppedError: inside a transaction that takes the unnoted work back."""
        if not advance_run(self.run, done=self._done(), counts=dict(self.counts), phase=phase, cursor=self.cursor):
            raise ReadingStoppedError
        self.on_progress(self.run)

    def _done(self) -> int:
        return self.findings.filter(asked=True).count() if self.options.chosen else self.counts["listed"]
