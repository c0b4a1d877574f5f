"""The listing: filter, cursors, summary, and the ways it can lie."""

import json

import pytest

from sandbox.graph import Fault
from sandbox.tests.conftest import CATALOG, error_of


@pytest.fixture
def shelf(remote):
    for n in range(7):
        remote.standin.add_item(CATALOG, f"sku-{n}", name=f"Lamp {n}" if n % 2 else f"Panel {n}", price=f"{n}.50 USD")
    return remote


def everything(remote, **params):
    """Follow the cursors and give the retailer_ids in order."""
    found, after = [], None
    for _ in range(20):
        page = remote.listing(fields="retailer_id", limit=3, **({"after": after} if after else {}), **params).json()
        found += [row["retailer_id"] for row in page["data"]]
        if "next" not in page.get("paging", {}):
            return found
        after = page["paging"]["cursors"]["after"]
    return found


def test_cursors_walk_over_everything_once_even_when_items_vanish(shelf):
    assert everything(shelf) == [f"sku-{n}" for n in range(7)]
    first = shelf.listing(limit=3).json()
    shelf.standin.delete_item(CATALOG, "sku-2")
    rest = shelf.listing(limit=10, after=first["paging"]["cursors"]["after"]).json()
    assert [row["retailer_id"] for row in rest["data"]] == ["sku-3", "sku-4", "sku-5", "sku-6"]
    assert "next" not in rest["paging"]


def test_an_empty_catalog_has_no_paging(remote):
    assert remote.listing(summary="true").json() == {"data": [], "summary": {"total_count": 0}}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"retailer_id": {"eq": "sku-3"}}, [3]),
        ({"retailer_id": {"eq": "SKU-3"}}, []),
        ({"retailer_id": {"is_any": ["sku-1", "sku-5", "gone"]}}, [1, 5]),
        ({"retailer_id": {"is_not_any": ["sku-1", "sku-5"]}}, [0, 2, 3, 4, 6]),
        ({"retailer_id": {"neq": "sku-3"}}, [0, 1, 2, 4, 5, 6]),
        ({"name": {"contains": "lamp"}}, []),
        ({"name": {"i_contains": "lamp"}}, [1, 3, 5]),
        ({"and": [{"name": {"i_contains": "lamp"}}, {"retailer_id": {"neq": "sku-3"}}]}, [1, 5]),
        ({"or": [{"retailer_id": {"eq": "sku-0"}}, {"name": {"contains": "Lamp 5"}}]}, [0, 5]),
        ({"price": {"gte": 450}}, [4, 5, 6]),
    ],
)
def test_filters(shelf, rule, expected):
    found = [row["retailer_id"] for row in shelf.listing(filter=rule).json()["data"]]
    assert found == [f"sku-{n}" for n in expected]


@pytest.mark.parametrize("rule", ["{", '"x"', "{}", '{"title":{"eq":"x"}}', '{"name":{"like":"x"}}', '{"and":[]}', '{"retailer_id":"x"}'])
def test_a_bad_filter_is_refused(shelf, rule):
    assert error_of(shelf.call("GET", f"{CATALOG}/products", params={"filter": rule}))[:2] == (400, 100)


@pytest.mark.parametrize("params", [{"limit": "x"}, {"limit": "0"}, {"after": "nonsense"}, {"fields": "id,title"}])
def test_bad_paging_is_refused(shelf, params):
    assert error_of(shelf.listing(**params))[:2] == (400, 100)


def test_an_incomplete_listing_hides_items_but_a_look_up_finds_them(shelf):
    shelf.standin.faults.add(Fault("listing_incomplete", retailer_ids=("sku-4",)))
    assert "sku-4" not in everything(shelf)
    assert shelf.listing(summary="true").json()["summary"] == {"total_count": 7}
    look_up = shelf.listing(filter={"retailer_id": {"eq": "sku-4"}}).json()
    assert [row["retailer_id"] for row in look_up["data"]] == ["sku-4"]


def test_a_stale_listing_shows_the_past_but_a_look_up_the_present(shelf):
    shelf.standin.faults.add(Fault("listing_stale"))
    shelf.standin.edit_item(CATALOG, "sku-0", price="99.00 USD")
    shelf.standin.delete_item(CATALOG, "sku-1")
    rows = {row["retailer_id"]: row for row in shelf.listing(fields="retailer_id,price").json()["data"]}
    assert rows["sku-0"]["price"] == "$0.50" and "sku-1" in rows
    rule = json.dumps({"retailer_id": {"is_any": ["sku-0", "sku-1"]}})
    fresh = shelf.call("GET", f"{CATALOG}/products", params={"fields": "price", "filter": rule}).json()["data"]
    assert [row["price"] for row in fresh] == ["$99.00"]


def test_repeating_and_looping_pages(shelf):
    shelf.standin.faults.add(Fault("listing_repeats"))
    assert len(everything(shelf)) > 7
    shelf.standin.faults.clear()
    shelf.standin.faults.add(Fault("listing_loops"))
    assert set(everything(shelf)) == {"sku-0", "sku-1", "sku-2"}
