"""Several calls in one request: each is applied, refused and counted by itself."""

import json
from urllib.parse import urlencode

import pytest

from sandbox.graph import Fault
from sandbox.tests.conftest import CATALOG, GOOD


def creation(retailer_id, **changes):
    return {"method": "POST", "relative_url": f"{CATALOG}/products", "body": urlencode({**GOOD, "retailer_id": retailer_id, **changes})}


def bundle(remote, *entries):
    return remote.call("POST", "", data={"batch": json.dumps(entries)})


def test_each_call_is_applied_and_recorded_as_if_it_had_come_alone(remote):
    answers = bundle(remote, creation("A"), creation("B"), {"method": "GET", "relative_url": f"{CATALOG}?fields=product_count"}).json()
    assert [answer["code"] for answer in answers] == [200, 200, 200]
    assert set(remote.standin.items(CATALOG)) == {"A", "B"}
    assert json.loads(answers[2]["body"])["product_count"] == 2
    assert [call.edge for call in remote.standin.calls()] == ["products.create", "products.create", "catalog.read"]


def test_one_refused_call_leaves_the_others_alone(remote):
    remote.standin.faults.add(Fault("reject_item", retailer_ids=("B",)))
    answers = bundle(remote, creation("A"), creation("B"), creation("C")).json()
    assert [answer["code"] == 200 for answer in answers] == [True, False, True]
    assert set(remote.standin.items(CATALOG)) == {"A", "C"}


def test_a_call_whose_answer_is_lost_has_no_entry_but_is_applied(remote):
    remote.standin.faults.add(Fault("lost_after", retailer_ids=("A",)))
    assert [answer is None for answer in bundle(remote, creation("A"), creation("B")).json()] == [True, False]
    assert set(remote.standin.items(CATALOG)) == {"A", "B"}


@pytest.mark.parametrize("entries", [[], "x", [1], [creation(str(n)) for n in range(51)]])
def test_a_bundle_that_is_none_or_too_long_is_refused_as_a_whole(remote, entries):
    answer = remote.call("POST", "", data={"batch": json.dumps(entries)})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 100
    assert remote.standin.items(CATALOG) == {}


def test_a_bad_token_refuses_every_call_in_it(remote):
    remote.session.headers["Authorization"] = "Bearer nobody"
    assert [answer["code"] for answer in bundle(remote, creation("A"), creation("B")).json()] == [401, 401]
    assert remote.standin.items(CATALOG) == {}
