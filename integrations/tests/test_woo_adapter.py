"""The adapter against a stand-in shop: everything comes, once, whatever moves; and what cannot be trusted is an error with words."""

from typing import Any

import pytest
import time_machine

from common.errors import NeedsConfigurationError, PermanentError, TransientError
from integrations.models import StoreConnection
from integrations.providers.woocommerce.adapter import WooAdapter
from integrations.tests.woo_client_double import adapter_of, make_shop, pages_of
from sandbox.shops.woocommerce import WooShop, make_products


def filled(count: int = 250, **options: Any) -> tuple[WooShop, list[int]]:
    """A shop with simple products, and their numbers."""
    shop = make_shop(**options)
    return shop, [shop.add(name=f"Product {number}", regular_price="1").id for number in range(count)]


def ids(raws: list[dict[str, Any]]) -> list[int]:
    return [raw["id"] for raw in raws]


VERSIONS = ["7.9", "9.9", "10.3", "11.0.1"]


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_comes_once_by_number(version: str) -> None:
    shop, numbers = filled(250, version=version)
    adapter = adapter_of(shop)
    adapter.describe()
    assert ids(pages_of(adapter)) == numbers
    assert adapter.client.windows() == [(0, 100), (99, 100), (198, 100)]
    first = adapter.fetch_page()
    assert (first.total, len(first.raws)) == (250, 100)
    assert "related_ids" not in adapter.client.asked[-1][1]["_fields"]


@pytest.mark.parametrize("count", [0, 1, 2, 99, 100, 101, 199, 200])
def test_lists_of_any_length_end(count: int) -> None:
    shop, numbers = filled(count)
    assert ids(pages_of(adapter_of(shop))) == numbers


@pytest.mark.parametrize("version", VERSIONS)
def test_variations_come_with_their_products(version: str) -> None:
    shop = make_shop(version=version)
    made = make_products(shop, 60, variable_every=2, variations=5)
    big = shop.add(name="Big", type="variable").id
    for number in range(120):
        shop.add_variation(big, options={"Size": str(number)}, regular_price="5")
    adapter = adapter_of(shop)
    adapter.describe()
    before = len(adapter.client.asked)
    raws = {raw["id"]: raw for raw in pages_of(adapter)}
    assert len(raws) == 61
    assert [len(raws[number].get("_variations", ())) for number in list(made.products)[:4]] == [5, 0, 5, 0]
    assert len(raws[big]["_variations"]) == 120
    assert all(adapter.transform(raw).variants_are_complete for raw in raws.values())
    asked = len(adapter.client.asked) - before
    assert asked == (4 if shop.knows("10.3") else 1 + 30 + 2)


def test_a_shop_that_turns_out_not_to_know_all_variations_is_asked_for_each() -> None:
    shop = make_shop(version="9.9")
    make_products(shop, 4, variable_every=1, variations=2)
    adapter = adapter_of(shop, {"has_variations_endpoint": True})
    assert [len(raw["_variations"]) for raw in pages_of(adapter)] == [2, 2, 2, 2]
    assert adapter.learnt()["has_variations_endpoint"] is False


@pytest.mark.parametrize("version", ["7.9", "11.0.1"])
def test_a_variation_that_was_left_out_is_asked_for_by_number(version: str) -> None:
    shop = make_shop(version=version)
    parent = shop.add(name="Shirt").id
    kept = [shop.add_variation(parent, options={"Size": size}, regular_price="5").id for size in "SML"]
    adapter = adapter_of(shop)
    adapter.describe()
    answer = adapter.client.get

    def without_one(path: str, params: dict[str, str] | None = None) -> Any:
        found = answer(path, params)
        if path.endswith("variations") and "include" not in (params or {}):
            found.data[:] = [row for row in found.data if row["id"] != kept[1]]
            return type(found)(found.data, len(found.data))
        return found

    adapter.client.get = without_one
    (raw,) = pages_of(adapter)
    assert [one["id"] for one in raw["_variations"]] == kept
    adapter.client.get = lambda path, params=None: (
        type(found)([], 0) if "ariations" in path and (found := answer(path, params)) else answer(path, params)
    )
    (raw,) = pages_of(adapter)
    product = adapter.transform(raw)
    assert (product.variants, product.variants_are_complete) == ((), False)


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


