"""Which of a few products Shopify still has: null counts only beside one that is certainly there."""

from typing import Any

import pytest
from django.utils import timezone

from common.errors import TransientError
from integrations.providers.shopify.listing.products import Products
from integrations.providers.shopify.reading.shape import number_of
from integrations.tests.shopify_double import ShopDouble, product, sized


def living(shop: ShopDouble, ids: list[str], known: str = "") -> list[str]:
    return [number_of(raw["id"]) for raw in Products(shop, clock=timezone.now).by_ids(ids, known)]


def test_what_is_there_comes_whole_and_what_is_not_is_gone() -> None:
    shop = ShopDouble(product(1, variants=[sized(number, number) for number in range(1, 121)]), product(3), product(9))
    (raw,) = Products(shop, clock=timezone.now).by_ids(["1"], "9")
    assert len(raw["variants"]) == 120
    assert living(shop, ["1", "2", "3"], "9") == ["1", "3"]


def test_more_than_fit_into_one_question() -> None:
    shop = ShopDouble(*(product(number) for number in range(1, 301)))
    assert living(shop, [str(number) for number in range(1, 400)], "300") == [str(number) for number in range(1, 301)]
    assert max(len(given["ids"]) for _, given in shop.asked) <= 101


def test_all_gone_with_the_known_one_there() -> None:
    shop = ShopDouble(product(9))
    assert living(shop, ["1", "2"], "9") == []
    assert len(shop.asked) == 1


def test_the_known_one_is_not_returned_for_itself() -> None:
    assert living(ShopDouble(product(9)), ["1"], "9") == []


def test_the_known_one_deleted_meanwhile_another_one_speaks_for_the_answer() -> None:
    shop = ShopDouble(product(5))
    assert living(shop, ["1"], "9") == []
    assert shop.names() == ["PRODUCTS_BY_ID", "FIRST_PRODUCT", "LIVING"]


def test_nulls_for_everything_prove_nothing() -> None:
    shop = ShopDouble(product(1), product(9))

    class Nulls(ShopDouble):
        def execute(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
            data = super().execute(query, variables)
            return {"nodes": [None] * len(data["nodes"])} if "nodes" in data else data

    shop.__class__ = Nulls
    for known in ("9", ""):
        with pytest.raises(TransientError) as caught:
            living(shop, ["1"], known)
        assert caught.value.kind == "list_vanished"


def test_a_product_that_comes_when_asked_again_was_never_gone() -> None:
    shop = ShopDouble(product(1), product(5))
    shop.hidden = {1, 9}
    shop.before = lambda name: setattr(shop, "hidden", set()) if name == "FIRST_PRODUCT" else None
    with pytest.raises(TransientError):
        living(shop, ["1"], "9")


def test_an_empty_list_where_products_are_counted_proves_nothing() -> None:
    shop = ShopDouble()
    shop.counted = 12
    with pytest.raises(TransientError) as caught:
        living(shop, ["1"], "9")
    assert caught.value.kind == "list_empty"


def test_a_shop_without_any_product_has_none_of_these() -> None:
    assert living(ShopDouble(), ["1"], "9") == []


@pytest.mark.parametrize("nodes", [None, [], [None, None, None], [{"id": "gid://shopify/Product/2"}], ["x"]])
def test_an_answer_to_another_question_is_an_error(nodes: Any) -> None:
    class Wrong(ShopDouble):
        def execute(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
            return {"nodes": nodes}

    with pytest.raises(TransientError) as caught:
        living(Wrong(), ["1"])
    assert caught.value.kind == "unreadable"


def test_what_is_no_number_of_shopifys_is_not_there() -> None:
    shop = ShopDouble(product(1))
    assert living(shop, ["x", "1", "1", "gid://shopify/Product/1", "٣"], "1") == ["1"]
    assert shop.asked[0][1]["ids"] == ["gid://shopify/Product/1"]
