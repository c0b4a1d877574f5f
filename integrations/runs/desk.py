"""Where the importer's steps put down what they did: progress, issues and previews, in the transaction of the step."""

from collections.abc import Sequence
from time import monotonic
from typing import Any

from integrations.importing.job import Change, Cursor
from integrations.runs.preview import KEY, PreviewNotes
from integrations.runs.progress import END, OURS, PHASE_WORDS
from operations.models import Run, RunIssue
from operations.services import advance_run


class Desk:
    """One worker's desk: what is noted since the last save is stored with the next one, or dropped with the step."""

    def __init__(self, run: Run) -> None:
        kept: Any = (run.cursor or {}).get(OURS, {})
        self.run = run
        self.seconds = float(kept.get("seconds", 0))
        self.preview = PreviewNotes(run)
        self.issues: list[RunIssue] = []
        self.since = monotonic()

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

    def save(self, *, done: int, total: int, counts: dict[str, int], phase: str, cursor: Cursor | None) -> bool:
        """False when the run is no longer ours: then nothing is stored, and the step rolls back."""
        now = monotonic()
        if phase == "products":
            self.seconds, self.since = self.seconds + now - self.since, now
        place = {**(cursor or {"phase": END}), OURS: self._figures()}
        words = PHASE_WORDS.get(phase, phase)
        if not advance_run(self.run, done=done, counts=dict(counts), phase=words, cursor=place, total=total):
            return False
        self._store()
        return True

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
