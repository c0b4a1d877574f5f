"""How far an import is, for pages and programs: phase, products, speed, time left. One place, so that all say the same."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.runs.pace import pace
from operations.models import Run, RunStatus

OURS = "run"  # Key in the importer's cursor under which the run keeps figures of its own (desk.py).
END = "end"
PHASE_WORDS = {
    "start": "looking at the shop",
    "categories": "reading categories",
    "products": "reading products",
    "missing": "asking for products that were not seen",
    "pictures": "copying pictures",
    END: "finishing",
}


@dataclass(frozen=True)
class Progress:
    """phase: key of PHASE_WORDS, "" before the first step; words: what is going on, for a person; done, total: products (total 0 =
    unknown); per_second: products; seconds_left: of work. waits_until: the shop was down, the run goes on then; tries: how often that was
    since it last got further."""

    phase: str
    words: str
    done: int
    total: int
    per_second: float | None
    seconds_left: int | None
    waits_until: datetime | None
    tries: int


def progress_of(run: Run) -> Progress:
    """No query. Speed and time left only while products are read; an ended run keeps its speed."""
    cursor: Any = run.cursor or {}
    figures = cursor.get(OURS, {})
    phase = str(cursor.get("phase", ""))
    speed = pace(run.done, run.total, float(figures.get("seconds", 0)))
    reading = run.is_open and phase == "products"
    waits = run.not_before if run.status == RunStatus.QUEUED and run.tries else None
    words = (run.phase or PHASE_WORDS.get(phase, "")) if run.is_open else ""
    left = speed.seconds_left if reading else None
    return Progress(phase, words, run.done, run.total, speed.per_second, left, waits, run.tries)
