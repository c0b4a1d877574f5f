"""How many rows are asked for at a time: fewer after a shop took too long, slowly more again. Pure; what is learnt outlives the run.

Each kind of list has a size of its own: a shop may be quick with variations and slow with products.
"""

from typing import Any

SIZES = (100, 50, 20, 10)
QUICK = 10.0  # seconds: a page that takes longer says nothing in favour of larger ones
PATIENCE, MOST_PATIENCE = 10, 640  # quick pages in a row before a larger one is tried


class PageSizes:
    """kept: what `as_json` gave before; anything else in it is ignored."""

    def __init__(self, kept: Any = None) -> None:
        self._state: dict[str, list[int]] = {}
        for name, state in kept.items() if isinstance(kept, dict) else ():
            if isinstance(state, list) and len(state) == 3 and state[0] in SIZES and all(type(part) is int and part >= 0 for part in state):
                self._state[name] = [state[0], state[1], max(PATIENCE, min(state[2], MOST_PATIENCE))]

    def of(self, name: str) -> int:
        """Rows to ask for now."""
        return self._of(name)[0]

    def went_badly(self, name: str) -> bool:
        """The shop did not manage this size. False: it is the smallest already."""
        size, _, patience = self._of(name)
        if size == SIZES[-1]:
            return False
        self._state[name] = [SIZES[SIZES.index(size) + 1], 0, min(patience * 2, MOST_PATIENCE)]
        return True

    def went_well(self, name: str, seconds: float) -> None:
        """A page came. After many quick ones in a row a larger one is asked for; each failure doubles how many that are."""
        size, quick, patience = self._of(name)
        quick = quick + 1 if seconds < QUICK else 0
        if quick >= patience and size != SIZES[0]:
            size, quick = SIZES[SIZES.index(size) - 1], 0
        self._state[name] = [size, quick if size != SIZES[0] else 0, patience]

    def state(self, name: str) -> list[int]:
        """For `put_back`."""
        return list(self._of(name))

    def put_back(self, name: str, state: list[int]) -> None:
        """Even the smallest page failed: it was not the size."""
        self._state[name] = state

    def as_json(self) -> dict[str, list[int]]:
        """For the next time; names with the usual size are left out."""
        return {name: list(state) for name, state in self._state.items() if state[0] != SIZES[0]}

    def _of(self, name: str) -> list[int]:
        return self._state.get(name, [SIZES[0], 0, PATIENCE])
