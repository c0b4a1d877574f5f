"""Drift: what hands do at Meta is found and mended exactly, by choice where a person must choose."""

from datetime import timedelta

import pytest

from meta_integration.catalog.readback import read_back
from meta_integration.comparisons import ignore_findings, mend_findings
from meta_integration.models import CatalogFinding, FindingKind, FindingState
from meta_integration.pruning import old_findings
from meta_integration.tests.drift import kinds, mend, open_findings, vanish
from operations.models import RunStatus
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


def test_old_findings_go_unless_somebody_still_needs_them(world, catalog, products):
    for sku in ("F-1", "F-2"):
        world.standin.add_item(catalog.catalog_id, sku)
    world.standin.edit_item(catalog.catalog_id, "A-01", price="9.00 USD")
    read_back(catalog.pk)
    ignore_findings(open_findings(catalog, retailer_id="F-1"))
    assert set(old_findings(world.now).values_list("retailer_id", flat=True)) == set()
    CatalogFinding.objects.update(created_at=world.now - timedelta(days=31))
    assert set(old_findings(world.now - timedelta(days=30)).values_list("retailer_id", flat=True)) == {"A-01"}
