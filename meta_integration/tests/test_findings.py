"""Drift: what hands do at Meta is found and mended exactly, by choice where a person must choose; a lying listing never deletes."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meta_integration import tasks
from meta_integration.catalog.readback import read_back
from meta_integration.catalog.reading import pages
from meta_integration.comparisons import ignore_findings, mend_findings, start_comparison, use_their_id
from meta_integration.models import Catalog, CatalogChange, CatalogFinding, CatalogItem, FindingKind, FindingState
from meta_integration.pausing import FIRST_PUSH, pause_business, resume_business
from meta_integration.pruning import old_findings
from meta_integration.tests.drift import kinds, mend, open_findings, vanish
from operations.models import Run, RunStatus
from products_and_services.models import Product
from sandbox.graph import Fault

# --- what a look finds ----------------------------------------------------------------------------------------------------------


def test_a_dry_run_names_each_difference_field_by_field_and_touches_nothing(world, catalog, products):
    remote = world.standin
    remote.edit_item(catalog.catalog_id, "A-01", price="9.00 USD", name="Sold by hand")
    remote.delete_item(catalog.catalog_id, "A-02")
    remote.add_item(catalog.catalog_id, "FOREIGN")
    vanish(products[3])
    before, last = world.at_meta(catalog), remote.last_call
    run = read_back(catalog.pk, dry_run=True)
    assert kinds(catalog) == {"A-01": "different", "A-02": "missing", "A-03": "extra", "FOREIGN": "not_ours"}
    assert {name: run.counts[name] for name in ("different", "missing", "extra", "not_ours", "listed")} == {
        "different": 1, "missing": 1, "extra": 1, "not_ours": 1, "listed": 12,
    }  # fmt: skip
    found = CatalogFinding.objects.get(retailer_id="A-01")
    assert found.fields == {"name": ["Lamp 1", "Sold by hand"], "price": ["10.00 USD", "$9.00"]}
    assert found.product_id == products[1].pk and found.state == FindingState.OPEN
    world.settle(catalog)
    assert world.at_meta(catalog) == before and world.writes(last) == []


def test_a_mending_run_overwrites_hand_edits_sends_what_is_missing_and_leaves_others_alone(world, catalog, products):
    wanted = world.at_meta(catalog)
    world.standin.edit_item(catalog.catalog_id, "A-01", price="9.00 USD")
    world.standin.delete_item(catalog.catalog_id, "A-02")
    world.standin.add_item(catalog.catalog_id, "FOREIGN")
    run = read_back(catalog.pk)
    world.settle(catalog)
    now = world.at_meta(catalog)
    foreign = now.pop("FOREIGN")
    assert foreign["name"] == "Added by hand"
    assert {sku: item["price"] for sku, item in now.items()} == {sku: item["price"] for sku, item in wanted.items()}
    assert run.counts["mended"] == 2
    assert kinds(catalog, state=FindingState.MENDED) == {"A-01": "different", "A-02": "missing"}
    assert kinds(catalog, state=FindingState.OPEN) == {"FOREIGN": "not_ours"}
    later = read_back(catalog.pk)
    assert sum(later.counts[name] for name in ("missing", "different", "extra", "mended")) == 0


def test_only_the_chosen_kinds_are_mended(world, catalog, products):
    world.standin.edit_item(catalog.catalog_id, "A-01", price="9.00 USD")
    world.standin.delete_item(catalog.catalog_id, "A-02")
    run = read_back(catalog.pk, mend=["missing"])
    world.settle(catalog)
    assert "A-02" in world.at_meta(catalog)
    assert world.at_meta(catalog)["A-01"]["price"] == "9.00 USD"
    assert (run.counts["different"], run.counts["mended"]) == (1, 1)


def test_chosen_findings_are_mended_and_others_stay(world, catalog, products):
    for sku in ("A-01", "A-02"):
        world.standin.edit_item(catalog.catalog_id, sku, price="9.00 USD")
    read_back(catalog.pk, dry_run=True)
    [run] = mend(world, catalog, open_findings(catalog, retailer_id="A-01"))
    assert (run.status, run.counts["mended"], run.total, run.done) == (RunStatus.COMPLETED, 1, 1, 1)
    assert [world.at_meta(catalog)[sku]["price"] for sku in ("A-01", "A-02")] == ["10.00 USD", "9.00 USD"]
    assert kinds(catalog, state=FindingState.OPEN) == {"A-02": "different"}


def test_a_finding_that_is_right_by_now_is_struck_off(world, catalog, products):
    world.standin.edit_item(catalog.catalog_id, "A-01", price="9.00 USD")
    read_back(catalog.pk, dry_run=True)
    world.standin.edit_item(catalog.catalog_id, "A-01", price="10.00 USD")
    last = world.standin.last_call
    mend(world, catalog, open_findings(catalog))
    assert CatalogFinding.objects.get().state == FindingState.GONE
    assert world.writes(last) == []


# --- what others made ------------------------------------------------------------------------------------------------------------


def test_a_foreign_item_goes_only_when_a_person_chose_it(world, catalog, products):
    world.standin.add_item(catalog.catalog_id, "FOREIGN-1")
    world.standin.add_item(catalog.catalog_id, "FOREIGN-2")
    read_back(catalog.pk, mend=sorted(FindingKind.values))
    world.settle(catalog)
    assert {"FOREIGN-1", "FOREIGN-2"} <= world.at_meta(catalog).keys()
    [run] = mend(world, catalog, open_findings(catalog, retailer_id="FOREIGN-1"))
    assert "FOREIGN-1" not in world.at_meta(catalog) and "FOREIGN-2" in world.at_meta(catalog)
    assert run.counts["removed"] == 1


def test_an_item_that_changed_hands_since_it_was_listed_is_not_removed(world, tenant, catalog, products):
    """Between the list and the click: one was deleted and made anew, one has become ours."""
    world.standin.add_item(catalog.catalog_id, "ANEW")
    world.standin.add_item(catalog.catalog_id, "OURS-NOW")
    read_back(catalog.pk, dry_run=True)
    world.standin.delete_item(catalog.catalog_id, "ANEW")
    world.standin.add_item(catalog.catalog_id, "ANEW")
    world.product(tenant, "OURS-NOW")
    mend(world, catalog, open_findings(catalog))
    assert {"ANEW", "OURS-NOW"} <= world.at_meta(catalog).keys()
    assert set(CatalogFinding.objects.values_list("state", flat=True)) == {FindingState.GONE}


def test_many_chosen_removals_are_held_until_they_are_allowed(world, catalog, products):
    for number in range(21):
        world.standin.add_item(catalog.catalog_id, f"F-{number}")
    read_back(catalog.pk, dry_run=True)
    [run] = mend(world, catalog, open_findings(catalog))
    assert (run.counts["held"], run.counts["removed"], len(world.at_meta(catalog))) == (21, 0, 33)
    [run] = mend(world, catalog, open_findings(catalog), allow_removals=True)
    assert (run.counts["held"], run.counts["removed"], len(world.at_meta(catalog))) == (0, 21, 12)


def test_an_ignored_finding_stays_ignored_and_what_we_send_cannot_be(world, catalog, products):
    world.standin.add_item(catalog.catalog_id, "FOREIGN")
    world.standin.edit_item(catalog.catalog_id, "A-01", price="9.00 USD")
    read_back(catalog.pk, dry_run=True)
    assert ignore_findings(open_findings(catalog)) == 1
    run = read_back(catalog.pk, dry_run=True)
    assert (run.counts["not_ours"], run.counts["ignored"]) == (0, 1)  # Else the alert about drift would never close.
    assert kinds(catalog, state=FindingState.OPEN) == {"A-01": "different"}
    assert mend_findings(CatalogFinding.objects.filter(retailer_id="FOREIGN")) == []


@pytest.mark.parametrize(
    ("retailer_id", "fields", "clue"),
    [
        ("other-1", {"gtin": "4006381333931"}, "GTIN"),
        ("other-2", {"manufacturer_part_number": "MP-7", "brand": "Must"}, "part number"),
        ("other-3", {"url": "https://shop.example/lamp"}, "product page"),
        ("A-01_4711", {}, "A-01"),
        ("wc_post_id_4711", {}, "Meta tool"),
        ("shopify_ZA_4711_99", {}, ""),
        ("other-4", {"name": "Lamp 1", "price": "10.00 USD"}, "name, price and picture"),
    ],
)
def test_a_product_under_another_id_is_a_duplicate(world, catalog, products, retailer_id, fields, clue):
    values = {"gtin": "4006381333931", "mpn": "MP-7", "brand": "Must", "website_url": "https://shop.example/lamp", "external_id": "4711"}
    Product.objects.filter(pk=products[1].pk).update(**values)
    if "name" in fields:
        fields["image_url"] = world.at_meta(catalog)["A-01"]["image_url"]
    world.standin.add_item(catalog.catalog_id, retailer_id, **fields)
    world.standin.add_item(catalog.catalog_id, "not-alike", name="Lamp 1", gtin="4006381333932")
    read_back(catalog.pk, mend=[])
    found = CatalogFinding.objects.get(retailer_id=retailer_id)
    if clue:
        assert (found.kind, found.like, found.product_id) == (FindingKind.DUPLICATE, "A-01", products[1].pk)
        assert clue in found.note
    else:
        assert found.kind == FindingKind.NOT_OURS  # The variant's number counts, and it is another one.
    assert CatalogFinding.objects.get(retailer_id="not-alike").kind == FindingKind.NOT_OURS


def test_a_duplicate_goes_by_choice_and_only_while_ours_is_live(world, catalog, products):
    world.standin.add_item(catalog.catalog_id, "A-01_4711")
    read_back(catalog.pk, dry_run=True)
    products[1].is_active = False
    products[1].save()
    with world.fault(Fault("outage")):
        world.work(catalog)
    mend(world, catalog, open_findings(catalog))
    assert "A-01_4711" in world.at_meta(catalog)
    products[1].is_active = True
    products[1].save()
    world.settle(catalog)
    read_back(catalog.pk, mend=["duplicate"])
    world.settle(catalog)
    assert "A-01_4711" not in world.at_meta(catalog) and "A-01" in world.at_meta(catalog)


def test_two_items_under_one_sku_are_found_and_ours_stays(world, catalog, products):
    kept = world.at_meta(catalog)["A-01"]["id"]
    world.standin.add_twin(catalog.catalog_id, "A-01", name="Twin")
    world.standin.edit_item(catalog.catalog_id, "A-03", brand="By hand")
    run = read_back(catalog.pk, mend=["duplicate"])
    world.settle(catalog)
    assert run.counts["duplicate"] == 1 and run.counts["different"] >= 1
    assert world.standin.ids(catalog.catalog_id, "A-01") == [kept]
    read_back(catalog.pk)
    world.settle(catalog)
    assert world.at_meta(catalog)["A-01"]["name"] == "Lamp 1"
    assert read_back(catalog.pk).counts["duplicate"] == 0


# --- adopting ---------------------------------------------------------------------------------------------------------------------


def test_an_existing_catalog_is_looked_at_and_adopted_before_the_first_push_without_creating_anything(world, tenant, catalog):
    for number in range(4):
        world.product(tenant, f"S-{number}", name=f"Panel {number}", price=Decimal(20))
    world.product(tenant, "NEW", price=Decimal(30))
    world.product(tenant, "ASLEEP", is_active=False)
    pause_business(catalog.config, FIRST_PUSH)
    for number in range(4):
        world.standin.add_item(catalog.catalog_id, f"S-{number}", name=f"Panel {number}")
    world.standin.add_item(catalog.catalog_id, "S-0_55")
    world.standin.add_item(catalog.catalog_id, "ASLEEP")
    world.standin.add_item(catalog.catalog_id, "FOREIGN")
    before = world.at_meta(catalog)
    run = start_comparison(catalog, dry_run=True)
    tasks.compare(str(run.pk))
    run.refresh_from_db()
    assert (run.counts["adoptable"], run.counts["duplicate"], run.counts["not_ours"]) == (5, 1, 1)
    run = start_comparison(catalog, adopt=True)
    tasks.compare(str(run.pk))
    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED and world.at_meta(catalog) == before
    assert world.item(catalog, "S-1").was_sent and world.item(catalog, "S-1").meta_id == before["S-1"]["id"]
    resume_business(catalog.config)
    world.run_until_quiet()
    now = world.at_meta(catalog)
    assert {sku: now[sku]["id"] for sku in before} == {sku: item["id"] for sku, item in before.items()}
    assert {now[f"S-{number}"]["price"] for number in range(4)} == {"20.00 USD"}
    assert now["ASLEEP"]["visibility"] == "staging" and now["FOREIGN"] == before["FOREIGN"]
    assert "NEW" in now and len(now) == len(before) + 1


def test_what_a_run_sends_anyway_is_no_finding_and_keeps_its_id(world, tenant, catalog, products):
    """Nightly: a product that may be sold takes the other tool's item over by its own update; one that may not waits for a person."""
    world.standin.add_item(catalog.catalog_id, "SOLD")
    world.standin.add_item(catalog.catalog_id, "ASLEEP")
    world.product(tenant, "SOLD", name="Bread")
    world.product(tenant, "ASLEEP", is_active=False)
    CatalogChange.objects.all().delete()
    before = world.at_meta(catalog)
    read_back(catalog.pk, dry_run=True)
    assert kinds(catalog, state=FindingState.OPEN) == {"SOLD": "adoptable", "ASLEEP": "adoptable"}
    run = read_back(catalog.pk)
    assert kinds(catalog, run=run) == {"ASLEEP": "adoptable"}
    world.settle(catalog)
    now = world.at_meta(catalog)
    assert (now["SOLD"]["id"], now["SOLD"]["name"]) == (before["SOLD"]["id"], "Bread")
    assert now["ASLEEP"] == before["ASLEEP"]


