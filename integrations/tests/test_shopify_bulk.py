"""Large shops by a bulk operation: the same products as by pages, in whatever order the lines stand."""

import json
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.providers.shopify.listing.products import Products
from integrations.providers.shopify.listing.spool import Spool
from integrations.providers.shopify.reading.shape import number_of
from integrations.tests.shopify_bulk_world import NOW, all_of, by_pages, large_shop, numbers, reader, rich
from integrations.tests.shopify_double import ShopDouble

pytestmark = pytest.mark.usefixtures("frozen")


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
    spool.fill(lambda start: [b"", *lines, b"\n"], (len(lines), 4))
    raws: list[dict[str, Any]] = []
    while part := spool.raws(int(number_of(raws[-1]["id"])) if raws else 0, most, NOW):
        raws += part
    expected = by_pages(ShopDouble(*(rich(number) for number in (1, 2, 7, 8))))
    for raw in (*raws, *expected):
        raw["media"].sort(key=lambda one: one["id"])
    assert raws == expected
    assert spool.progress.is_whole


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
