"""Where the importer's steps put down what they did: progress, issues and previews, in the transaction of the step."""

from collections.abc import Sequence
from time import monotonic
from typing import Any

from integrations.importing.job import Change, Cursor
from integrations.runs.preview import KEY, PreviewNotes
from integrations.runs.progress import END, OURS, PHASE_WORDS
from operations.models import Run, RunIssue
from operations.services import advance_run

PAUSE = 1.0  # seconds


class Desk:
    """One worker's desk: what is noted since the last save is stored with the next one, or dropped with the step."""

    def __init__(self, run: Run) -> None:
        kept: Any = (run.cursor or {}).get(OURS, {})
        self.run = run
        self.seconds = float(kept.get("seconds", 0))
        self.preview = PreviewNotes(run)
        self.issues: list[RunIssue] = []
        self.since = monotonic()
        self.stored_at = 0.0
        self.unsaved: dict[str, Any] = {}

    def begin(self) -> None:
        """Before each step."""
        self.issues.clear()
        self.since = monotonic()

    def note(self, issue: RunIssue) -> None:
        """What could not be taken over."""
        self.issues.append(issue)

    def report(self, kind: str, external_id: str, name: str, changes: Sequence[Change] = ()) -> None:
        """What would become of a product (dry runs)."""
        self.preview.add(kind, external_id, name, changes)

    def save(self, *, done: int, total: int, counts: dict[str, int], phase: str, cursor: Cursor | None, wrote: bool = True) -> bool:
        """False when the run is no longer ours: then nothing is stored, and the step rolls back.

        Progress of steps that changed nothing is stored once a second: a commit for each would cost more than the rest of such a step.
        """
        now = monotonic()
        if phase == "products":
            self.seconds, self.since = self.seconds + now - self.since, now
        if not wrote and cursor is not None and cursor["phase"] == phase and now - self.stored_at < PAUSE:
            self.unsaved = {"done": done, "total": total, "counts": counts, "phase": phase, "cursor": cursor}
            self.run.done, self.run.total, self.run.counts = done, total, dict(counts)
            return True
        place = {**(cursor or {"phase": END}), OURS: self._figures()}
        words = PHASE_WORDS.get(phase, phase)
        if not advance_run(self.run, done=done, counts=dict(counts), phase=words, cursor=place, total=total):
            return False
        self._store()
        self.stored_at, self.unsaved = now, {}
        return True

    def catch_up(self) -> bool:
        """Stores what was left for later, before somebody else looks or goes on. False when the run is no longer ours."""
        return not self.unsaved or self.save(**self.unsaved)

    def _figures(self) -> dict[str, Any]:
        totals = self.preview.totals() if self.preview.kinds else {}
        return {"seconds": round(self.seconds, 2), **totals}

    def _store(self) -> None:
        for issue in self.issues:
            issue.run = self.run
        RunIssue.objects.bulk_create(self.issues, batch_size=500)
        self.issues = []
        if self.preview.has_news:
            self.run.params = {**self.run.params, KEY: self.preview.rows}
            Run.objects.filter(pk=self.run.pk).update(params=self.run.params)
            self.preview.has_news = False