def test_trash_and_orphans_among_the_products_are_left_out() -> None:
    shop, numbers = filled(3)
    shop.write_silently(numbers[1], status="draft")
    adapter = adapter_of(shop)
    answer = adapter.client.get

    def with_strangers(path: str, params: dict[str, str] | None = None) -> Any:
        found = answer(path, params)
        found.data[0]["status"] = "trash"
        found.data[2]["type"] = "variation"
        return found

    adapter.client.get = with_strangers
    assert ids(pages_of(adapter)) == [numbers[1]]


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
    assert [size for _, size in adapter.client.windows()] == [100, 50, 20, 10]
    assert adapter.learnt()["page_sizes"] == {}


def test_a_shop_that_asks_for_peace_is_left_in_peace() -> None:
    shop, _ = filled(130)
    shop.faults.add("throttled", seconds=7)
    adapter = adapter_of(shop)
    with pytest.raises(TransientError) as caught:
        pages_of(adapter)
    assert (caught.value.retry_after, len(adapter.client.asked)) == (7, 1)


# --- what is still there -----------------------------------------------------------------------------------------------------
def test_what_is_gone_for_certain() -> None:
    shop, numbers = filled(130)
    shop.trash(numbers[0])
    shop.delete(numbers[1])
    adapter = adapter_of(shop)
    asked = [str(number) for number in numbers[:120]]
    assert ids(adapter.fetch_by_ids(asked, known=str(numbers[125]))) == numbers[2:120]
    assert ids(adapter.fetch_by_ids(asked[:4])) == numbers[2:4]
    assert adapter.fetch_by_ids(["999999", "x", ""], known=str(numbers[125])) == []
    assert adapter.fetch_by_ids([]) == []


def test_many_that_are_gone_cost_few_requests() -> None:
    shop, numbers = filled(130)
    for number in numbers[:100]:
        shop.delete(number)
    adapter = adapter_of(shop)
    assert adapter.fetch_by_ids([str(number) for number in numbers[:100]], known=str(numbers[125])) == []
    assert len(adapter.client.asked) == 2 * (1 + 5)


@pytest.mark.parametrize("fault", ["empty_list", "stale_list"])
def test_a_list_without_the_control_is_not_believed(fault: str) -> None:
    shop, numbers = filled(5)
    shop.faults.add(fault, endpoints=["products"])
    new = shop.add(name="New", regular_price="1").id
    adapter = adapter_of(shop)
    assert ids(adapter.fetch_by_ids([str(number) for number in numbers], known=str(new))) == numbers


def test_that_some_are_gone_makes_a_broken_list_no_better() -> None:
    shop, numbers = filled(30)
    for number in numbers[:8]:
        shop.delete(number)
    shop.faults.add("empty_list", endpoints=["products"])
    asked = [str(number) for number in numbers[:20]]
    assert ids(adapter_of(shop).fetch_by_ids(asked, known=str(numbers[25]))) == numbers[8:20]
    assert ids(adapter_of(shop).fetch_by_ids(asked)) == numbers[8:20]


def test_a_list_that_hides_products_that_are_there() -> None:
    shop, numbers = filled(30)
    adapter = adapter_of(shop)
    answer = adapter.client.get

    def hiding(path: str, params: dict[str, str] | None = None) -> Any:
        found = answer(path, params)
        if path == "products":
            found.data[:] = found.data[-1:]
            return type(found)(found.data, 1)
        return found

    adapter.client.get = hiding
    assert ids(adapter.fetch_by_ids([str(number) for number in numbers[:20]], known=str(numbers[-1]))) == numbers[:20]


@pytest.mark.parametrize("fault", ["firewall", "fatal", "key_revoked", "empty_pages", "no_woocommerce", "plain_permalinks"])
def test_nothing_is_gone_because_of_a_fault(fault: str) -> None:
    shop, numbers = filled(5)
    shop.faults.add(fault)
    with pytest.raises((TransientError, PermanentError, NeedsConfigurationError)):
        adapter_of(shop).fetch_by_ids([str(numbers[0])], known=str(numbers[1]))


