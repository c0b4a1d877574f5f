"""What each app does after the database was restored from a backup: facts of another moment, perhaps another machine, are sorted out.

An app registers its step in `AppConfig.ready`; the restore runs all of them, lowest app first, inside its own transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Restoration:
    """made_at: the moment the backup shows (UTC); now: the database's clock; paused: nothing may go to Meta until a person says so."""

    made_at: datetime
    now: datetime
    paused: bool


Step = Callable[[Restoration], None]
_steps: list[tuple[int, Step]] = []


def after_restore(step: Step, *, order: int) -> None:
    """Registers a step, lowest order first; twice is once."""
    if (order, step) not in _steps:
        _steps.append((order, step))


def run_steps(restoration: Restoration) -> None:
    """Runs every registered step."""
    for _, step in sorted(_steps, key=lambda entry: entry[0]):
        step(restoration)
