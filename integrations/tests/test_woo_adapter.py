"""The adapter against a stand-in shop: products with their variations, categories, and what the shop says about itself."""

from typing import Any

import pytest
import time_machine

from common.errors import NeedsConfigurationError, TransientError
from integrations.models import StoreConnection
from integrations.providers.woocommerce.adapter import WooAdapter
from integrations.tests.woo_client_double import adapter_of, filled, ids, make_shop, pages_of
from sandbox.shops.woocommerce import make_products

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
