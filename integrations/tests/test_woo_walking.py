"""A list that people change between any two requests: whatever they do, what stays in it is read, and the reading ends."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.providers.woocommerce.listing.page_sizes import MOST_PATIENCE, SIZES, PageSizes
from integrations.providers.woocommerce.listing.walking import END, GO_ON, LOOK_AGAIN, Place, judge, page_at

edits = st.lists(
    st.tuples(st.sampled_from(["trash", "trash_many", "add", "restore", "nothing"]), st.integers(0, 400), st.integers(1, 30)), max_size=60
)


class Shelf:
    """Numbers on sale, and in the trash."""

    def __init__(self, count: int) -> None:
        self.living, self.trash, self.next = list(range(1, count + 1)), [], count + 1
        self.restored: set[int] = set()

    def edit(self, what: str, where: int, how_many: int) -> None:
        if what.startswith("trash") and self.living:
            start = where % len(self.living)
            for number in self.living[start : start + (how_many if what == "trash_many" else 1)]:
                self.living.remove(number)
                self.trash.append(number)
        elif what == "restore" and self.trash:
            number = self.trash.pop(where % len(self.trash))
            self.restored.add(number)
            self.living = sorted([*self.living, number])
        elif what == "add":
            self.living += range(self.next, self.next + how_many)
            self.next += how_many


def read(
    shelf: Shelf, edits: list[tuple[str, int, int]], *, size: int, totals: bool = True, by_pages: bool = False
) -> tuple[set[int], int]:
    """(numbers that came, requests)."""
    place, came, waiting, tries = Place(), set(), list(edits), 0
    for requests in range(1, 2000):
        if waiting:
            shelf.edit(*waiting.pop(0))
        rows = size
        if by_pages:
            page, rows, start = page_at(place.offset, size)
            assert start == (page - 1) * rows <= place.offset and start + rows > place.offset + 1
            place = replace(place, offset=start)
        ids = shelf.living[place.offset : place.offset + rows]
        verdict = judge(place, ids, len(shelf.living) if totals else None, rows, tries)
        assert verdict.what in (GO_ON, LOOK_AGAIN, END), verdict
        if verdict.what == LOOK_AGAIN:
            place, tries = verdict.place, tries + 1
            continue
        came |= {number for number in ids if number > place.last}
        if verdict.what == END:
            return came, requests
        place, tries = Place.load(json.loads(json.dumps(verdict.place.dump()))), 0
    raise AssertionError("no end")


@given(st.integers(0, 300), edits, st.sampled_from([5, 20, 100]), st.booleans())
def test_what_stays_is_read_whatever_people_do(count: int, edits: list[tuple[str, int, int]], size: int, by_pages: bool) -> None:
    shelf = Shelf(count)
    try:
        came, _ = read(shelf, edits, size=size, by_pages=by_pages)
    except AssertionError as error:
        # Only this may happen: after a first look everything vanished, or two looks that do not agree while people go on restoring.
        assert "list_vanished" in str(error) or "list_totals" in str(error)
        return
    assert set(shelf.living) - shelf.restored <= came


@given(st.integers(0, 300), edits, st.sampled_from([5, 20, 100]))
def test_without_totals_nothing_that_stays_is_lost_either(count: int, edits: list[tuple[str, int, int]], size: int) -> None:
    shelf = Shelf(count)
    quiet = [edit for edit in edits if edit[0] in ("add", "trash", "nothing")]
    try:
        came, _ = read(shelf, quiet, size=size, totals=False)
    except AssertionError as error:
        assert "list_vanished" in str(error)
        return
    added_late = range(count + 1, shelf.next)
    assert set(shelf.living) - set(added_late) <= came


def test_a_quiet_list_costs_one_row_more_a_window() -> None:
    assert read(Shelf(1000), [], size=100) == (set(range(1, 1001)), 11)


@pytest.mark.parametrize(
    "kept", [None, 5, "x", [], {}, {"offset": "x"}, {"offset": 1, "last": 1, "seen": 1, "idle": 0, "look": 1, "window": 5}]
)
def test_a_cursor_that_is_none_starts_anew(kept: Any) -> None:
    assert Place.load(kept) == Place()


def test_sizes_shrink_at_once_and_grow_slowly_and_ever_more_slowly() -> None:
    sizes = PageSizes()
    for size in SIZES[1:]:
        assert sizes.went_badly("products")
        assert sizes.of("products") == size
    assert not sizes.went_badly("products")
    assert sizes.of("variations") == 100
    grown = []
    for page in range(1, 1000):
        sizes.went_well("products", 1.0)
        if sizes.of("products") > (grown[-1][1] if grown else 10):
            grown.append((page, sizes.of("products")))
    assert grown == [(80, 20), (160, 50), (240, 100)]
    for _ in range(20):
        sizes.went_badly("products")
        sizes.went_well("products", 99.0)
    assert sizes.as_json()["products"][2] <= MOST_PATIENCE


def test_slow_pages_are_no_reason_for_larger_ones() -> None:
    sizes = PageSizes({"products": [20, 9, 10]})
    sizes.went_well("products", 15.0)
    assert sizes.as_json() == {"products": [20, 0, 10]}


@pytest.mark.parametrize(
    "kept", [None, 5, [], {"products": 20}, {"products": [33, 0, 10]}, {"products": [20, "x", 10]}, {"products": [20, -1, 1]}]
)
def test_sizes_that_are_none_are_the_usual_one(kept: Any) -> None:
    assert PageSizes(kept).of("products") == 100


@pytest.mark.parametrize("size", SIZES)
def test_a_turned_page_always_reaches_behind_the_row_that_is_known(size: int) -> None:
    for offset in range(0, 30_000):
        page, rows, start = page_at(offset, size)
        assert start == (page - 1) * rows and rows <= 100 and start <= offset < start + rows - 1


def test_pages_that_are_turned_are_nearly_whole() -> None:
    offset, requests = 0, 0
    while offset < 100_000:
        _, rows, start = page_at(offset, 100)
        offset, requests = start + rows - 1, requests + 1
    assert requests < 1_150  # With offsets: 1,011.


def test_the_order_of_a_list_that_came_whole_does_not_matter() -> None:
    assert judge(Place(), [3, 1, 2], 3, 100).what == END
    assert judge(Place(), [3, 1, 2], 4, 100).what == "list_order"
    assert judge(Place(), [3, 1, 2], None, 100).what == "list_order"
    assert judge(Place(), [3, 1, 1], 3, 100).what == "list_order"
