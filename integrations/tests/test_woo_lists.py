"""Lists of a stand-in shop, read by the adapter: everything comes, once, whatever moves; what cannot be trusted is an error with words."""

from typing import Any

import pytest

from common.errors import TransientError
from integrations.tests.woo_client_double import adapter_of, filled, ids, pages_of


# --- the list moves while it is read -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("gone", [1, 3, 40, 99])
def test_what_is_trashed_in_front_moves_nothing_past_us(gone: int) -> None:
    shop, numbers = filled(450)
    shop.before(3, lambda: [shop.trash(number) for number in numbers[:gone]])
    adapter = adapter_of(shop)
    assert ids(pages_of(adapter)) == numbers
    assert not any("_" in params for _, params in adapter.client.asked)  # No cache is suspected.


def test_what_is_trashed_around_the_edge_of_a_window() -> None:
    shop, numbers = filled(450)
    shop.before(2, lambda: [shop.trash(number) for number in numbers[95:130]])
    assert ids(pages_of(adapter_of(shop))) == numbers[:100] + numbers[130:]


def test_nearly_everything_is_trashed_meanwhile() -> None:
    shop, numbers = filled(450)
    shop.before(4, lambda: [shop.trash(number) for number in numbers[:440]])
    assert ids(pages_of(adapter_of(shop))) == numbers[:298] + numbers[440:]


def test_what_is_added_meanwhile_comes_too() -> None:
    shop, numbers = filled(250)
    shop.before(3, lambda: [numbers.append(shop.add(name="Late", regular_price="1").id) for _ in range(120)])
    assert ids(pages_of(adapter_of(shop))) == numbers


def test_what_is_restored_in_front_comes_in_a_second_look() -> None:
    shop, numbers = filled(250)
    shop.trash(numbers[5])
    shop.before(3, lambda: shop.restore(numbers[5]))
    raws = pages_of(adapter_of(shop))
    assert sorted(set(ids(raws))) == numbers
    assert ids(raws)[-250:] == numbers


# --- lists that lie ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("skip", [0, 1, 2])
def test_an_empty_page_where_there_should_be_products_is_no_end(skip: int) -> None:
    shop, _ = filled(250)
    shop.faults.add("empty_pages", skip=skip, endpoints=["products"])
    with pytest.raises(TransientError, match="more products") as caught:
        pages_of(adapter_of(shop))
    assert caught.value.kind == "list_empty"
    assert caught.value.data["remedy"]


def test_a_list_that_is_suddenly_empty_is_no_end() -> None:
    shop, _ = filled(250)
    shop.faults.add("empty_list", skip=1, endpoints=["products"])
    with pytest.raises(TransientError) as caught:
        pages_of(adapter_of(shop))
    assert caught.value.kind == "list_vanished"


def test_a_passing_lie_is_got_past_with_a_fresh_request_and_remembered() -> None:
    shop, numbers = filled(250)
    shop.faults.add("empty_pages", skip=1, remaining=1, endpoints=["products"])
    adapter = adapter_of(shop)
    assert ids(pages_of(adapter)) == numbers
    assert adapter.learnt()["past_caches"] is True
    assert ["_" in params for _, params in adapter.client.asked] == [False, False, True, True]


def test_the_same_page_again_and_again() -> None:
    shop, _ = filled(250)
    adapter = adapter_of(shop)
    answer = adapter.client.get
    adapter.client.get = lambda path, params=None: answer(path, {**(params or {}), "offset": "0"})
    with pytest.raises(TransientError) as caught:
        pages_of(adapter)
    assert caught.value.kind == "list_repeats"


def test_a_shop_that_turns_pages_only_is_read_so_and_remembered() -> None:
    shop, numbers = filled(250)
    shop.faults.add("no_offset")
    adapter = adapter_of(shop)
    assert ids(pages_of(adapter)) == numbers
    learnt = adapter.learnt()
    assert learnt["by_pages"] is True and learnt["past_caches"] is False
    again = adapter_of(shop, learnt)
    assert ids(pages_of(again)) == numbers
    assert ["page" in params for path, params in again.client.asked if path == "products"] == [True] * 3


def test_a_cache_that_gives_the_first_page_for_every_page() -> None:
    shop, _ = filled(250)
    shop.faults.add("repeated_page")
    with pytest.raises(TransientError) as caught:
        pages_of(adapter_of(shop))
    assert caught.value.kind == "list_repeats"


def test_a_cache_that_a_fresh_request_gets_past() -> None:
    shop, numbers = filled(250)
    adapter = adapter_of(shop)
    answer, kept = adapter.client.get, {}

    def cached(path: str, params: dict[str, str] | None = None) -> Any:
        """Looks at the path and at "_" only."""
        key = (path, (params or {}).get("_"))
        if key not in kept:
            kept[key] = answer(path, params)
        return kept[key]

    adapter.client.get = cached
    assert ids(pages_of(adapter)) == numbers


def test_rows_that_the_shop_counts_and_hides_for_good_do_not_keep_the_rest_away() -> None:
    shop, numbers = filled(250)
    adapter = adapter_of(shop)
    answer = adapter.client.get

    def hiding(path: str, params: dict[str, str] | None = None) -> Any:
        found = answer(path, params)
        found.data[:] = [row for row in found.data if row["id"] not in numbers[50:60]]
        return found

    adapter.client.get = hiding
    raws = pages_of(adapter)
    assert sorted(set(ids(raws))) == numbers[:50] + numbers[60:]
    assert len(raws) == 480  # Looked at twice before it was believed.


