"""What a step has to tell: counts, issues and (in dry runs) what would change. A step that is tried again begins with a fresh one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from integrations.importing.fitting import clean_line
from integrations.importing.job import Change, ImportJob
from integrations.records import FieldProblem
from operations.models import RunIssue

FAILS_AT = "shop_fails"  # The code of the issue about a product at which the shop itself fails.


@dataclass
class Outcome:
    """Collected while a step works, told by `tell` right before it saves."""

    counts: Counter[str] = field(default_factory=Counter)
    issues: list[RunIssue] = field(default_factory=list)
    reports: list[tuple[str, str, str, Sequence[Change]]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def note(self, problem: FieldProblem, *, name: str = "", reference: str = "", product_id: int | None = None) -> None:
        """An issue about one product of the shop; problem.subject: the variation it is about."""
        message = f"{problem.subject}: {problem.message}" if problem.subject else problem.message
        issue = RunIssue(
            product_id=product_id, subject=name[:200], field=problem.field[:100], code=problem.code[:60], message=message,
            reference=reference[:64],
        )  # fmt: skip
        self.issues.append(issue)

    def fail(self, external_id: Any, name: str, code: str, message: str) -> None:
        """A product that does not come in."""
        self.counts["failed"] += 1
        self.note(FieldProblem("", code, message), name=clean_line(name), reference=clean_line(str(external_id or "")))

    @staticmethod
    def is_failure(issue: RunIssue) -> bool:
        """Whether the issue was made by `fail`: all others are about something of a product that comes in."""
        return issue.product_id is None and not issue.field

    def merge(self, other: "Outcome") -> None:
        """Takes in what a part of the step has to tell."""
        self.counts.update(other.counts)
        self.issues += other.issues
        self.reports += other.reports
        self.seen |= other.seen

    def tell(self, job: ImportJob) -> dict[str, int]:
        """Hands issues and reports over; returns the run's counts with this step's."""
        for issue in self.issues:
            job.note(issue)
        for kind, external_id, name, changes in self.reports:
            job.report(kind, external_id, name, changes)
        return dict(Counter(job.counts) + self.counts)
