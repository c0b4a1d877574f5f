"""How a list that may move while it is read is read without a gap: where the next window lies, and when the end was reached. Pure.

WooCommerce lists rows by number, ascending, and can be asked for a window of them by its offset only. A row that is deleted in front of the
window moves all that follow by one, past our window. So each window begins with the last row of the one before: if that is not its first,
or nothing below it, something has moved, and we go back until a window begins at or below the last number that we have. What is added goes
to the end. What comes back in front of the window (restored out of the trash) shows in the shop's total: then the list is read once more.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

GO_ON, LOOK_AGAIN, END = "go_on", "look_again", "end"  # Beside these: a kind of trouble (troubles.py).
LARGEST_PAGE = 100
MOST_IDLE = 2000  # windows in a row without anything new: after a step back there may be some


@dataclass(frozen=True, slots=True)
class Place:
    """Between two windows. offset: of the next one; last: highest number so far; seen: how many rows so far; look: 1, or 2 where the list
    is read once more; before: (seen, total) of the first look.

    window: (offset, first, last, rows) of the last one; idle: how many in a row held nothing new.
    """

    offset: int = 0
    last: int = 0
    seen: int = 0
    window: tuple[int, ...] = ()
    idle: int = 0
    look: int = 1
    before: tuple[int, ...] = ()

    @classmethod
    def load(cls, kept: Any) -> "Place":
        """From what `dump` made; from the beginning for anything else."""
        try:
            numbers = {name: int(kept[name]) for name in ("offset", "last", "seen", "idle", "look")}
            return cls(**numbers, window=tuple(map(int, kept["window"])), before=tuple(map(int, kept["before"])))
        except (TypeError, KeyError, ValueError):
            return cls()

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "window": list(self.window), "before": list(self.before)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """what: GO_ON, LOOK_AGAIN (it is of no use, look at another window), END, or the kind of trouble; place: where then."""

    what: str
    place: Place


def page_at(offset: int, size: int) -> tuple[int, int, int]:
    """(page, rows on it, its first row) for shops that turn pages and know no offset: a page with the row at `offset` that reaches as far
    behind it as any of about `size` rows. It begins a little before where other numbers of rows do not divide better.
    """
    most = size if size >= LARGEST_PAGE else size + 5
    rows = max(range(max(2, size // 2), most + 1), key=lambda each: (each - offset % each, each))
    return offset // rows + 1, rows, offset - offset % rows


def judge(place: Place, ids: Sequence[int], total: int | None, size: int, tries: int = 0) -> Verdict:
    """What a window means. ids: its rows as they came; size: how many were asked for; tries: windows looked at in vain just now."""
    is_whole = not place.offset and total is not None and len(set(ids)) >= total  # Then its order does not matter.
    if not is_whole and any(second < first for first, second in pairwise(ids)):
        return Verdict("list_order", place)
    if not ids:
        return _nothing(place, total, tries)
    if place.offset and ids[0] > place.last:
        return _back(place, place.offset, tries)
    fresh = len({number for number in ids if number > place.last})
    window = (place.offset, ids[0], ids[-1], len(ids))
    if not fresh and place.window and place.offset > place.window[0] and ids[0] == place.window[1]:
        return Verdict("list_repeats", place)
    rows = min(len(ids), size)
    onward = replace(
        place, offset=place.offset + max(rows - 1, 1), last=max(place.last, ids[-1]), seen=place.seen + fresh, window=window,
        idle=0 if fresh else place.idle + 1,
    )  # fmt: skip
    if _is_last(place, rows, fresh, total, size):
        return _end(onward, total)
    return Verdict(GO_ON if onward.idle < MOST_IDLE else "list_totals", onward)


def _is_last(place: Place, rows: int, fresh: int, total: int | None, size: int) -> bool:
    """A window that is short may be so because the host allows only so many rows: then the next one shows that nothing is left."""
    if total is None:  # Some hosts strip the header.
        return not fresh and rows < size
    return place.offset + rows >= total or (not fresh and place.offset + size >= total)


def _nothing(place: Place, total: int | None, tries: int) -> Verdict:
    if total is not None and place.offset < total:
        return Verdict("list_empty", place)
    if place.offset:
        return _back(place, min(place.offset, total or place.offset), tries)
    came_before = place.seen or (place.before and place.before[0])
    return Verdict("list_vanished", place) if came_before else _end(place, total)


def _back(place: Place, offset: int, tries: int) -> Verdict:
    return Verdict(LOOK_AGAIN, replace(place, offset=max(0, offset - 10 ** min(tries + 1, 6))))


def _end(place: Place, total: int | None) -> Verdict:
    """Everything that the shop counts was seen, or twice the same less: then it hides some from lists (plugins do), for good."""
    if total is None or place.seen >= total:
        return Verdict(END, place)
    if place.look == 1:
        return Verdict(GO_ON, Place(look=2, before=(place.seen, total)))
    return Verdict(END if (place.seen, total) == place.before else "list_totals", place)
