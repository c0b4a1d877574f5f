"""What the importer is given for one run, and how it stops: the contract between the steps (work.py) and the run (runs/).

A step is one page: network first, then one transaction that writes the rows, notes issues, and calls `job.save` as its last act.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from integrations.importing.pages import Reader
from integrations.models import StoreConnection
from integrations.providers.base import StoreAdapter
from operations.models import Run, RunIssue

Cursor = dict[str, Any]
Change = tuple[str, Any, Any]  # column, old, new: as a person reads them
PHASES = ("start", "categories", "products", "missing", "pictures")
KINDS = ("new", "changed", "linked", "asked", "inactive", "unchanged")


class Stopped(Exception):
    """The run was cancelled or given to another worker: the step is rolled back."""


class NeedsConfirmation(Exception):
    """So many products would become inactive that a person is asked first. gone: how many; of: of how many living ones."""

    def __init__(self, *, gone: int, of: int) -> None:
        super().__init__(f"{gone} of {of} products would become inactive")
        self.gone, self.of = gone, of


class Save(Protocol):
    """Notes progress inside the step's transaction. False: the run is no longer ours; the step raises Stopped, all of it rolls back.

    done, total: products; cursor: where the next step begins, None behind the last one. wrote False: the step changed nothing, so that it
    may as well be done again; the progress of such steps need not be stored each time.
    """

    def __call__(
        self, *, done: int, total: int, counts: dict[str, int], phase: str, cursor: Cursor | None, wrote: bool = True
    ) -> bool: ...


class Report(Protocol):
    """Dry runs: what would become of one product. kind: of KINDS."""

    def __call__(self, kind: str, external_id: str, name: str, changes: Sequence[Change] = ()) -> None: ...


@dataclass
class ImportJob:
    """One run's work. only_ids: just these products of the shop, and nothing is taken for missing; None = all of them.

    full: also what seems unchanged is compared; dry_run: nothing is written but through `save` and `report`; allow_removals: a person has
    said yes to NeedsConfirmation. counts: created, updated, unchanged, inactive, linked, failed, asked, skipped, images.
    note: takes an unsaved RunIssue without run; its `reference` is the shop's id of the product, by which “Retry failed” asks again.
    in_step: not an import but what keeps the shop in step between two (in_step/): few products, so each answer is noted with its time.
    reader: the adapter, one page ahead of the step.
    What was noted and reported since the last `save` is stored by it; a step that fails leaves nothing of it.
    """

    connection: StoreConnection
    adapter: StoreAdapter
    run: Run | None
    save: Save
    note: Callable[[RunIssue], None]
    report: Report
    full: bool = False
    dry_run: bool = False
    only_ids: list[str] | None = None
    allow_removals: bool = False
    in_step: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    reader: Reader = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.reader = Reader(self.adapter)
