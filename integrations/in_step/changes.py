"""What was changed in a shop since the last time: a request or two every few minutes, for shops whose deliveries do not reach us.

The next look begins where the last one that came to its end had begun, less an overlap: shops date changes by whole seconds and commit them
later, and their clocks are not ours.
"""

from datetime import datetime, timedelta
from typing import Any

from common.clock import database_now
from integrations import hints
from integrations.importing.looking import look
from integrations.in_step.turns import Turn, take_turn
from integrations.in_step.watches import finish
from integrations.in_step.writing import bring_in
from integrations.models import Kind, StoreWatch
from integrations.providers.base import Raw

OVERLAP = timedelta(minutes=10)
FRESH_FOR = timedelta(hours=1)  # Where nobody has read on for longer, a place in a list of changes says nothing any more.
NOT_SHOWN = "the shop fails at it"
LONGEST_IMPORT = timedelta(days=1)  # The first look goes back to before the last import began.


def read_changes(connection_pk: int, *, again: bool = False) -> bool:
    """Takes in what was changed. Returns whether there is more to do at once. again: see turns.py."""
    return take_turn(connection_pk, Kind.CHANGES, _read, again=again)


def _read(turn: Turn) -> bool:
    place = _place(turn.watch, database_now())
    begun_at, since = datetime.fromisoformat(place["begun"]), datetime.fromisoformat(place["since"])
    while True:
        page = turn.job.reader.changed(since, place["at"])
        place = {**place, "at": page.next_cursor}
        _bring_in(turn, page.raws, place)
        if page.next_cursor is None:
            finish(turn.watch, begun_at, database_now())
            return False
        if turn.is_over():
            return True


def _bring_in(turn: Turn, raws: list[Raw], place: dict[str, Any]) -> None:
    """A product at which the shop fails has a hint: that is asked again for longer than the list shows the change."""
    adapter = turn.job.adapter
    withheld = [adapter.external_id(raw) for raw in raws if adapter.withheld(raw)]

    def also() -> None:
        hints.note(turn.connection.pk, withheld, NOT_SHOWN)
        _keep(turn.watch, place)

    bring_in(turn, look(turn.job, (raw for raw in raws if not adapter.withheld(raw))), also)


def _place(watch: StoreWatch, now: datetime) -> dict[str, Any]:
    """Where to go on: in the middle of a look that was interrupted just now, else with a new one.

    A look may take hours (all prices of a shop were changed, and it gives each product's variations one by one): it goes on all the same.
    """
    kept: Any = watch.cursor
    if kept and now - datetime.fromisoformat(kept.get("read", kept["begun"])) < FRESH_FOR:
        return dict(kept)
    before = watch.begun_at or (watch.connection.imported_at or now) - LONGEST_IMPORT
    return {"begun": now.isoformat(), "since": (min(before, now) - OVERLAP).isoformat(), "at": None}


def _keep(watch: StoreWatch, place: dict[str, Any]) -> None:
    if place["at"] is not None:
        StoreWatch.objects.filter(pk=watch.pk).update(cursor={**place, "read": database_now().isoformat()})
