"""Faults of the Shopify stand-in, each as a client meets it, and which calls they hit."""

from pathlib import Path

import pytest
import requests

from sandbox.shops.shopify import KINDS, make_products
from sandbox.tests.shopify_remote import CLIENT_ID, SECRET, Remote, gid

LIST = "{ products(first: 5) { nodes { id title } pageInfo { hasNextPage endCursor } } productsCount { count } }"


@pytest.fixture
def remote():
    made = Remote()
    make_products(made.shop, 8, variants=1)
    return made


def test_slow_and_silent(remote):
    remote.shop.faults.add("slow", seconds=20, remaining=1)
    with pytest.raises(requests.ReadTimeout):
        remote.session.post(f"{remote.shop.home}/admin/api/2026-10/graphql.json", json={"query": LIST}, timeout=5)
    remote.shop.faults.add("hang", remaining=1)
    with pytest.raises(requests.ReadTimeout):
        remote.post(LIST)
    assert remote.post(LIST).status_code == 200


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "cut"])
def test_connections_that_break(remote, kind):
    remote.shop.faults.add(kind, remaining=1)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        remote.post(LIST)
    assert remote.post(LIST).status_code == 200


def test_after_a_lost_answer_the_order_is_there(remote):
    remote.shop.faults.add("reset_after", endpoints=["orderCreate"])
    with pytest.raises(requests.ConnectionError):
        remote.post('mutation { orderCreate(order: {lineItems: [{title: "X", quantity: 1}]}) { order { id } } }')
    assert len(remote.shop.shelf.orders) == 1


def test_half_a_document(remote):
    remote.shop.faults.add("truncated")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        remote.post(LIST).json()


def test_errors_inside_a_200(remote):
    for kind, code in {"throttled": "THROTTLED", "internal_error": "INTERNAL_SERVER_ERROR", "scope_lost": "ACCESS_DENIED"}.items():
        fault = remote.shop.faults.add(kind)
        answer = remote.post(LIST)
        body = answer.json()
        assert answer.status_code == 200 and body["errors"][0]["extensions"]["code"] == code and not body.get("data")
        remote.shop.faults.remove(fault.id)


@pytest.mark.parametrize(("kind", "status"), [("too_many_requests", 429), ("bad_gateway", 502), ("frozen", 402), ("locked", 423)])
def test_refusals_of_http(remote, kind, status):
    remote.shop.faults.add(kind)
    answer = remote.post(LIST)
    assert answer.status_code == status and "data" not in answer.text
    if kind == "too_many_requests":
        assert float(answer.headers["Retry-After"]) == 2


def test_lists_that_lie(remote):
    remote.shop.faults.add("empty_list")
    found = remote.data(LIST)
    assert found["products"] == {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    assert found["productsCount"]["count"] == 8
    remote.shop.faults.clear()
    remote.shop.faults.add("wrong_count", rows=3)
    assert remote.data(LIST)["productsCount"]["count"] == 11
    remote.shop.faults.clear()
    remote.shop.faults.add("partial_errors")
    body = remote.ask(LIST)
    assert len(body["data"]["products"]["nodes"]) == 4 and body["errors"][0]["path"] == ["products", "nodes", 4]
    remote.shop.faults.clear()
    remote.shop.faults.add("null_nodes")
    one = remote.shop.shelf.product_ids()[0]
    assert remote.data("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[gid("Product", one)])["nodes"] == [None]


def test_an_answer_of_another_version(remote):
    remote.shop.faults.add("old_version")
    assert remote.post(LIST).headers["X-Shopify-API-Version"] == "2027-01"


def test_tokens_that_end(remote):
    remote.shop.add_app(CLIENT_ID, SECRET)
    remote.token = remote.grant().json()["access_token"]
    remote.shop.faults.add("token_expired")
    assert remote.post(LIST).status_code == 401
    remote.token = remote.grant().json()["access_token"]
    assert remote.post(LIST).status_code == 200, "a new one is good"
    remote.shop.faults.add("token_refused")
    remote.token = remote.grant().json()["access_token"]
    assert remote.post(LIST).status_code == 401
    remote.shop.faults.add("no_new_token")
    assert remote.grant().json()["error"] == "invalid_client"


def test_an_app_that_is_removed_and_comes_back(remote):
    remote.shop.add_app(CLIENT_ID, SECRET)
    remote.token = remote.grant().json()["access_token"]
    fault = remote.shop.faults.add("app_uninstalled")
    assert remote.post(LIST).status_code == 401 and remote.grant().status_code == 400
    remote.shop.faults.remove(fault.id)
    assert remote.post(LIST).status_code == 401, "its tokens are dead"
    remote.token = remote.grant().json()["access_token"]
    assert remote.post(LIST).status_code == 200


def test_the_search_falls_behind(remote):
    remote.shop.faults.add("index_lag", seconds=30)
    query = '{ productsCount(query: "updated_at:>2026-11-19") { count } }'
    assert remote.data(query)["productsCount"]["count"] == 0
    remote.wait(30)
    assert remote.data(query)["productsCount"]["count"] == 8


def test_aimed_faults_skip_and_end(remote):
    remote.shop.faults.add("throttled", endpoints=["products"], skip=1, remaining=1)
    assert "errors" not in remote.ask("{ shop { name } }")
    assert ["errors" in remote.ask(LIST) for _ in range(3)] == [False, True, False]
    remote.shop.faults.add("frozen", minutes=1)
    assert remote.post(LIST).status_code == 402
    remote.wait(61)
    assert remote.post(LIST).status_code == 200


def test_edits_wait_for_the_nth_call(remote):
    one = remote.shop.shelf.product_ids()[0]
    remote.shop.before(2, lambda: remote.shop.delete(one))
    assert [len(remote.titles()) for _ in range(3)] == [8, 7, 7]


def test_every_kind_is_tried():
    here = Path(__file__)
    said = "".join(here.with_name(f"test_shopify_{name}.py").read_text() for name in ("faults", "bulk", "hooks"))
    assert [kind for kind in KINDS if f'"{kind}"' not in said] == []
