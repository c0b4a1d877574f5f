"""A bulk operation's file that takes longer than one turn of the import: what came is kept, and the next turn goes on there."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from common.errors import TransientError
from integrations.providers.shopify.listing import staging
from integrations.providers.shopify.listing.large import PART_SECONDS
from integrations.tests.shopify_bulk_world import by_pages, large_shop, numbers, reader
from integrations.tests.shopify_double import ShopDouble

pytestmark = pytest.mark.usefixtures("frozen")
GONE = TransientError("no such file", kind="unreachable")


def slow(shop: ShopDouble, frozen: Any, lines_of_a_part: int) -> None:
    """From now on so many lines of the file come before a step's time is over."""

    def before(name: str) -> None:
        if name == "line":
            frozen.shift(PART_SECONDS / lines_of_a_part + 0.001)

    shop.before = before


def by_turns(shop: ShopDouble, between: Any = lambda: None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(products, cursors): each page by another process."""
    raws: list[dict[str, Any]] = []
    cursors: list[dict[str, Any]] = []
    while len(cursors) < 500:
        page = reader(shop).page(json.loads(json.dumps(cursors[-1] if cursors else None)))
        raws += page.raws
        if page.next_cursor is None:
            return raws, cursors
        cursors.append(page.next_cursor)
        between()
    raise AssertionError("it does not end")


def ways(cursors: list[dict[str, Any]]) -> list[str]:
    return [next(iter(cursor)) for cursor in cursors]


def test_a_slow_file_is_read_once_in_several_turns(frozen: Any, tmp_path: Path) -> None:
    shop = large_shop(120)
    size = sum(len(line) + 1 for line in shop.lines)
    slow(shop, frozen, len(shop.lines) // 7)
    raws, cursors = by_turns(shop)
    reached = [cursor["file"]["at"] for cursor in cursors if "file" in cursor]
    assert len(set(reached)) >= 7
    assert reached == sorted(reached)
    assert shop.given == size
    assert json.dumps(raws) == json.dumps(by_pages(shop))
    assert list(tmp_path.glob("*/*")) == []


def test_a_file_that_is_cut_off_all_the_time_ends_all_the_same(frozen: Any) -> None:
    """Each time a line comes, the line behind it does not."""
    shop, given = large_shop(3), 0

    def before(name: str) -> None:
        nonlocal given
        if name == "line" and (given := given + 1) % 2 == 0:
            raise TransientError("cut", kind="connection_lost")

    shop.before = before
    raws, cursors = by_turns(shop)
    assert (numbers(raws), "list" in ways(cursors)) == ([1, 2, 3], False)
    assert shop.given == sum(len(line) + 1 for line in shop.lines)


def test_where_the_files_are_lost_between_turns_pages_are_turned_in_the_end(frozen: Any) -> None:
    """Each turn on a machine of its own: nothing would ever get further."""
    shop = large_shop(40)
    slow(shop, frozen, len(shop.lines) // 3)

    def clean() -> None:
        for path in staging._folder().iterdir():
            path.unlink()

    raws, cursors = by_turns(shop, clean)
    assert (numbers(raws), ways(cursors)[-1]) == (list(range(1, 41)), "list")
    assert shop.given < 3 * sum(len(line) + 1 for line in shop.lines)


def test_another_machine_that_takes_over_fetches_it_anew(frozen: Any) -> None:
    shop = large_shop(250)
    seen = 0

    def leave() -> None:
        nonlocal seen
        seen += 1
        if seen == 2:  # In the middle of what is in the file.
            for path in staging._folder().iterdir():
                path.unlink()

    raws, cursors = by_turns(shop, leave)
    assert (numbers(raws), "list" in ways(cursors)) == (list(range(1, 251)), False)
    assert shop.names().count("download") == 2


@pytest.mark.parametrize("answer", ["vanished", "expired", "forgotten"])
def test_a_file_that_goes_while_it_is_read_leads_to_pages(frozen: Any, answer: str) -> None:
    """Its address is signed for seven days; an import may be older."""
    shop = large_shop(30)
    slow(shop, frozen, len(shop.lines) // 3)
    steps = 0

    def between() -> None:
        nonlocal steps
        steps += 1
        if steps == 2 and answer == "vanished":

            def before(name: str) -> None:
                if name == "download":
                    raise GONE

            shop.before = before
        elif steps == 2:
            frozen.shift(8 * 24 * 3600)
            shop.statuses = [{"status": "EXPIRED"} if answer == "expired" else None]  # type: ignore[list-item]

    raws, cursors = by_turns(shop, between)
    assert (numbers(raws), ways(cursors)[-1]) == (list(range(1, 31)), "list")


def test_a_file_that_is_here_needs_no_address_any_more() -> None:
    shop = large_shop(250)
    products, raws, cursor = reader(shop), [], None
    while True:
        page = products.page(cursor)
        raws, cursor = raws + page.raws, page.next_cursor
        if cursor is None:
            break
        if "file" in cursor:
            shop.statuses = [{"status": "EXPIRED"}]
    assert numbers(raws) == list(range(1, 251))


def test_what_is_no_file_any_more_leads_to_pages(frozen: Any) -> None:
    """A machine that lost its power in the middle."""
    shop = large_shop(30)
    slow(shop, frozen, len(shop.lines) // 3)

    def spoil() -> None:
        for path in staging._folder().iterdir():
            path.write_bytes(b"nonsense" * 1000)

    raws, cursors = by_turns(shop, spoil)
    assert (numbers(raws), ways(cursors)[-1]) == (list(range(1, 31)), "list")


def test_few_files_lie_here_and_old_ones_go(frozen: Any, tmp_path: Path) -> None:
    for number in range(staging.MOST_FILES):
        assert staging.opened(f"{number}") is not None
    shop = large_shop(3)
    raws, cursors = by_turns(shop)
    assert (numbers(raws), ways(cursors)) == ([1, 2, 3], ["bulk", "list"])
    (folder,) = tmp_path.iterdir()
    os.utime(folder / f"0{staging.ENDING}", (0, 0))
    raws, cursors = by_turns(shop)
    assert (numbers(raws), ways(cursors)) == ([1, 2, 3], ["bulk", "since"])
    assert sorted(path.name for path in folder.iterdir()) == [f"{number}{staging.ENDING}" for number in range(1, staging.MOST_FILES)]


def test_nobody_else_of_the_machine_reads_or_lays_files_there(tmp_path: Path) -> None:
    staging.opened("a")
    (folder,) = tmp_path.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)
    raws, cursors = by_turns(large_shop(3))
    assert (numbers(raws), ways(cursors)) == ([1, 2, 3], ["bulk", "list"])