def test_an_adopted_item_that_is_equal_needs_no_call(world, tenant, catalog, products):
    CatalogItem.objects.all().delete()
    last = world.standin.last_call
    read_back(catalog.pk, mend=["adoptable"])
    world.settle(catalog)
    assert world.writes(last) == []
    assert {item.state for item in CatalogItem.objects.all()} == {"synced"}


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


# --- their id as our SKU ----------------------------------------------------------------------------------------------------------


def test_their_id_becomes_our_sku_and_their_item_stays(world, catalog, products):
    theirs = world.standin.add_item(catalog.catalog_id, "A-01_4711")
    read_back(catalog.pk, dry_run=True)
    use_their_id(open_findings(catalog).get(retailer_id="A-01_4711"))
    world.run_until_quiet()
    now = world.at_meta(catalog)
    assert (now["A-01_4711"]["id"], now["A-01_4711"]["name"]) == (theirs, "Lamp 1")
    assert "A-01" not in now and len(now) == 12
    assert Product.objects.get(pk=products[1].pk).sku == "A-01_4711"


def test_a_taken_sku_is_refused_in_words_and_nothing_changes(world, tenant, catalog, products):
    world.standin.add_item(catalog.catalog_id, "A-01_4711")
    read_back(catalog.pk, dry_run=True)
    finding = open_findings(catalog).get(retailer_id="A-01_4711")
    world.product(tenant, "A-01_4711")
    with pytest.raises(ValidationError):
        use_their_id(finding)
    assert Product.objects.get(pk=products[1].pk).sku == "A-01"
    finding.refresh_from_db()
    assert finding.state == FindingState.OPEN


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


def test_old_findings_go_unless_somebody_still_needs_them(world, catalog, products):
    for sku in ("F-1", "F-2"):
        world.standin.add_item(catalog.catalog_id, sku)
    world.standin.edit_item(catalog.catalog_id, "A-01", price="9.00 USD")
    read_back(catalog.pk)
    ignore_findings(open_findings(catalog, retailer_id="F-1"))
    assert set(old_findings(world.now).values_list("retailer_id", flat=True)) == set()
    CatalogFinding.objects.update(created_at=world.now - timedelta(days=31))
    assert set(old_findings(world.now - timedelta(days=30)).values_list("retailer_id", flat=True)) == {"A-01"}
