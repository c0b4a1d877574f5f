"""Drift: items that somebody else has made at Meta are adopted, or their ids become our SKUs."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from meta_integration import tasks
from meta_integration.catalog.readback import read_back
from meta_integration.comparisons import start_comparison, use_their_id
from meta_integration.models import CatalogChange, CatalogItem, FindingState
from meta_integration.pausing import FIRST_PUSH, pause_business, resume_business
from meta_integration.tests.drift import kinds, open_findings
from operations.models import RunStatus
from products_and_services.models import Product

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
