"""Shopify counts more, or fewer, products than came out of a bulk operation's file: what that costs, and what the shop looks like then."""

import pytest

from common.errors import TransientError
from integrations.tests.shopify_bulk_world import all_of, by_pages, large_shop, numbers, rich
from integrations.tests.shopify_double import ShopDouble

pytestmark = pytest.mark.usefixtures("frozen")
LATE = "2026-11-26T12:00:05Z"  # after the operation began


def whole_pages(shop: ShopDouble) -> int:
    """How often all products were asked for page by page."""
    return sum(name == "PRODUCTS" and "query" not in given for name, given in shop.asked)


def test_a_product_that_the_index_shows_late_is_waited_for() -> None:
    shop = large_shop(300)
    new = rich(301) | {"updatedAt": LATE}
    shop.counted = 301
    looks = 0

    def before(name: str) -> None:
        nonlocal looks
        looks += name == "PRODUCTS"
        if looks == 2:
            shop.products[301] = new

    shop.before = before
    assert numbers(all_of(shop)) == list(range(1, 302))
    assert (looks, whole_pages(shop), "GLANCE_LIST" in shop.names()) == (2, 0, False)


@pytest.mark.parametrize("lacking", [{2}, {7, 44, 120}])
def test_what_the_file_lacks_is_found_by_a_glance(lacking: set[int]) -> None:
    """Shopify's staff have seen such operations: done, counts that fit, products missing."""
    shop = large_shop(300)
    held = {number: shop.products.pop(number) for number in lacking}
    shop.finish_bulk()
    shop.products.update(held)
    raws = all_of(shop)
    assert sorted(numbers(raws)) == list(range(1, 301))
    assert whole_pages(shop) == 0
    assert sorted(raws, key=lambda raw: numbers([raw])) == by_pages(shop)


def test_a_file_that_lacks_very_many_is_not_mended() -> None:
    shop = large_shop(250)
    held = {number: shop.products.pop(number) for number in range(100, 220)}
    shop.finish_bulk()
    shop.products.update(held)
    assert set(numbers(all_of(shop))) == set(range(1, 251))
    assert whole_pages(shop) == 3


def test_a_product_that_was_deleted_meanwhile_costs_nothing() -> None:
    """Fewer than came: whether it is gone is asked about it alone, later."""
    shop = large_shop(300)
    del shop.products[150]
    assert numbers(all_of(shop)) == list(range(1, 301))
    assert (whole_pages(shop), "GLANCE_LIST" in shop.names()) == (0, False)


def test_a_count_that_stays_too_high_never_ends_the_list() -> None:
    """So nothing is taken for missing: the import waits, and asks again."""
    shop = large_shop(300)
    shop.counted = 301
    with pytest.raises(TransientError) as caught:
        all_of(shop)
    assert (caught.value.kind, whole_pages(shop)) == ("list_totals", 0)
