"""One question to Shopify and what comes back: data, or one of the four errors, whatever the status says; waiting for points."""

import gc
import weakref
from types import SimpleNamespace

import pytest

from common.errors import AmbiguousError, NeedsConfigurationError, PermanentError, TransientError
from common.tests.keeping_host import Said
from integrations.providers.shopify import client as module
from integrations.providers.shopify.client import LONGEST_WAIT, ShopifyClient
from integrations.tests.shopify_edge import STATIC, cost, edge, error, failed, good, throttled, unsaved

pytestmark = pytest.mark.django_db
QUERY = "query Shop { shop { name } }"
CHANGE = "mutation Cancel($id: ID!) { bulkOperationCancel(id: $id) { userErrors { message } } }"
DENIED = error(
    "Access denied for products field. Required access: `read_products` access scope.", "ACCESS_DENIED",
    requiredAccess="`read_products` access scope.",
)  # fmt: skip
INTERNAL = error("Internal error. Looks like something went wrong on our end.\nRequest ID: 8f0e", "INTERNAL_SERVER_ERROR")
PAGE = b"<!DOCTYPE html><html><head><title>Something went wrong</title></head><body>500</body></html>"


@pytest.fixture
def shopify(settings):
    with edge(settings) as running:
        yield running


@pytest.fixture
def waits(monkeypatch):
    """How long the client has waited; nobody really does."""
    found = []
    clock = iter(range(0, 100_000, 1))
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(clock) / 1000, sleep=found.append))
    monkeypatch.setattr(module, "random", SimpleNamespace(random=lambda: 0.0))
    return found


@pytest.fixture
def client(shopify, waits):
    return ShopifyClient(unsaved({"access_token": STATIC}))


def refused(client, said, kind, *, query=QUERY, shopify=None):
    shopify.said = [said]
    with pytest.raises(kind) as caught:
        client.execute(query)
    return caught.value


def test_the_data_comes_back_and_the_question_went_out_whole(client, shopify):
    assert client.execute(QUERY, {"first": 3}) == {"shop": {"name": "Demo"}}
    assert shopify.questions == [{"query": QUERY, "variables": {"first": 3}}]
    assert shopify.host.asked[0].headers["accept-encoding"] == "gzip" and shopify.host.connections == 1


def test_what_is_not_needed_any_more_closes_its_connection_at_once(shopify):
    """Not when Python next looks for cycles: workers ask thousands of times until then, and each open connection is a file of theirs."""
    gc.disable()
    try:
        for keys in (None, {"access_token": STATIC}):
            client = ShopifyClient(unsaved(keys) if keys else unsaved())
            client.execute(QUERY)
            session = weakref.ref(client._session)
            del client
            assert session() is None
    finally:
        gc.enable()


def test_in_a_hurry_there_is_a_limit_for_all_questions_together(client, shopify):
    client.hurry(0.0)
    with pytest.raises(TransientError) as caught:
        client.execute(QUERY)
    assert caught.value.kind == "timeout" and shopify.host.asked == []


# --- points -------------------------------------------------------------------------------------------------------------------


def test_throttled_waits_until_there_are_points_and_asks_the_same_again(client, shopify, waits):
    shopify.said = [throttled(requested=752, available=666), throttled(requested=752, available=452)]
    assert client.execute(QUERY, {"after": "x"}) == {"shop": {"name": "Demo"}}
    assert waits == [pytest.approx(0.86), pytest.approx(3.0)]
    assert shopify.questions == [{"query": QUERY, "variables": {"after": "x"}}] * 3


def test_who_is_throttled_for_too_long_comes_back_later(client, shopify, waits):
    shopify.answer = lambda question: throttled(requested=900, available=0)
    with pytest.raises(TransientError) as caught:
        client.execute(QUERY)
    assert (caught.value.kind, caught.value.retry_after) == ("throttled", 9.0)
    assert 0 < sum(waits) <= LONGEST_WAIT


