"""Pages by key: edits in between shift nothing. Filters, counts, things by id, and what a list refuses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.shops.shopify import make_products
from sandbox.tests.shopify_remote import Remote, gid

PAGE = """query ($first: Int!, $after: String, $sort: ProductSortKeys, $query: String) {
  products(first: $first, after: $after, sortKey: $sort, query: $query) { nodes { id title } pageInfo { hasNextPage endCursor } }
}"""


@pytest.fixture
def remote():
    return Remote()


def walk(remote, between=lambda number: None, first=3, **variables):
    titles, after = [], None
    for number in range(100):
        found = remote.data(PAGE, first=first, after=after, **variables)["products"]
        titles += [row["title"] for row in found["nodes"]]
        if not found["pageInfo"]["hasNextPage"]:
            return titles
        after = found["pageInfo"]["endCursor"]
        between(number)
    raise AssertionError("the list never ends")


def fill(remote, count=10):
    return [remote.shop.add(f"P{number}", price="1.00") for number in range(count)]


def test_deleting_and_changing_meanwhile_shifts_nothing_in_the_order_of_ids(remote):
    made = fill(remote)

    def between(number):
        if number == 0:
            remote.shop.delete(made[0].id)
            remote.shop.delete(made[2].id)
            remote.shop.change(made[1].id)
            remote.shop.add("new")

    assert walk(remote, between, sort="ID") == [*[f"P{number}" for number in range(10)], "new"]


def test_in_the_order_of_changes_an_edited_product_moves(remote):
    made = []
    for number in range(6):
        made.append(remote.shop.add(f"P{number}"))
        remote.wait(1)
    titles = walk(remote, lambda number: remote.shop.change(made[0].id) if number == 0 else None, first=2, sort="UPDATED_AT")
    assert titles.count("P0") == 2


def test_backwards_and_reversed(remote):
    fill(remote, 5)
    assert remote.titles(first=2, reverse="true") == ["P4", "P3"]
    found = remote.data("{ products(last: 2) { nodes { title } pageInfo { hasNextPage hasPreviousPage startCursor } } }")["products"]
    assert [row["title"] for row in found["nodes"]] == ["P3", "P4"]
    assert (found["pageInfo"]["hasNextPage"], found["pageInfo"]["hasPreviousPage"]) == (False, True)
    before = found["pageInfo"]["startCursor"]
    assert remote.data(f'{{ products(last: 9, before: "{before}") {{ nodes {{ title }} }} }}')["products"]["nodes"][-1] == {"title": "P2"}


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ("", "you must provide one of first or last"),
        ("first: 1, last: 1", "providing both first and last is not supported"),
        ('first: 1, after: "nonsense"', "Malformed cursor"),
        ("first: 251", "The input size of 251 is greater than the maximum allowed of 250."),
    ],
)
def test_what_a_list_refuses(remote, args, words):
    query = f"{{ products({args}) {{ nodes {{ id }} }} }}" if args else "{ products { nodes { id } } }"
    body = remote.ask(query)
    assert body["data"] is None and body["errors"][0]["message"] == words and body["errors"][0]["path"] == ["products"]


def test_filters(remote):
    shop = remote.shop
    shop.add("Red Cup", vendor="Acme", tags=["sale", "new"], sku="R-1", status="ACTIVE")
    remote.wait(3600)
    shop.add("Blue Cup", vendor="Other Inc", sku="B-1", status="DRAFT", published=None)
    for query, wanted in {
        "status:active": ["Red Cup"], "status:active,draft": ["Red Cup", "Blue Cup"], 'vendor:\\"Other Inc\\"': ["Blue Cup"],
        "tag:sale AND sku:R-1": ["Red Cup"], "tag:sale OR sku:B-1": ["Red Cup", "Blue Cup"], "-tag:sale": ["Blue Cup"],
        "NOT (status:draft OR tag:none)": ["Red Cup"], "sku:R*": ["Red Cup"], "cup": ["Red Cup", "Blue Cup"],
        "updated_at:>='2026-11-20T12:30:00Z'": ["Blue Cup"], "updated_at:<'2026-11-20T12:30:00Z'": ["Red Cup"],
        "published_status:unpublished": ["Blue Cup"], 'vendor:\\"Acme,Other Inc\\"': [], "vendor:Acme,Nobody": ["Red Cup"],
    }.items():  # fmt: skip
        assert remote.titles(query=f'"{query}"') == wanted, query
    assert remote.data('{ productsCount(query: "tag:sale") { count precision } }')["productsCount"] == {"count": 1, "precision": "EXACT"}


def test_a_time_without_a_zone_is_the_shops(remote):
    remote.shop.timezone = "Asia/Riyadh"
    remote.shop.add("Cup")  # 12:00 UTC, 15:00 in Riyadh
    assert remote.titles(query="\"updated_at:>='2026-11-20T14:30:00'\"") == ["Cup"]
    assert remote.titles(query="\"updated_at:>='2026-11-20T15:30:00'\"") == []


def test_an_unknown_field_answers_everything_with_a_warning(remote):
    fill(remote, 2)
    body = remote.ask('{ products(first: 5, query: "udpated_at:>2026-11-20") { nodes { title } } }')
    assert len(body["data"]["products"]["nodes"]) == 2
    assert body["extensions"]["search"][0]["warnings"][0]["code"] == "invalid_field"


def test_the_search_may_lag_behind(remote):
    remote.shop.index_lag = 10
    remote.shop.add("Cup")
    asked = {"query": "\"updated_at:>='2026-11-20T11:00:00Z'\""}
    assert remote.titles(**asked) == [] and remote.titles() == ["Cup"]
    remote.wait(10)
    assert remote.titles(**asked) == ["Cup"]


def test_counts_stop_at_ten_thousand_unless_told(remote):
    make_products(remote.shop, 10_001, variants=1)
    assert remote.data("{ productsCount { count precision } }")["productsCount"] == {"count": 10_000, "precision": "AT_LEAST"}
    assert remote.data("{ productsCount(limit: null) { count precision } }")["productsCount"] == {"count": 10_001, "precision": "EXACT"}


def test_things_by_id_and_null_for_what_is_gone(remote):
    cup, lid = fill(remote, 2)
    remote.shop.delete(lid.id)
    ids = [gid("Product", cup.id), gid("Product", lid.id), gid("ProductVariant", remote.shop.variants(cup.id)[0].id)]
    found = remote.data("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids)["nodes"]
    assert [row and row["__typename"] for row in found] == ["Product", None, "ProductVariant"]
    assert remote.code("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[gid("Product", cup.id)] * 251) == "MAX_INPUT_SIZE_EXCEEDED"
    assert remote.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["123"])["errors"][0]["message"] == "Invalid global id '123'"


def test_many_variants_come_at_once_only_for_one_product(remote):
    values = [{"values": (f"V{number}",), "price": "1.00"} for number in range(300)]
    cup = remote.shop.add("Cup", options=(("Size", tuple(row["values"][0] for row in values)),), variants=values)
    one = f'{{ product(id: "{gid("Product", cup.id)}") {{ variants(first: 2048) {{ nodes {{ id }} }} }} }}'
    assert len(remote.data(one)["product"]["variants"]["nodes"]) == 300
    assert remote.code("{ products(first: 1) { nodes { variants(first: 300) { nodes { id } } } } }") == "MAX_INPUT_SIZE_EXCEEDED"


@settings(max_examples=25, deadline=None)
@given(edits=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["delete", "change", "add"]), st.integers(0, 9)), max_size=8))
def test_whatever_happens_in_between_a_survivor_is_seen_once(edits):
    remote = Remote()
    made = fill(remote)

    def between(number):
        for at, act, which in edits:
            if at == number and act == "add":
                remote.shop.add("new")
            elif at == number and remote.shop.shelf.product(made[which].id):
                (remote.shop.delete if act == "delete" else remote.shop.change)(made[which].id)

    titles = walk(remote, between, sort="ID")
    for product in made:
        if remote.shop.shelf.product(product.id):
            assert titles.count(product.title) == 1
