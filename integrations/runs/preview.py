"""What a dry run found: totals of everything, and the first 500 products that something would happen to. Kept with the run."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from integrations.importing.job import Change
from integrations.runs.progress import OURS
from operations.models import Run

ROWS_KEPT = 500
LONGEST_VALUE = 300
UNCHANGED = "unchanged"
KEY = "preview"
CHANGED = ("changed", "linked")
KIND_WORDS = {"new": "new", "linked": "linked to products entered here", "inactive": "would become inactive", "asked": "to decide",
              UNCHANGED: "unchanged"}  # fmt: skip


@dataclass(frozen=True)
class PreviewRow:
    """One product. kind: of importing.job.KINDS; changes: [field, as it is here, as it would be]."""

    kind: str
    external_id: str
    name: str
    changes: list[list[Any]]


@dataclass(frozen=True)
class Preview:
    """kinds: {kind: products}; fields: {field: products in which it would change}; rows: the first ones, unchanged products left out."""

    kinds: dict[str, int] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)
    rows: list[PreviewRow] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many products with a change are not among the rows."""
        return max(sum(number for kind, number in self.kinds.items() if kind != UNCHANGED) - len(self.rows), 0)

    def sentence(self) -> str:
        """ "12 new, 3 price changes, 40 unchanged" """
        parts = [f"{self.kinds['new']:,} new"] if self.kinds.get("new") else []
        for name, number in sorted(self.fields.items(), key=lambda entry: (-entry[1], entry[0])):
            words = name if name.isupper() else name[:1].lower() + name[1:]
            parts.append(f"{number:,} {words.replace('_', ' ')} {'change' if number == 1 else 'changes'}")
        parts += [f"{self.kinds[kind]:,} {words}" for kind, words in KIND_WORDS.items() if kind != "new" and self.kinds.get(kind)]
        return ", ".join(parts) or "nothing to import"


class PreviewNotes:
    """Gathers what a dry run reports, in bounded room: totals go into the cursor, the first rows into the run's params."""

    def __init__(self, run: Run) -> None:
        kept: Any = (run.cursor or {}).get(OURS, {})
        self.kinds, self.fields = Counter(kept.get("kinds", {})), Counter(kept.get("fields", {}))
        self.rows: list[Any] = list(run.params.get(KEY, []))
        self.has_news = False

    def add(self, kind: str, external_id: str, name: str, changes: Sequence[Change] = ()) -> None:
        """One product."""
        self.kinds[kind] += 1
        if kind in CHANGED:
            # "Blue: Price" of a variation is a change of a price.
            self.fields.update({str(change[0]).rpartition(": ")[2] for change in changes})
        if kind != UNCHANGED and len(self.rows) < ROWS_KEPT:
            shown = [[str(column), plain(old), plain(new)] for column, old, new in changes]
            self.rows.append([kind, external_id, name[:LONGEST_VALUE], shown])
            self.has_news = True

    def totals(self) -> dict[str, dict[str, int]]:
        """For the cursor."""
        return {"kinds": dict(self.kinds), "fields": dict(self.fields)}


def plain(value: Any) -> Any:
    """A value as JSON can hold and a page can show it: numbers, yes and no as they are, everything else as text of bounded length."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        value = ", ".join(str(one) for one in value)
    text = value.isoformat() if isinstance(value, date) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def preview_of(run: Run) -> Preview:
    """What the dry run has found so far; empty for other runs."""
    kept: Any = (run.cursor or {}).get(OURS, {})
    return Preview(kept.get("kinds", {}), kept.get("fields", {}), [PreviewRow(*row) for row in run.params.get(KEY, [])])
