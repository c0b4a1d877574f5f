"""Lists of a shop, window by window or whole: never a row lost or twice, smaller windows where the shop is slow, every loop with an end."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import monotonic, time_ns
from typing import Any, Protocol

from common.errors import RemoteError
from integrations.providers.woocommerce.answering.answers import WooAnswer
from integrations.providers.woocommerce.answering.words import SMALLER_PAGES, trouble
from integrations.providers.woocommerce.listing.at_fault import BREAKS_OFF, listed_around
from integrations.providers.woocommerce.listing.page_sizes import PageSizes
from integrations.providers.woocommerce.listing.walking import END, GO_ON, LOOK_AGAIN, Place, judge, page_at
from integrations.providers.woocommerce.reading.tidy import number_of

BY_NUMBER = {"orderby": "id", "order": "asc"}
MOST_LOOKS, MOST_WINDOWS = 40, 20_000
Row = dict[str, Any]


class Client(Protocol):
    """What is needed of client.WooClient."""

    def get(self, path: str, params: dict[str, str] | None = None) -> WooAnswer:
        """One GET below wc/v3."""


@dataclass(frozen=True, slots=True)
class Window:
    """rows: those that are new; following: None behind the last window; total: rows in all, as the shop says."""

    rows: list[Row]
    following: Place | None
    total: int | None


class Lists:
    """past_caches: whether each request is made to look new, because a cache in front of the shop has given old lists; by_pages: whether
    pages are turned, because a plugin of the shop does not hear which row to begin with."""

    def __init__(self, client: Client, sizes: PageSizes, *, past_caches: bool = False, by_pages: bool = False) -> None:
        self.client, self.sizes, self.past_caches, self.by_pages = client, sizes, past_caches, by_pages
        self.is_hurried = False
        self._unbroken: dict[str, list[int]] = {}  # Page sizes before the shop broke off for the first time.

    def window(self, name: str, path: str, params: dict[str, str], place: Place) -> Window:
        """The next window that holds anything new. name: whose page sizes count. Raises one of the four errors."""
        for tries in range(MOST_LOOKS):
            start, size, answer = self._asked(name, path, params, place.offset)
            place = replace(place, offset=start)
            ids = [number_of(row) for row in answer.data]
            if None in ids:
                raise trouble("unreadable").error_for(proven=True)
            verdict = judge(place, [number for number in ids if number is not None], answer.total, size, tries)
            if verdict.what in (GO_ON, END):
                rows = self._fresh(answer.data, place.last)
                return Window(rows, verdict.place if verdict.what == GO_ON else None, answer.total)
            if verdict.what != LOOK_AGAIN:
                self._another_way(verdict.what)
            place = verdict.place
        raise trouble("list_totals").error_for(proven=True)

    def whole(self, name: str, path: str, params: dict[str, str]) -> Iterator[Row]:
        """All rows, each once. Raises one of the four errors."""
        place: Place | None = Place()
        given: set[int | None] = set()
        for _ in range(MOST_WINDOWS):
            if place is None:
                return
            window = self.window(name, path, params, place)
            for row in window.rows:
                if number_of(row) not in given:  # The list was read once more.
                    yield row
            given.update(number_of(row) for row in window.rows)
            place = window.following
        raise trouble("list_totals").error_for(proven=True)

    def _another_way(self, kind: str) -> None:
        """A list that cannot be right is asked for past caches, then by pages. Raises the trouble when neither is left."""
        if not self.past_caches:
            self.past_caches = True
        elif kind == "list_repeats" and not self.by_pages:
            self.by_pages, self.past_caches = True, False
        else:
            raise trouble(kind).error_for(proven=True)

    def _asked(self, name: str, path: str, params: dict[str, str], offset: int) -> tuple[int, int, WooAnswer]:
        """(first row, size, answer), with a smaller size where the shop does not manage the one that is usual."""
        first = self.sizes.state(name)
        while True:
            size, started = self.sizes.of(name), monotonic()
            start, size, window = self._window(offset, size)
            try:
                answer = self.client.get(path, self.fresh({**params, **BY_NUMBER, **window}))
            except RemoteError as error:
                if error.kind not in SMALLER_PAGES or error.retry_after is not None:
                    raise
                breaks_off = error.kind == BREAKS_OFF and path == "products"
                if breaks_off:
                    self._unbroken.setdefault(name, first)
                if not self.sizes.went_badly(name):
                    if error.kind not in ("timeout", "too_large"):
                        self.sizes.put_back(name, first)
                    if not breaks_off:
                        raise
                    return start, size, self._around(name, {**params, **BY_NUMBER, **window}, error)
                if self.is_hurried and error.kind == "timeout":
                    raise
            else:
                self.sizes.went_well(name, monotonic() - started)
                return start, size, answer

    def _around(self, name: str, params: dict[str, str], error: RemoteError) -> WooAnswer:
        """A window of products at which the shop breaks off however small it is. Where one of them is at fault, it never was the size."""
        answer = listed_around(lambda asked: self.client.get("products", self.fresh(asked)), params, error)
        self.sizes.put_back(name, self._unbroken.pop(name))
        return answer

    def _window(self, offset: int, size: int) -> tuple[int, int, dict[str, str]]:
        """(first row, size, parameters)"""
        if not self.by_pages:
            return offset, size, {"per_page": str(size), "offset": str(offset)}
        page, rows, start = page_at(offset, size)
        return start, rows, {"per_page": str(rows), "page": str(page)}

    def fresh(self, params: dict[str, str]) -> dict[str, str]:
        """With a parameter that no cache has seen, where that is needed."""
        return {**params, "_": str(time_ns())} if self.past_caches else params

    @staticmethod
    def _fresh(rows: list[Row], last: int) -> list[Row]:
        found: dict[int, Row] = {}
        for row in rows:
            number = number_of(row)
            if number is not None and number > last:
                found[number] = row
        return list(found.values())
