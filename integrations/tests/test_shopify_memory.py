"""How many variants of a shop are held at once while its products are read: a hundred products may have two hundred thousand."""

from typing import Any

import pytest

from integrations.providers.shopify.listing.products import Products
from integrations.tests.shopify_bulk_world import by_pages, large_shop, numbers, reader, rich
from integrations.tests.shopify_double import PARTS, ShopDouble, product

pytestmark = pytest.mark.usefixtures("frozen")
LISTING = "integrations.providers.shopify.listing"


def pages_of(products: Products) -> list[list[dict[str, Any]]]:
    pages, cursor = [], None
    while True:
        page = products.page(cursor)
        pages.append(page.raws)
        cursor = page.next_cursor
        if cursor is None:
            return pages


def test_out_of_a_file_products_with_very_many_variants_come_fewer_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{LISTING}.spool.MOST_VARIANTS", 7)
    assert [len(raws) for raws in pages_of(reader(large_shop(5)))] == [0, 2, 2, 1, 0]
    monkeypatch.setattr(f"{LISTING}.spool.MOST_VARIANTS", 2)
    assert [numbers(raws) for raws in pages_of(reader(large_shop(3)))] == [[], [1], [2], [3], []]


@pytest.mark.parametrize(("most", "largest"), [(7, 2), (3, 1), (1, 1)])
def test_pages_are_as_small_as_their_variants_want(monkeypatch: pytest.MonkeyPatch, most: int, largest: int) -> None:
    """Also after an operation that failed; a single product comes with all it has."""
    shop = large_shop(12)
    whole = by_pages(shop)
    monkeypatch.setattr(f"{LISTING}.windows.MOST_VARIANTS", most)
    shop.asked.clear()
    pages = pages_of(Products(shop))
    assert [raw for raws in pages for raw in raws] == whole
    assert max(map(len, pages)) == largest
    assert len(shop.asked) < 2 * len(pages) + 3  # A window that was too large is asked for again; the next ones are smaller at once.


def test_pages_become_large_again_behind_such_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{LISTING}.windows.MOST_VARIANTS", 30)
    plain = [product(number) for number in range(10, 200)]
    shop = ShopDouble(*(rich(number) for number in range(1, 5)), *plain)
    monkeypatch.setattr(f"{LISTING}.windows.PAGE", 20)
    sizes = [len(raws) for raws in pages_of(Products(shop))]
    assert sum(sizes) == 194
    assert sizes[-2] == 20


def test_variants_beyond_the_first_hundred_count_before_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PARTS, "variants", 1)
    monkeypatch.setattr(f"{LISTING}.windows.MOST_VARIANTS", 7)
    assert [len(raws) for raws in pages_of(Products(large_shop(5)))] == [2, 2, 1]


@pytest.mark.parametrize(("most", "fit", "behind_two_that_are_gone"), [(1_000, 5, 5), (7, 2, 4), (1, 1, 2)])
def test_asked_for_by_number_as_few_as_their_variants_want(
    monkeypatch: pytest.MonkeyPatch, most: int, fit: int, behind_two_that_are_gone: int
) -> None:
    for room in ("windows", "products"):
        monkeypatch.setattr(f"{LISTING}.{room}.MOST_VARIANTS", most)
    products = Products(large_shop(5))
    assert products.at_once(["1", "2", "3", "4", "5"]) == fit
    assert products.at_once(["x", "404", "1", "2", "3"]) == behind_two_that_are_gone
    assert products.at_once(["3"]) == 1


def test_a_few_fit_however_large_they_are() -> None:
    shop = large_shop(9)
    assert Products(shop).at_once(["1", "2", "3", "4"]) == 4 and shop.asked == []
    assert Products(shop).at_once(["1", "2", "3", "4", "5"]) == 5 and shop.names() == ["SIZES"]


def test_what_a_file_lacks_comes_few_at_a_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = large_shop(12)
    held = {number: shop.products.pop(number) for number in (2, 5, 6, 7, 11)}
    shop.finish_bulk()
    shop.products.update(held)
    monkeypatch.setattr(f"{LISTING}.windows.MOST_VARIANTS", 7)
    products = reader(shop)
    pages = pages_of(products)
    strays = [numbers(raws) for raws in pages if raws and not held.keys().isdisjoint(numbers(raws))]
    assert strays == [[2, 5], [6, 7], [11]]
