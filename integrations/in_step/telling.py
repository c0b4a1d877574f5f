"""What people and programs read of how a shop is kept in step: for each way how often, when last, when next, and what is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from integrations.in_step.watches import minutes_of
from integrations.models import Kind, StoreConnection, StoreWatch
from integrations.models.connections import ChangesEvery, GlancesEvery
from integrations.runs.holding import refusal


@dataclass(frozen=True)
class Told:
    """how_often: in words; last: when one last came to its end (None: never); next: when one is due (None: not by itself); problem: what
    the shop said, "" where all is well; failing_since: since when."""

    kind: str
    how_often: str
    last: datetime | None
    next: datetime | None
    problem: str
    failing_since: datetime | None


def told_of(connection: StoreConnection) -> list[Told]:
    """One for each way, hints first. No query where `watches` was fetched along."""
    known = {watch.kind: watch for watch in connection.watches.all()}
    return [_told(connection, kind, known.get(kind)) for kind in Kind.values]


def failing(watches: Iterable[StoreWatch]) -> StoreWatch | None:
    """The one that has failed for longest."""
    found = [watch for watch in watches if watch.failing_since is not None]
    return min(found, key=lambda watch: str(watch.failing_since), default=None)


def _told(connection: StoreConnection, kind: str, watch: StoreWatch | None) -> Told:
    if watch is None:
        return Told(kind, _how_often(connection, kind), None, None, "", None)
    comes = minutes_of(connection, kind) and connection.imported_at is not None and not refusal(connection)
    return Told(kind, _how_often(connection, kind), watch.looked_at, watch.due_at if comes else None, watch.problem, watch.failing_since)


def _how_often(connection: StoreConnection, kind: str) -> str:
    if kind == Kind.HINTS:
        return "As soon as the shop tells"
    choices = ChangesEvery if kind == Kind.CHANGES else GlancesEvery
    minutes = minutes_of(connection, kind)
    return str(choices(minutes).label) if minutes in choices.values else f"Every {minutes} minutes"
