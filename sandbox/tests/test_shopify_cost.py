"""What queries cost: the fitted formula, the bucket, and the two refusals inside a 200."""

import pytest

from sandbox.tests.shopify_remote import Remote

BIG = """{ products(first: 250) { nodes { id variants(first: 100) { nodes { id inventoryItem { id }
  media(first: 10) { nodes { id } } } } } } }"""
TOO_BIG = """{ products(first: 250) { nodes { variants(first: 100) { nodes { inventoryItem { inventoryLevels(first: 50) { nodes {
  location { id } quantities(names: ["available"]) { quantity } } } } } } } } }"""


@pytest.fixture
def remote():
    return Remote()


def cost(remote, query):
    return remote.ask(query)["extensions"]["cost"]["requestedQueryCost"]


@pytest.mark.parametrize(
    ("query", "points"),
    [
        ("{ shop { name } }", 1),
        ("{ productsCount { count } }", 10),
        ("{ products(first: 10) { nodes { id } } }", 2 + 4 * 1),
        ("{ products(first: 50) { nodes { id } } }", 2 + 7 * 1),
        ("{ products(first: 250) { nodes { id } } }", 2 + 11 * 1),
        ("{ products(first: 250) { nodes { id } edges { node { id } } } }", 2 + 11 * 2),
        ("{ products(first: 250) { nodes { id options { id } } } }", 2 + 11 * (1 + 1)),
        ("{ products(first: 250) { nodes { id variants(first: 100) { nodes { id inventoryItem { id } } } } } }", 2 + 11 * (1 + 2 + 9 * 2)),
        ("{ products(first: 1) { nodes { priceRangeV2 { minVariantPrice { amount } } } } }", 2),
    ],
)
def test_the_formula(remote, query, points):
    assert cost(remote, query) == points


def test_points_are_paid_and_flow_back(remote):
    status = remote.ask(BIG)["extensions"]["cost"]
    assert status["throttleStatus"]["currentlyAvailable"] == 2000 - status["requestedQueryCost"]
    remote.wait(1)
    assert remote.shop.bucket.left == 2000 - status["requestedQueryCost"] + 100
    remote.wait(3600)
    assert remote.shop.bucket.left == 2000


def test_an_empty_bucket_is_throttled_inside_a_200(remote):
    price = cost(remote, BIG)
    while remote.shop.bucket.left >= price:
        assert "data" in remote.ask(BIG)
    answer = remote.post(BIG)
    body = answer.json()
    assert answer.status_code == 200 and "data" not in body and body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert body["extensions"]["cost"]["actualQueryCost"] is None and body["extensions"]["cost"]["requestedQueryCost"] == price
    remote.wait((price - body["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"]) / 100)
    assert "data" in remote.ask(BIG)


def test_a_query_may_cost_a_thousand_at_most(remote):
    assert remote.code(TOO_BIG) == "MAX_COST_EXCEEDED"