def test_a_question_that_never_fits_is_not_waited_for(client, shopify, waits):
    caught = refused(client, throttled(requested=2500, available=2000), PermanentError, shopify=shopify)
    assert caught.kind == "too_costly" and waits == []


def test_it_waits_beforehand_where_the_last_answer_says_that_it_must(client, shopify, waits):
    shopify.said = [good({"shop": {}}, **cost(requested=500, available=100))]
    client.execute(QUERY)
    client.execute("query Other { shop { id } }")  # What that costs, nobody knows yet.
    assert waits == []
    shopify.said = [good({"shop": {}}, **cost(requested=500, available=100))]
    client.execute(QUERY)
    assert waits == []  # The other question's answer had said that there are enough.
    client.execute(QUERY)
    assert waits == [pytest.approx(4.0, abs=0.1)]


def test_429_is_waited_for_as_long_as_it_says(client, shopify, waits):
    shopify.said = [Said(429, {"errors": "Exceeded 2 calls per second"}, {"Retry-After": "2.0"})]
    client.execute(QUERY)
    assert waits == [2.0]


# --- refusals in a 200 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        (failed(DENIED), NeedsConfigurationError, "missing_scope"),
        (failed(INTERNAL), TransientError, "shop_error"),
        (failed(error("Query cost is 1311, which exceeds the single query max cost limit (1000).", "MAX_COST_EXCEEDED")), PermanentError,
         "too_costly"),
        (failed(error("Field 'bodyHtml' doesn't exist on type 'Product'", "undefinedField")), PermanentError, "bad_query"),
        (failed(error("Variable $first of type Int! was provided invalid value", "INVALID_VARIABLE")), PermanentError, "bad_query"),
        (failed(error("you must provide one of first or last", "BAD_REQUEST"), data=None), PermanentError, "bad_query"),
        (failed({"message": "Invalid global id '123'"}, data=None), PermanentError, "bad_query"),
        (failed(error("This shop is inactive", "SHOP_INACTIVE")), NeedsConfigurationError, "frozen"),
        (failed(error("New", "SOMETHING_NEW")), TransientError, "unexpected"),
        (Said(body={"errors": "Not a list"}), TransientError, "unexpected"),
        (Said(body={"data": None}), TransientError, "empty"),
        (Said(body={"data": {}}), TransientError, "empty"),
        (Said(body={}), TransientError, "empty"),
        (Said(body=[]), TransientError, "unreadable"),
        (Said(body=b""), TransientError, "empty"),
        (Said(body=b'{"data":{"shop":{"name":"De'), TransientError, "truncated"),
        (Said(body=b'{"data":{"shop":,}}'), TransientError, "unreadable"),
        (Said(body=PAGE, headers={"Content-Type": "text/html"}), TransientError, "html"),
    ],
)  # fmt: skip
def test_a_200_is_no_promise(client, shopify, said, kind, code):
    caught = refused(client, said, kind, shopify=shopify)
    assert (type(caught), caught.kind) == (kind, code)
    assert caught.data["remedy"]


def test_data_with_errors_is_incomplete_and_not_used(client, shopify):
    both = failed(INTERNAL, data={"products": {"nodes": [{"id": "gid://shopify/Product/1"}, None]}}, extensions=cost())
    assert refused(client, both, TransientError, shopify=shopify).kind == "shop_error"


def test_a_missing_scope_is_named(client, shopify):
    caught = refused(client, failed(INTERNAL, DENIED, data={"products": None}), NeedsConfigurationError, shopify=shopify)
    assert "read_products is missing" in caught.message and "read_products" in caught.data["remedy"]
    assert caught.data["scopes"] == ["read_products"] and "Access denied" in caught.data["said"]


