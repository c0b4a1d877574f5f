"""Drift: whatever listings tell and hands do, nothing is removed that nobody chose, and Meta ends as we want it."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meta_integration.catalog.readback import read_back
from meta_integration.catalog.reading import pages
from meta_integration.models import Catalog, CatalogFinding
from meta_integration.tests.drift import kinds
from operations.models import Run, RunStatus
from sandbox.graph import Fault

# --- listings that lie ------------------------------------------------------------------------------------------------------------

LIES = [
    Fault("listing_incomplete"),
    Fault("listing_stale"),
    Fault("listing_repeats"),
    Fault("listing_loops"),
    Fault("error", edges=("products.list",), skip=2, remaining=1),
    Fault("html", edges=("products.list",), skip=1, remaining=1),
    Fault("broken_json", edges=("products.list",), skip=1, remaining=1),
    Fault("outage", edges=("products.list",), skip=3),
]


@pytest.mark.parametrize("lie", LIES, ids=lambda fault: fault.kind)
def test_no_lie_of_a_listing_ever_removes_anything(world, tenant, catalog, products, lie, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 5)
    world.standin.add_item(catalog.catalog_id, "FOREIGN")
    before = world.at_meta(catalog)
    world.standin.faults.add(lie)
    run = read_back(catalog.pk)
    world.settle(catalog)
    assert run.counts["removed"] == 0
    assert world.at_meta(catalog).keys() == before.keys()
    world.standin.faults.clear()
    world.pass_time(minutes=10)
    world.standin.edit_item(catalog.catalog_id, "A-07", price="9.00 USD")
    read_back(catalog.pk)
    world.settle(catalog)
    assert world.at_meta(catalog)["A-07"]["price"] == "10.00 USD"


def test_a_repeated_row_is_counted_and_judged_once(world, catalog, products, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 3)
    world.standin.add_item(catalog.catalog_id, "FOREIGN")
    with world.fault(Fault("listing_repeats")):
        run = read_back(catalog.pk, dry_run=True)
    assert (run.counts["listed"], run.counts["not_ours"], run.counts["duplicate"]) == (13, 1, 0)


def test_what_no_database_can_store_does_not_end_the_reading(world, catalog, products):
    """A NUL in a name is valid JSON; an id may be longer than Meta allows."""
    world.standin.add_item(catalog.catalog_id, "X" * 150)
    world.standin.add_item(catalog.catalog_id, "FOREIGN", name="odd\x00name")
    world.standin.edit_item(catalog.catalog_id, "A-01", name="by\x00hand \\u0000")
    run = read_back(catalog.pk, dry_run=True)
    assert run.status == RunStatus.COMPLETED
    assert kinds(catalog) == {"A-01": "different", "FOREIGN": "not_ours"}
    assert CatalogFinding.objects.get(retailer_id="A-01").fields["name"] == ["Lamp 1", "by hand \\u0000"]
    assert CatalogFinding.objects.get(retailer_id="FOREIGN").name == "odd name"


def test_a_listing_in_circles_is_cut_off_and_the_run_says_so(world, catalog, products, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 3)
    with world.fault(Fault("listing_loops")):
        run = read_back(catalog.pk)
    assert run.status == RunStatus.COMPLETED and "circles" in run.message
    assert run.counts["missing"] == 0 and run.counts["right_after_all"] > 0


def test_pages_that_are_too_large_for_meta_are_halved(world, catalog, products):
    world.standin.faults.add(Fault("page_too_large", rows=200))
    run = read_back(catalog.pk)
    assert run.status == RunStatus.COMPLETED and run.counts["listed"] == 12
    assert Run.objects.get(pk=run.pk).cursor["place"]["limit"] == 125


# --- any hand edits, any lies -----------------------------------------------------------------------------------------------------

SKUS = [f"A-{number:02}" for number in range(12)]
EDITS = st.lists(st.tuples(st.sampled_from(["price", "name", "hide", "delete", "twin", "foreign"]), st.sampled_from(SKUS)), max_size=6)
LYING = st.lists(
    st.builds(
        Fault,
        kind=st.sampled_from(["listing_incomplete", "listing_stale", "listing_repeats", "listing_loops", "error", "outage", "cut", "html"]),
        edges=st.just(("products.list",)),
        skip=st.integers(0, 3),
        remaining=st.integers(1, 6),
    ),
    max_size=3,
)


def edit(standin, catalog_id, what, sku):
    if what == "foreign":
        standin.add_item(catalog_id, f"F-{sku}")
    elif standin.item(catalog_id, sku) is None:
        return
    elif what == "delete":
        standin.delete_item(catalog_id, sku)
    elif what == "twin":
        standin.add_twin(catalog_id, sku, name="Twin")
    else:
        value = {"price": {"price": "1.00 USD"}, "name": {"name": "By hand"}, "hide": {"visibility": "staging"}}[what]
        standin.edit_item(catalog_id, sku, **value)


SHOWN = ("name", "price", "visibility", "image_url", "url", "availability")


def shown(items):
    return {sku: {name: item.get(name) for name in SHOWN} for sku, item in items.items()}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS, lies=LYING, more=EDITS)
def test_whatever_hands_do_and_listings_tell_meta_ends_as_we_want_it(world, catalog, products, edits, lies, more):
    wanted = shown(world.at_meta(catalog))
    for what, sku in edits:
        edit(world.standin, catalog.catalog_id, what, sku)
    for lie in lies:
        world.standin.faults.add(replace(lie, retailer_ids=()))
    read_back(catalog.pk)
    for what, sku in more:
        edit(world.standin, catalog.catalog_id, what, sku)
    world.settle(catalog)
    strangers = {sku for sku in world.at_meta(catalog) if sku.startswith("F-")}
    assert strangers == {f"F-{sku}" for what, sku in edits + more if what == "foreign"}
    world.standin.faults.clear()
    for _ in range(2):
        world.pass_time(minutes=10)
        Catalog.objects.filter(pk=catalog.pk).update(resting_until=None)
        assert read_back(catalog.pk, mend=["missing", "different", "extra", "duplicate"]).status == RunStatus.COMPLETED
        world.run_until_quiet()
    found = world.at_meta(catalog)
    assert shown({sku: item for sku, item in found.items() if sku not in strangers}) == wanted
    assert strangers <= found.keys()
    assert all(len(world.standin.ids(catalog.catalog_id, sku)) == 1 for sku in SKUS)
    for sku in strangers:
        world.standin.delete_item(catalog.catalog_id, sku)
