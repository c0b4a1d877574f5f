"""Large shops by a bulk operation: the same products as by pages, in whatever order the lines stand; and what may go wrong with one."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import AmbiguousError, NeedsConfigurationError, RemoteError, TransientError
from integrations.providers.shopify.listing.products import PATIENCE, Products
from integrations.providers.shopify.listing.spool import Spool
from integrations.providers.shopify.reading.shape import number_of
from integrations.tests.shopify_bulk_world import all_of, by_pages, large_shop, numbers, reader, rich
from integrations.tests.shopify_double import ShopDouble

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def test_the_file_gives_the_very_products_that_pages_give() -> None:
    shop = large_shop()
    raws = all_of(shop)
    assert json.dumps(raws) == json.dumps(by_pages(shop))
    assert shop.names()[: shop.names().index("PRODUCTS")] == ["COUNTS", "BULK_START", "BULK_STATE", "BULK_STATE", "download"]


def test_what_is_in_the_file_is_as_old_as_the_operation(frozen: Any) -> None:
    """So that it never overwrites what was asked for since."""
    shop = large_shop(3)
    products = reader(shop)
    cursor = products.page(None).next_cursor
    frozen.shift(300)
    page = products.page(cursor)
    assert (page.as_of, numbers(page.raws)) == (NOW, [1, 2, 3])
    assert products.page(page.next_cursor).as_of is None


def test_small_shops_turn_pages() -> None:
    shop = large_shop(3)
    list(by_pages(shop))
    assert "BULK_START" not in shop.names()


@settings(max_examples=60, deadline=None)
@given(st.permutations(ShopDouble(*(rich(number) for number in (1, 2, 7, 8))).bulk_file()), st.sampled_from([1, 2, 100]))
def test_lines_in_any_order_make_the_same_products(lines: list[bytes], most: int) -> None:
    """But for the order of pictures: theirs is the order of the lines."""
    spool = Spool()
    spool.fill([b"", *lines, b"\n"])
    raws: list[dict[str, Any]] = []
    while part := spool.raws(int(number_of(raws[-1]["id"])) if raws else 0, most, NOW):
        raws += part
    expected = by_pages(ShopDouble(*(rich(number) for number in (1, 2, 7, 8))))
    for raw in (*raws, *expected):
        raw["media"].sort(key=lambda one: one["id"])
    assert raws == expected
    assert (spool.lines, spool.products, spool.has_orphans) == (len(lines), 4, False)


def test_another_process_goes_on_where_the_first_one_was() -> None:
    shop = large_shop()
    raws, cursor = [], None
    while True:
        page = reader(shop).page(json.loads(json.dumps(cursor)))
        raws, cursor = raws + page.raws, page.next_cursor
        if cursor is None:
            break
    assert numbers(raws) == list(range(1, 251))


def test_what_changes_while_the_operation_runs_comes_afterwards() -> None:
    shop = large_shop(120)
    shop.products[5] = rich(5) | {"title": "New name", "updatedAt": "2026-11-26T12:00:03Z"}
    shop.products[121] = rich(121) | {"updatedAt": "2026-11-26T12:00:05Z"}
    raws = all_of(shop)
    assert numbers(raws) == [*range(1, 121), 5, 121]
    assert {number_of(raw["id"]): raw["title"] for raw in raws}["5"] == "New name"
    asked = [given["query"] for name, given in shop.asked if "query" in given and name == "PRODUCTS"]
    assert asked == ["updated_at:>='2026-11-26T11:59:53Z'"]  # by Shopify's clock


def test_it_is_watched_until_it_is_done() -> None:
    shop = large_shop(3)
    under_way = [{"status": "CREATED"}, {"status": "RUNNING", "objectCount": "5"}]
    shop.statuses = [*under_way, *shop.statuses]
    waits: list[float] = []
    products, cursor = Products(shop, large=1, pause=waits.append, clock=timezone.now), None
    pages = 0
    while True:
        page = products.page(cursor)
        pages += len(page.raws) > 0
        cursor = page.next_cursor
        if cursor is None:
            break
    assert waits == [1.0, 2.0]
    assert pages == 1


@pytest.mark.parametrize("gets_on", [True, False])
def test_one_that_hangs_is_called_off_and_pages_are_turned(frozen: Any, gets_on: bool) -> None:
    shop = large_shop(3)
    looks = 0

    def before(name: str) -> None:
        nonlocal looks
        if name == "BULK_STATE":
            looks += 1
            frozen.shift(PATIENCE - 60)
            shop.statuses = [{"status": "RUNNING", "objectCount": str(looks if gets_on else 4)}]

    shop.before = before
    assert numbers(all_of(shop)) == [1, 2, 3]
    assert "BULK_CANCEL" in shop.names()
    assert "download" not in shop.names()
    assert looks == (14 if gets_on else 3)


def test_calling_off_may_fail() -> None:
    shop = large_shop(3)

    def before(name: str) -> None:
        if name == "BULK_CANCEL":
            raise TransientError("no", kind="shop_error")

    shop.before = before
    shop.statuses = [{"status": "CREATED"}]
    products = reader(shop)
    page = products.page(None)
    page.next_cursor["bulk"]["moved"] -= PATIENCE + 1
    assert products.page(page.next_cursor).next_cursor == {"list": {}}


@pytest.mark.parametrize("status", ["FAILED", "CANCELED", "EXPIRED", "SOMETHING_NEW"])
def test_one_that_fails_is_no_list_even_with_half_a_file(status: str, caplog: pytest.LogCaptureFixture) -> None:
    shop = large_shop(3)
    shop.finish_bulk(status=status, errorCode="TIMEOUT", partialDataUrl="https://storage.googleapis.com/half.jsonl")
    assert numbers(all_of(shop)) == [1, 2, 3]
    assert "download" not in shop.names()
    assert f"{status} TIMEOUT" in caplog.text  # why, as Shopify says it


def test_done_without_a_file_is_no_empty_shop() -> None:
    shop = large_shop(3)
    shop.finish_bulk(url=None, objectCount="0", rootObjectCount="0")
    assert numbers(all_of(shop)) == [1, 2, 3]


def test_one_that_shopify_has_forgotten_leads_to_pages() -> None:
    shop = large_shop(3)
    shop.statuses = [None]  # type: ignore[list-item]
    assert numbers(all_of(shop)) == [1, 2, 3]


@pytest.mark.parametrize("spoil", ["end", "double", "broken", "orphan", "foreign", "roots"])
def test_a_file_that_is_not_what_it_should_be_is_not_used(spoil: str) -> None:
    shop = large_shop(3)
    lines = shop.lines
    if spoil == "end":
        del lines[-1]
    elif spoil == "double":
        lines[-1] = lines[0]
    elif spoil == "broken":
        lines[1] = lines[1][:40]
    elif spoil == "orphan":
        lines[1] = lines[1].replace(b"Product\\/1", b"Product\\/77")
    elif spoil == "foreign":
        lines[1] = b'{"id": "gid:\\/\\/shopify\\/Order\\/1"}'
    else:
        shop.statuses[0]["rootObjectCount"] = "4"
    assert numbers(all_of(shop)) == [1, 2, 3]
    assert ["query" in given for name, given in shop.asked if name == "PRODUCTS"] == [False]


def test_a_file_that_does_not_come_at_once_is_asked_for_again() -> None:
    shop = large_shop(3)
    tries = 0

    def before(name: str) -> None:
        nonlocal tries
        if name == "download" and (tries := tries + 1) == 1:
            raise TransientError("cut", kind="connection_lost")

    shop.before = before
    assert numbers(all_of(shop)) == [1, 2, 3]
    assert shop.names().count("download") == 1


def test_a_file_that_lacks_products_from_the_beginning_does_not_end_the_list() -> None:
    """Shopify's staff have seen such operations: done, counts that fit, products missing."""
    shop = large_shop(3)
    held = shop.products.pop(2)
    shop.finish_bulk()
    shop.products[2] = held
    raws = all_of(shop)
    assert set(numbers(raws)) == {1, 2, 3}
    assert [name for name in shop.names() if name == "PRODUCTS"] == ["PRODUCTS", "PRODUCTS"]


@pytest.mark.parametrize("error", [AmbiguousError("?", kind="timeout"), NeedsConfigurationError("may not", kind="missing_scope")])
def test_where_none_can_be_begun_pages_are_turned(error: RemoteError) -> None:
    shop = large_shop(3)

    def before(name: str) -> None:
        if name == "BULK_START":
            raise error

    shop.before = before
    assert numbers(all_of(shop)) == [1, 2, 3]


def test_where_all_places_are_taken_pages_are_turned() -> None:
    class Busy(ShopDouble):
        def execute(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
            data = super().execute(query, variables)
            if "bulkOperationRunQuery" in data:
                said = {"field": None, "message": "already in progress: gid://shopify/BulkOperation/1", "code": "OPERATION_IN_PROGRESS"}
                return {"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": [said]}}
            return data

    shop = large_shop(3)
    shop.__class__ = Busy
    assert numbers(all_of(shop)) == [1, 2, 3]


