"""Which of very many numbers were seen, as intervals: neighbours take no room. It travels in a run's cursor as JSON. Pure."""

from bisect import bisect_right
from collections.abc import Iterable


class Seen:
    """A set of whole numbers. Numbers that were handed out one after the other make one interval, however many they are."""

    def __init__(self, intervals: Iterable[Iterable[int]] = ()) -> None:
        self._intervals: list[tuple[int, int]] = [(first, last) for first, last in intervals]

    def add(self, numbers: Iterable[int]) -> None:
        """Takes the numbers in."""
        fresh = [(number, number) for number in sorted(set(numbers))]
        if not fresh:
            return
        merged: list[tuple[int, int]] = []
        for first, last in sorted([*self._intervals, *fresh]):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        self._intervals = merged

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._intervals, (number, float("inf"))) - 1
        return place >= 0 and number <= self._intervals[place][1]

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self._intervals)

    def __bool__(self) -> bool:
        return bool(self._intervals)

    def last(self) -> int | None:
        """The largest of them."""
        return self._intervals[-1][1] if self._intervals else None

    def after(self, number: int, most: int) -> list[int]:
        """The next ones above `number`, at most so many."""
        found: list[int] = []
        for first, last in self._intervals:
            start = max(first, number + 1)
            found += range(start, min(last, start + most - len(found) - 1) + 1)
            if len(found) >= most:
                break
        return found

    @classmethod
    def joined(cls, one: "Seen", numbers: Iterable[int]) -> "Seen":
        """A new set: all of `one`, and the numbers."""
        both = cls(one.dump())
        both.add(numbers)
        return both

    def dump(self) -> list[list[int]]:
        """[[first, last], ..] for JSON; `Seen(..)` reads it."""
        return [[first, last] for first, last in self._intervals]