def test_a_variation_is_no_product() -> None:
    shop, numbers = filled(2)
    parent = shop.add(name="Shirt").id
    variation = shop.add_variation(parent, options={"Size": "S"}, regular_price="5").id
    adapter = adapter_of(shop)
    assert adapter.fetch_by_ids([str(variation)]) == []
    (raw,) = adapter.fetch_by_ids([str(parent)], known=str(numbers[0]))
    assert [one["id"] for one in raw["_variations"]] == [variation]


# --- the shop itself ---------------------------------------------------------------------------------------------------------
def test_categories() -> None:
    shop = make_shop()
    home = shop.category("Home & Garden")
    below = shop.category("Lamps", parent=home)
    for number in range(150):
        shop.category(f"Shelf {number}")
    found = {one.external_id: one for one in adapter_of(shop).fetch_categories()}
    assert len(found) == 153
    assert (found[str(home)].name, found[str(home)].parent_id) == ("Home & Garden", "")
    assert (found[str(below)].name, found[str(below)].parent_id) == ("Lamps", str(home))


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_shop_says_about_itself(version: str) -> None:
    shop, _ = filled(3, version=version, currency="SAR")
    facts = adapter_of(shop).describe()
    assert (facts.name, facts.currency, facts.version, facts.products, facts.notes) == ("Demo", "SAR", version, 3, ())
    assert facts.remember["currency"] == "SAR"
    assert facts.remember["has_variations_endpoint"] is shop.knows("10.3")
    assert adapter_of(shop, facts.remember).transform({"id": 1, "name": "x"}).currency == "SAR"


def test_what_a_merchant_should_know() -> None:
    shop = make_shop()
    shop.settings["calc_taxes"] = "yes"
    notes = adapter_of(shop).describe().notes
    assert any("without tax" in note for note in notes)
    assert any("no products" in note for note in notes)
    shop.faults.add("no_woocommerce", endpoints=["currency", "settings", "system_status"])
    facts = adapter_of(shop, {"currency": "EUR"}).describe()
    assert (facts.currency, facts.version) == ("EUR", "")
    assert any("in which currency" in note for note in adapter_of(shop).describe().notes)


def test_a_currency_that_only_the_settings_tell() -> None:
    shop, _ = filled(1, currency="SAR")
    shop.faults.add("fatal", endpoints=["currency"])
    assert adapter_of(shop).describe().currency == "SAR"


def test_a_currency_that_cannot_be_asked_for_now_is_waited_for() -> None:
    shop, _ = filled(1)
    shop.faults.add("fatal", endpoints=["currency", "settings"])
    with pytest.raises(TransientError):
        adapter_of(shop).describe()
    assert adapter_of(shop, {"currency": "SAR"}).describe().currency == "SAR"


def test_the_version_is_asked_for_once_a_day() -> None:
    shop, _ = filled(1)
    with time_machine.travel("2026-11-20T08:00:00Z", tick=False):
        facts = adapter_of(shop).describe().remember
        shop.version = "11.1"
        assert adapter_of(shop, facts).describe().version == "11.0.1"
    with time_machine.travel("2026-11-21T08:00:00Z", tick=False):
        assert adapter_of(shop, facts).describe().version == "11.1"


def test_a_version_that_cannot_be_asked_for_is_done_without() -> None:
    shop, _ = filled(1)
    shop.faults.add("fatal", endpoints=["system_status"])
    assert adapter_of(shop).describe().version == ""


def test_without_keys_nobody_is_asked() -> None:
    adapter = WooAdapter(StoreConnection(store_url="https://shop.example"))
    for act in (adapter.describe, adapter.fetch_page, lambda: adapter.fetch_by_ids(["1"]), lambda: list(adapter.fetch_categories())):
        with pytest.raises(NeedsConfigurationError, match="is missing"):
            act()


def test_what_nobody_looks_at_is_no_change_and_no_secret() -> None:
    shop = make_shop()
    number = shop.add(name="Secret", regular_price="5", post_password="tiger", images=[]).id
    adapter = adapter_of(shop)
    (before,) = pages_of(adapter)
    assert "tiger" not in str(before)
    assert before["post_password"] is True
    shop.change(number)
    assert pages_of(adapter) == [before]
