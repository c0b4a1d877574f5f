"""Which products a stand-in shop still has: what is gone is gone for certain, and no fault makes anything gone."""

from typing import Any

import pytest

from common.errors import NeedsConfigurationError, PermanentError, TransientError
from integrations.tests.woo_client_double import adapter_of, filled, ids


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
