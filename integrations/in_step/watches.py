"""When a shop is asked next and what came of the last time: one row per connection and kind. A shop that does not answer waits as rows."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from common.bulk import insert_missing
from common.clock import database_now
from common.errors import RemoteError, TransientError
from common.retry import STORE_DELAYS, store_delay
from integrations.models import Kind, StoreConnection, StoreWatch
from integrations.runs.ending import LONGEST_WAIT, said
from integrations.scheduling.timetable import next_slot

A_DAY = timedelta(days=1)
SHORTEST_WAIT = timedelta(minutes=1)
HEALTHY: dict[str, Any] = {"tries": 0, "failing_since": None, "problem": ""}


def due_by(now: datetime) -> Q:
    """The condition for what is due. Nothing waits for a day: such a time is left by a clock that had jumped."""
    return Q(due_at__isnull=True) | Q(due_at__lte=now) | Q(due_at__gt=now + A_DAY)


def minutes_of(connection: StoreConnection, kind: str) -> int:
    """How often this is done by itself; 0 = never. Hints are not: they wait for nobody."""
    return int({Kind.CHANGES: connection.changes_every, Kind.GLANCES: connection.glances_every}.get(Kind(kind), 0))


def keep_watches(connection: StoreConnection, now: datetime) -> None:
    """Makes the rows of a connection, and lets none wait longer than its settings say now."""
    insert_missing(StoreWatch, [{"connection_id": connection.pk, "kind": kind, "due_at": now} for kind in Kind.values])
    for kind in (Kind.CHANGES, Kind.GLANCES):
        if minutes := minutes_of(connection, kind):
            coming = next_slot(now, minutes, connection.pk)
            StoreWatch.objects.filter(connection=connection, kind=kind, tries=0, due_at__gt=coming).update(due_at=coming)


def finish(watch: StoreWatch, begun_at: datetime, now: datetime) -> None:
    """It came to its end. begun_at: from there on the next one has to look."""
    minutes = minutes_of(watch.connection, watch.kind)
    due_at = next_slot(now, minutes, watch.connection_id) if minutes else None
    StoreWatch.objects.filter(pk=watch.pk).update(begun_at=begun_at, looked_at=now, due_at=due_at, cursor=None, **HEALTHY)
    if watch.failing_since is not None:
        wake(watch.connection_id, but=watch)


def wake(connection_pk: int, *, but: StoreWatch | None = None) -> None:
    """The shop answers again: nothing waits for it any longer, and all of its ways are asked as those of any other shop."""
    now, others = database_now(), StoreWatch.objects.filter(connection=connection_pk).exclude(pk=but.pk if but else 0)
    others.filter(tries__gt=0).update(tries=0)
    others.filter(due_at__gt=now).update(due_at=now)


def put_off(watch: StoreWatch, error: RemoteError, now: datetime) -> bool:
    """The shop does not answer: 5, 15, then 45 minutes, or as long as it asks for (then no try is burnt). True when it just began.

    Less than a minute is believed once; the next time it is a minute and a burnt try, or a shop that says "in a second" again and again
    would keep a worker all day. What has tries goes on beside the others (sweep.py).

    A shop that is down is down for all: what else would ask it waits as long. What only this question met is no concern of the others.
    """
    asked = min(timedelta(seconds=error.retry_after or 0), LONGEST_WAIT)
    if asked and watch.failing_since is not None:
        is_believed, asked = asked >= SHORTEST_WAIT, max(asked, SHORTEST_WAIT)
    else:
        is_believed = bool(asked)
    tries = watch.tries if is_believed else watch.tries + 1
    delay = store_delay(min(max(tries, 1), len(STORE_DELAYS)), random.random()) or LONGEST_WAIT  # noqa: S311 - spreads load
    until, failing_since = now + (asked or delay), watch.failing_since or now
    StoreWatch.objects.filter(pk=watch.pk).update(due_at=until, tries=tries, problem=said(error), failing_since=failing_since)
    if isinstance(error, TransientError):
        others = StoreWatch.objects.filter(connection=watch.connection_id).exclude(pk=watch.pk)
        others.filter(Q(due_at__isnull=True) | Q(due_at__lt=until)).update(due_at=until)
        if tries:  # They would hang as well: the sweep asks such a shop in one way (sweep.py).
            others.filter(tries=0).update(tries=1)
    return watch.failing_since is None