def test_a_total_that_changes_without_its_list_is_not_believed() -> None:
    shop, _ = filled(250)
    adapter = adapter_of(shop)
    answer, totals = adapter.client.get, iter(range(260, 400))
    adapter.client.get = lambda path, params=None: type(found := answer(path, params))(found.data, next(totals))
    with pytest.raises(TransientError) as caught:
        pages_of(adapter)
    assert caught.value.kind in ("list_totals", "list_empty")


def test_pages_that_repeat_rows() -> None:
    shop, numbers = filled(250)
    adapter = adapter_of(shop)
    answer = adapter.client.get

    def doubling(path: str, params: dict[str, str] | None = None) -> Any:
        found = answer(path, params)
        offset = int((params or {})["offset"])
        if offset:
            before = answer(path, {**(params or {}), "offset": str(offset - 3), "per_page": "3"}).data
            found.data[:] = before + found.data
        return found

    adapter.client.get = doubling
    assert ids(pages_of(adapter)) == numbers


@pytest.mark.parametrize("cap", [2, 7, 50])
def test_a_host_that_allows_only_small_pages(cap: int) -> None:
    shop, numbers = filled(120)
    adapter = adapter_of(shop)
    answer = adapter.client.get

    def capped(path: str, params: dict[str, str] | None = None) -> Any:
        found = answer(path, params)
        del found.data[cap:]
        return found

    adapter.client.get = capped
    assert ids(pages_of(adapter)) == numbers


def test_a_host_that_strips_the_totals() -> None:
    shop, numbers = filled(250)
    adapter = adapter_of(shop)
    answer = adapter.client.get
    adapter.client.get = lambda path, params=None: type(found := answer(path, params))(found.data)
    assert ids(pages_of(adapter)) == numbers


def test_another_order_is_an_error_not_a_gap() -> None:
    shop, _ = filled(101)
    adapter = adapter_of(shop)
    answer = adapter.client.get
    adapter.client.get = lambda path, params=None: answer(path, {**(params or {}), "order": "desc"})
    with pytest.raises(TransientError) as caught:
        pages_of(adapter)
    assert caught.value.kind == "list_order"


def test_a_small_shop_may_list_in_any_order() -> None:
    shop, numbers = filled(50)
    adapter = adapter_of(shop)
    answer = adapter.client.get
    adapter.client.get = lambda path, params=None: answer(path, {**(params or {}), "order": "desc"})
    assert sorted(ids(pages_of(adapter))) == numbers


@pytest.mark.parametrize("rows", [[None], [5], [{}], [{"id": "x"}], [[]]])
def test_rows_that_are_none(rows: list[Any]) -> None:
    shop, _ = filled(3)
    adapter = adapter_of(shop)
    answer = adapter.client.get
    adapter.client.get = lambda path, params=None: type(answer(path, params))(rows, 3)
    with pytest.raises(TransientError):
        pages_of(adapter)


# --- slow shops --------------------------------------------------------------------------------------------------------------
def test_smaller_pages_for_a_slow_shop_and_remembered() -> None:
    shop, numbers = filled(130)
    shop.faults.add("slow_big_pages", rows=20)
    adapter = adapter_of(shop)
    assert ids(pages_of(adapter)) == numbers
    assert [size for _, size in adapter.client.windows()][:4] == [100, 50, 20, 20]
    again = adapter_of(shop, adapter.learnt())
    assert ids(pages_of(again)) == numbers
    assert [size for _, size in again.client.windows()][:2] == [20, 20]


def test_in_a_hurry_each_time_one_question_and_each_time_a_smaller_one() -> None:
    shop, numbers = filled(130)
    shop.faults.add("slow_big_pages", rows=20)
    known: dict[str, Any] = {}
    for size in (100, 50):
        adapter = adapter_of(shop, known)
        adapter.hurry()
        with pytest.raises(TransientError):
            pages_of(adapter)
        assert [asked for _, asked in adapter.client.windows()] == [size]
        known = adapter.learnt()
    adapter = adapter_of(shop, known)
    adapter.hurry()
    assert ids(pages_of(adapter)) == numbers


def test_slowly_larger_pages_when_the_shop_has_recovered() -> None:
    shop, numbers = filled(800)
    adapter = adapter_of(shop, {"page_sizes": {"products": [20, 0, 10]}})
    assert ids(pages_of(adapter)) == numbers
    sizes = [size for _, size in adapter.client.windows()]
    assert sizes[:22] == [20] * 10 + [50] * 10 + [100, 100]


def test_an_outage_does_not_make_pages_small() -> None:
    shop, _ = filled(130)
    shop.faults.add("fatal")
    adapter = adapter_of(shop)
    with pytest.raises(TransientError):
        pages_of(adapter)
    assert [size for _, size in adapter.client.windows()] == [100, 50, 20, 10, 10]  # At last for numbers alone.
    assert adapter.learnt()["page_sizes"] == {}


def test_a_shop_that_asks_for_peace_is_left_in_peace() -> None:
    shop, _ = filled(130)
    shop.faults.add("throttled", seconds=7)
    adapter = adapter_of(shop)
    with pytest.raises(TransientError) as caught:
        pages_of(adapter)
    assert (caught.value.retry_after, len(adapter.client.asked)) == (7, 1)
