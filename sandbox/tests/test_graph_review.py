"""The stand-in's review: pending for a while, then approved or as a person has ruled."""

import pytest

from sandbox import control
from sandbox.graph import GraphStandIn, Store
from sandbox.tests.conftest import CATALOG

FIELDS = "review_status,review_rejection_reasons,image_fetch_status,errors,capability_to_review_status"


def seen(remote, sku="5784935"):
    query = {"filter": f'{{"retailer_id":{{"eq":"{sku}"}}}}', "fields": FIELDS}
    return remote.call("GET", f"{CATALOG}/products", params=query).json()["data"][0]


def test_a_new_item_is_approved_at_once_unless_a_delay_is_asked_for(remote):
    remote.create()
    assert (seen(remote)["review_status"], seen(remote)["image_fetch_status"]) == ("approved", "FETCHED")


def test_review_and_picture_take_their_time_and_begin_again_with_each_version(remote):
    remote.standin.review_delay = 10
    item_id = remote.create().json()["id"]
    assert (seen(remote)["review_status"], seen(remote)["image_fetch_status"]) == ("pending", "NO_STATUS")
    remote.wait(6)
    assert (seen(remote)["review_status"], seen(remote)["image_fetch_status"]) == ("pending", "FETCHED")
    remote.wait(6)
    assert seen(remote)["capability_to_review_status"] == [{"key": "WHATSAPP", "value": "APPROVED"}]
    remote.call("POST", item_id, json={"price": 100})
    assert seen(remote)["review_status"] == "pending"


@pytest.mark.parametrize(
    ("ruling", "expected"),
    [
        ("reject", {"review_status": "rejected", "review_rejection_reasons": ["Because"]}),
        ("picture", {"review_status": "approved", "image_fetch_status": "FETCH_FAILED"}),
        ("warn", {"review_status": "approved", "image_fetch_status": "FETCHED"}),
        ("stuck", {"review_status": "pending"}),
    ],
)
def test_a_ruling_holds_for_every_version_until_it_is_taken_back(remote, ruling, expected):
    control.answer(
        remote.standin, "POST", "review", {}, {"catalog_id": CATALOG, "retailer_id": "5784935", "ruling": ruling, "reason": "Because"}
    )
    item_id = remote.create().json()["id"]
    for _ in range(2):
        found = seen(remote)
        assert {name: found.get(name) for name in expected} == expected
        assert ruling == "stuck" or found["errors"][0]["title"] == "Because"
        remote.call("POST", item_id, json={"price": 100})
    remote.standin.rule(CATALOG, "5784935", "approve")
    assert seen(remote)["review_status"] == "approved" and "errors" not in seen(remote)


def test_a_ruling_survives_a_restart(tmp_path):
    first = GraphStandIn(Store(tmp_path / "state.sqlite3"))
    first.rule(CATALOG, "A-1", "reject", "Because")
    first.store.close()
    again = GraphStandIn(Store(tmp_path / "state.sqlite3"))
    again.add_item(CATALOG, "A-1")
    assert again.review_of(CATALOG, "A-1")["review_rejection_reasons"] == ["Because"]


def test_a_senseless_ruling_is_refused(remote):
    status, body = control.answer(remote.standin, "POST", "review", {}, {"catalog_id": CATALOG, "retailer_id": "A", "ruling": "burn"})
    assert status == 400 and "reject" in body["error"]
