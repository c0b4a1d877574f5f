"""What was changed in a WooCommerce shop, and a glance at everything in it, against the stand-in of every version."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.errors import PermanentError
from integrations.providers.woocommerce.adapter import WooAdapter
from integrations.tests.woo_client_double import adapter_of, ids, make_shop, pages_of
from sandbox.shops.woocommerce import make_products

VERSIONS = ["7.9", "9.9", "10.3", "11.0.1"]
LONG_AGO, NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC), datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
MINUTES = timedelta(minutes=15)


class Clock:
    """The shop's."""

    def __init__(self) -> None:
        self.now = LONG_AGO

    def __call__(self) -> datetime:
        return self.now


def shop_of_old(count: int, **options: Any) -> tuple[Any, list[int], Clock]:
    """A shop in Riyadh whose products are old; by its clock it is now."""
    clock = Clock()
    shop = make_shop(clock=clock, timezone="Asia/Riyadh", **options)
    numbers = list(make_products(shop, count, variable_every=4, variations=3).products)
    clock.now = NOW
    return shop, numbers, clock


def changed(adapter: WooAdapter, since: datetime) -> list[dict[str, Any]]:
    cursor, raws = None, []
    for _ in range(50):
        page = adapter.fetch_changed(since, cursor)
        raws += page.raws
        cursor = page.next_cursor
        if cursor is None:
            return raws
    raise AssertionError("The list has no end.")


def glances(adapter: WooAdapter) -> dict[str, str]:
    cursor, found = None, {}
    for _ in range(50):
        page = adapter.fetch_glances(cursor)
        found |= {glance.external_id: glance.text for glance in page.glances}
        cursor = page.next_cursor
        if cursor is None:
            return found
    raise AssertionError("The list has no end.")


@pytest.mark.parametrize("version", VERSIONS)
def test_only_what_was_changed_since_comes_and_it_comes_whole(version: str) -> None:
    shop, numbers, clock = shop_of_old(30, version=version)
    adapter = adapter_of(shop)
    adapter.describe()
    assert changed(adapter, NOW - MINUTES) == []
    clock.now = NOW + timedelta(minutes=1)
    shop.change(numbers[1], regular_price="77")
    shop.change(shop.variations(numbers[0])[0].id, regular_price="78")
    shop.write_silently(numbers[5], stock_quantity=3)
    shop.trash(numbers[6])
    raws = changed(adapter, NOW - MINUTES)
    assert ids(raws) == [numbers[0], numbers[1]]
    assert raws[1]["regular_price"] == "77" and [one["regular_price"] for one in raws[0]["_variations"]].count("78") == 1
    assert changed(adapter, NOW + MINUTES) == []


@pytest.mark.parametrize(("facts", "found"), [({"slow_by": 45}, True), ({}, False), ({"slow_by": "?"}, False)])
def test_what_a_shop_with_a_slow_clock_changes_is_found(facts: dict[str, Any], found: bool) -> None:
    shop, numbers, clock = shop_of_old(4)
    clock.now = NOW - timedelta(minutes=40)
    shop.change(numbers[1], regular_price="77")
    adapter = adapter_of(shop, facts)
    adapter.describe()
    assert ids(changed(adapter, NOW - MINUTES)) == ([numbers[1]] if found else [])


def test_many_changes_come_page_by_page() -> None:
    shop, numbers, _ = shop_of_old(230)
    for number in numbers[10:220]:
        shop.change(number, regular_price="9")
    assert ids(changed(adapter_of(shop), NOW - MINUTES)) == numbers[10:220]


def test_the_moment_is_asked_for_in_the_one_form_that_means_the_same_everywhere() -> None:
    shop, _, _ = shop_of_old(4)
    adapter: Any = adapter_of(shop)
    changed(adapter, datetime(2026, 11, 20, 15, 0, 1, 999, tzinfo=UTC))
    asked = adapter.client.asked[-1][1]
    assert (asked["modified_after"], asked["dates_are_gmt"]) == ("2026-11-20T15:00:01", "true")


def test_a_shop_that_ignores_the_question_is_noticed_by_its_first_page() -> None:
    shop, _, _ = shop_of_old(230)
    adapter: Any = adapter_of(shop)
    get = adapter.client.get
    adapter.client.get = lambda path, params=None: get(path, {k: v for k, v in (params or {}).items() if k != "modified_after"})
    adapter._lists.client = adapter.client
    with pytest.raises(PermanentError) as caught:
        adapter.fetch_changed(NOW - MINUTES)
    assert caught.value.kind == "dates_ignored" and len(adapter.client.asked) == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_a_glance_is_the_same_from_the_list_and_from_the_whole_product(version: str) -> None:
    shop, numbers, _ = shop_of_old(120, version=version)
    shop.change(numbers[1], manage_stock=True, stock_quantity=3)
    shop.change(numbers[2], status="draft")
    shop.change(shop.variations(numbers[0])[1].id, status="private", stock_quantity=4, manage_stock=True)
    shop.trash(numbers[3])
    adapter = adapter_of(shop)
    adapter.describe()
    assert glances(adapter) == {adapter.external_id(raw): adapter.glance(raw) for raw in pages_of(adapter)}
    assert max(map(len, glances(adapter).values())) <= 200


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_plugin_writes_shows(version: str) -> None:
    shop, numbers, _ = shop_of_old(20, version=version)
    adapter = adapter_of(shop)
    adapter.describe()
    before = glances(adapter)
    shop.write_silently(numbers[1], manage_stock=True, stock_quantity=41)
    shop.write_silently(shop.variations(numbers[4])[2].id, manage_stock=True, stock_quantity=42)
    shop.delete(numbers[9])
    after = glances(adapter)
    differing = {int(one) for one in before if after.get(one) != before[one]}
    assert differing == {numbers[1], numbers[9]} | ({numbers[4]} if shop.knows("10.3") else set())


def test_a_glance_at_everything_is_cheap() -> None:
    shop, _, _ = shop_of_old(250, version="11.0.1")
    adapter: Any = adapter_of(shop)
    adapter.describe()
    before = len(adapter.client.asked)
    glances(adapter)
    asked = adapter.client.asked[before:]
    assert [path for path, _ in asked].count("products") == 3 and len(asked) <= 3 + 5
    assert "description" not in asked[0][1]["_fields"]


def test_saves_alone_are_no_change_of_a_product() -> None:
    """The moment of the last save is there for the glance, and left out of what is compared."""
    shop, numbers, clock = shop_of_old(4)
    adapter = adapter_of(shop)
    (before,) = adapter.fetch_by_ids([str(numbers[1])])
    clock.now = NOW + MINUTES
    shop.change(numbers[1], name=shop.product(numbers[1]).name)
    (after,) = adapter.fetch_by_ids([str(numbers[1])])
    assert adapter.glance(before) != adapter.glance(after)
    assert {key for key in before if before[key] != after[key]} == set(adapter.unheeded)
