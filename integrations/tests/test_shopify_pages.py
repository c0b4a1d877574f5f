"""Shopify's lists by pages: nothing lost while people edit, nothing taken for whole that is not, and all that belongs to a product."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import PermanentError, TransientError
from integrations.providers.shopify.listing.products import Products
from integrations.providers.shopify.reading.shape import number_of
from integrations.tests.shopify_double import ShopDouble, picture, product, sized, variant


def products_of(shop: ShopDouble, **options: Any) -> Products:
    return Products(shop, clock=timezone.now, **options)


def all_pages(shop: ShopDouble, **options: Any) -> list[dict[str, Any]]:
    """As the importer reads them: each page by what the cursor of the one before says, in a process of its own."""
    raws, cursor = [], None
    for _ in range(50):
        page = products_of(shop, **options).page(cursor)
        raws += page.raws
        cursor = page.next_cursor
        if cursor is None:
            return raws
    raise AssertionError("it does not end")


def numbers(raws: list[dict[str, Any]]) -> list[int]:
    return [int(number_of(raw["id"])) for raw in raws]


def test_all_products_in_every_status_by_number_a_hundred_at_a_time() -> None:
    shop = ShopDouble(*(product(number, status="DRAFT" if number % 2 else "ACTIVE") for number in range(1, 251)))
    assert numbers(all_pages(shop)) == list(range(1, 251))
    assert shop.names() == ["COUNTS", "PRODUCTS", "PRODUCTS", "PRODUCTS"]
    assert [given["first"] for name, given in shop.asked if name == "PRODUCTS"] == [100] * 3
    assert all("query" not in given for _, given in shop.asked)


def test_an_empty_shop_is_one_empty_page() -> None:
    page = products_of(ShopDouble()).page(None)
    assert (page.raws, page.next_cursor, page.total) == ([], None, 0)


def test_what_does_not_fit_into_the_answer_is_fetched_list_by_list() -> None:
    variants = [sized(number, 400 - number) for number in range(1, 380)]
    media = [picture(number) for number in range(400, 355, -1)]
    shelves = [{"id": f"gid://shopify/Collection/{number}", "title": "S"} for number in range(1, 300)]
    shop = ShopDouble(product(1, variants=variants, media=media, collections=shelves), product(2))
    (raw, small) = all_pages(shop)
    assert [int(number_of(one["id"])) for one in raw["variants"]] == list(range(379, 0, -1))  # as they stand in the shop
    assert [one["id"] for one in raw["media"]] == [one["id"] for one in media]
    assert len(raw["collections"]) == 299
    assert "variantsComplete" not in raw
    assert shop.names() == ["COUNTS", "PRODUCTS", "MORE variants", "MORE variants", "MORE media", "MORE collections", "MORE collections"]
    assert len(small["variants"]) == 1


def test_a_variant_brings_its_first_picture_only() -> None:
    (raw,) = all_pages(ShopDouble(product(1, variants=[variant(1, media=[picture(5), picture(6)])])))
    assert [one["id"] for one in raw["variants"][0]["media"]] == ["gid://shopify/MediaImage/5"]


@pytest.mark.parametrize("fields", [{}, {"variantsCount": None}])
def test_a_product_deleted_while_its_variants_are_read_loses_none(fields: dict[str, Any]) -> None:
    shop = ShopDouble(product(1, variants=[sized(number, number) for number in range(1, 151)], **fields))
    shop.before = lambda name: shop.products.clear() if name == "MORE variants" else None
    (raw,) = products_of(shop).page(None).raws
    assert len(raw["variants"]) == 100
    assert raw["variantsComplete"] is False


def test_a_list_that_is_shorter_than_the_count_is_not_whole() -> None:
    shop = ShopDouble(product(1), product(2))
    shop.counted = 3
    with pytest.raises(TransientError) as caught:
        all_pages(shop)
    assert caught.value.kind == "list_totals"
    assert caught.value.data["remedy"]


def test_a_count_that_runs_ahead_for_a_moment_is_asked_again() -> None:
    shop = ShopDouble(product(1), product(2))
    shop.counted = 3
    shop.before = lambda name: setattr(shop, "counted", None) if shop.names().count("PRODUCTS") == 2 else None
    assert numbers(all_pages(shop)) == [1, 2]


def test_a_product_made_behind_the_end_still_comes() -> None:
    """Between the last page and the count of the same answer."""
    shop = ShopDouble(product(1))
    shop.hidden = {2}

    def before(name: str) -> None:
        if shop.names().count("PRODUCTS") == 1:
            shop.hidden = set()
            shop.products[2] = product(2)

    shop.before = before
    assert numbers(all_pages(shop)) == [1, 2]


@pytest.mark.parametrize("spoil", ["no list", "no count", "no page", "no end", "null node", "old page", "no id"])
def test_a_broken_answer_is_an_error_never_a_short_page(spoil: str) -> None:
    class Spoilt(ShopDouble):
        def execute(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
            data = super().execute(query, variables)
            if "products" not in data or (spoil == "old page" and (variables or {}).get("after") != "200"):
                return data
            listed = data["products"]
            if spoil == "no list":
                data["products"] = None
            elif spoil == "no count":
                data["productsCount"] = None
            elif spoil == "no page":
                del listed["pageInfo"]
            elif spoil == "no end":
                listed["pageInfo"]["endCursor"] = None
            elif spoil == "null node":
                listed["nodes"][-1] = None
            elif spoil == "no id":
                listed["nodes"][0]["id"] = None
            else:
                return super().execute(query, {**(variables or {}), "after": None})
            return data

    shop = Spoilt(*(product(number) for number in range(1, 251)))
    with pytest.raises(TransientError) as caught:
        all_pages(shop)
    assert caught.value.kind == ("list_repeats" if spoil == "old page" else "unreadable")


EDITS = st.lists(
    st.tuples(st.integers(1, 8), st.sampled_from(["add", "delete", "touch"]), st.integers(1, 330)), max_size=12
)  # fmt: skip


@settings(max_examples=40)
@given(EDITS)
def test_edits_between_pages_lose_nothing_that_is_there_all_the_time(edits: list[tuple[int, str, int]]) -> None:
    shop = ShopDouble(*(product(number) for number in range(1, 331)))
    always, asked = set(shop.products), 0

    def before(name: str) -> None:
        nonlocal asked
        asked += 1
        for when, what, number in edits:
            if when != asked:
                continue
            if what == "delete":
                shop.products.pop(number, None)
                always.discard(number)
            elif what == "add":
                new = max(shop.products, default=0) + 1
                shop.products[new] = product(new)
            elif number in shop.products:
                shop.products[number]["updatedAt"] = "2026-11-26T12:00:00Z"

    shop.before = before
    came = numbers(all_pages(shop))
    assert always <= set(came)
    assert len(came) == len(set(came))


def test_a_shop_that_does_not_manage_a_large_page_is_asked_for_smaller_ones() -> None:
    shop = ShopDouble(*(product(number) for number in range(1, 61)))
    sizes: list[int] = []

    class Slow(ShopDouble):
        def execute(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
            if (variables or {}).get("first", 0) > 30:
                raise TransientError("too slow", kind="timeout")
            sizes.append((variables or {}).get("first", 0))
            return super().execute(query, variables)

    shop.__class__ = Slow
    assert numbers(all_pages(shop)) == list(range(1, 61))
    assert set(sizes) == {0, 25}


def test_in_a_hurry_a_page_that_takes_too_long_is_not_asked_for_again() -> None:
    shop = ShopDouble(product(1))
    shop.before = lambda name: raise_(TransientError("too slow", kind="timeout"))
    products, asked = products_of(shop), []
    products.windows.is_hurried = True
    for _ in range(6):
        with pytest.raises(TransientError):
            products.changed(datetime.fromisoformat("2026-11-26T18:30:00+03:00"), None)
        asked.append(products.windows.rows)
    assert asked == [50, 25, 12, 12, 12, 12]


def test_other_troubles_are_not_asked_again() -> None:
    shop = ShopDouble(product(1))
    shop.before = lambda name: raise_(PermanentError("no", kind="bad_query"))
    with pytest.raises(PermanentError):
        all_pages(shop)
    assert shop.asked == []


def raise_(error: Exception) -> None:
    raise error


def test_changes_are_asked_for_by_a_quoted_moment_in_utc() -> None:
    shop = ShopDouble(*(product(number, updatedAt=f"2026-11-26T1{number % 10}:00:00Z") for number in range(1, 9)))
    page = products_of(shop).changed(datetime.fromisoformat("2026-11-26T18:30:00+03:00"), None)
    assert numbers(page.raws) == [6, 7, 8]
    assert shop.asked[0][1]["query"] == "updated_at:>='2026-11-26T15:30:00Z'"
    assert page.next_cursor is None


def test_changes_need_not_be_whole_by_count() -> None:
    """The index of changes lags behind."""
    shop = ShopDouble(product(1, updatedAt="2026-11-26T12:00:00Z"))
    shop.counted = 5
    assert numbers(products_of(shop).changed(datetime(2026, 11, 26, tzinfo=UTC), None).raws) == [1]


def test_changes_go_on_over_pages() -> None:
    shop = ShopDouble(*(product(number, updatedAt="2026-11-26T12:00:00Z") for number in range(1, 151)))
    since = datetime(2026, 11, 26, tzinfo=UTC)
    first = products_of(shop).changed(since, None)
    second = products_of(shop).changed(since, first.next_cursor)
    assert numbers(first.raws + second.raws) == list(range(1, 151))
    assert second.next_cursor is None


def test_glances_are_the_whole_products_glances() -> None:
    from integrations.providers.shopify.reading.shape import glance

    shop = ShopDouble(*(product(number, totalInventory=number) for number in range(1, 301)))
    first = products_of(shop).glances(None)
    second = products_of(shop).glances(first.next_cursor)
    seen = {one.external_id: one.text for one in (*first.glances, *second.glances)}
    assert second.next_cursor is None
    assert seen == {number_of(raw["id"]): glance(raw) for raw in all_pages(shop)}


def test_glances_that_are_not_all_there_prove_nothing() -> None:
    shop = ShopDouble(product(1))
    shop.counted = 2
    with pytest.raises(TransientError):
        cursor: Any = None
        while True:
            cursor = products_of(shop).glances(cursor).next_cursor


def test_collections_are_shelves() -> None:
    shop = ShopDouble()
    shop.collections = {n: {"id": f"gid://shopify/Collection/{n}", "title": f" Shelf &amp; {n} "} for n in range(1, 301)}
    shelves = list(products_of(shop).shelves())
    assert len(shelves) == 300
    assert (shelves[0].external_id, shelves[0].parent_id) == ("1", "")
    assert shop.names() == ["COLLECTIONS", "COLLECTIONS"]