def test_a_filter_that_shopify_leaves_out_is_an_error(client, shopify):
    warned = good(
        {"products": {"nodes": []}},
        search=[{"path": ["products"], "query": "update_at:>1", "warnings": [{"field": "update_at", "message": "Invalid search field"}]}],
    )  # fmt: skip
    caught = refused(client, warned, PermanentError, shopify=shopify)
    assert (caught.kind, caught.data["said"]) == ("bad_filter", "Invalid search field")
    silent = good({"products": {"nodes": []}}, search=[{"path": ["products"], "warnings": [{"field": "update_at", "message": None}]}])
    assert refused(client, silent, PermanentError, shopify=shopify).kind == "bad_filter"
    shopify.said = [good({"products": {"nodes": []}}, search=[{"path": ["products"], "query": "x", "parsed": {}}])]
    assert client.execute(QUERY) == {"products": {"nodes": []}}


# --- statuses -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (402, NeedsConfigurationError, "frozen"),
        (403, NeedsConfigurationError, "forbidden"),
        (404, NeedsConfigurationError, "no_such_shop"),
        (423, NeedsConfigurationError, "locked"),
        (430, TransientError, "security"),
        (418, TransientError, "unexpected"),
        (500, TransientError, "overloaded"),
        (503, TransientError, "overloaded"),
        (504, TransientError, "timeout"),
    ],
)
@pytest.mark.parametrize("body", [PAGE, {"errors": "Unavailable Shop"}, b""])
def test_other_statuses(client, shopify, status, kind, code, body):
    caught = refused(client, Said(status, body), kind, shopify=shopify)
    assert (type(caught), caught.kind, caught.status) == (kind, code, status)


def test_403_may_name_the_scope(client, shopify):
    caught = refused(client, Said(403, {"errors": [DENIED]}), NeedsConfigurationError, shopify=shopify)
    assert "read_products is missing" in caught.message


def test_a_shop_that_has_worked_is_asked_again_after_what_comes_and_goes(client, shopify):
    client.execute(QUERY)
    assert refused(client, Said(423, b""), TransientError, shopify=shopify).kind == "locked"
    assert refused(client, Said(402, b""), NeedsConfigurationError, shopify=shopify).kind == "frozen"


@pytest.mark.parametrize(
    ("target", "kind", "words"),
    [
        ("https://renamed.myshopify.com/admin/api/2026-10/graphql.json", "shop_moved", "renamed.myshopify.com"),
        ("https://renamed.myshopify.com.evil.example/admin", "redirected", "not its API"),
        ("https://brand.example/password", "redirected", "not its API"),
    ],
)
def test_redirects_are_told_and_not_followed(client, shopify, target, kind, words):
    caught = refused(client, Said(301, b"", {"Location": target}), NeedsConfigurationError, shopify=shopify)
    assert caught.kind == kind and words in caught.message
    assert len(shopify.host.asked) == 1


def test_an_older_version_in_the_answer_is_noted(client, shopify, caplog):
    shopify.said = [Said(body={"data": {"shop": {}}}, headers={"X-Shopify-API-Version": "2027-01"})] * 2
    client.execute(QUERY)
    client.execute(QUERY)
    assert client.served_version == "2027-01"
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "demo.myshopify.com was asked in version 2026-10 of the API and has answered in 2027-01"
    ]


# --- changes ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [Said(502, PAGE), Said(body=b'{"data":{"bulk'), failed(INTERNAL), Said(talk=lambda peer: None), Said(body=PAGE)],
    ids=["502", "cut", "internal", "hung up", "page"],
)
def test_a_change_whose_answer_is_lost_may_have_been_made_and_is_not_repeated(client, shopify, said):
    client.execute(QUERY)
    caught = refused(client, said, AmbiguousError, query=CHANGE, shopify=shopify)
    assert caught.data["remedy"] and [one["query"] for one in shopify.questions].count(CHANGE) == 1


def test_a_change_that_was_throttled_was_not_made(client, shopify, waits):
    shopify.said = [throttled()]
    assert client.execute(CHANGE)
    assert len(waits) == 1


def test_a_question_over_a_connection_that_was_dropped_is_asked_again(client, shopify):
    client.execute(QUERY)
    shopify.said = [Said(talk=lambda peer: None)]
    assert client.execute(QUERY) == {"shop": {"name": "Demo"}}
    assert len(shopify.questions) == 3
