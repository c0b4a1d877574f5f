"""Verdicts as rows: taken in from readings, for the version Meta has, in few queries, each business by itself."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meta_integration.catalog.readback import read_back
from meta_integration.catalog.verdicts import take_in
from meta_integration.models import ItemVerdict, MetaState
from meta_integration.tests.test_engine_batches import many


@pytest.fixture
def sold(world, tenant, catalog):
    """One product that Meta has."""
    product = world.product(tenant, "A-1")
    world.settle(catalog)
    return product


def verdict_of(world, catalog, retailer_id="A-1") -> ItemVerdict:
    return world.item(catalog, retailer_id).verdict


def test_a_settled_item_is_to_be_asked_about_within_a_minute(world, catalog, sold):
    verdict = verdict_of(world, catalog)
    assert (verdict.state, verdict.asked_at) == (MetaState.PROCESSING, None)
    assert verdict.due_at <= world.now + timedelta(minutes=1)
    assert verdict.rev != world.item(catalog, "A-1").rev


def test_the_nightly_reading_takes_the_verdicts_in(world, catalog, sold):
    world.standin.edit_item(catalog.catalog_id, "A-1", review_status="rejected", review_rejection_reasons=["Tobacco products"])
    world.pass_time(minutes=5)
    read_back(catalog.pk)
    verdict = verdict_of(world, catalog)
    assert (verdict.state, verdict.rejection_reasons, verdict.whatsapp) == ("rejected", ["Tobacco products"], "rejected")
    assert verdict.rev == world.item(catalog, "A-1").rev
    assert verdict.due_at > world.now + timedelta(days=1)


def test_a_new_version_makes_the_old_verdict_an_old_one(world, catalog, sold):
    world.pass_time(minutes=5)
    read_back(catalog.pk)
    assert verdict_of(world, catalog).rev == world.item(catalog, "A-1").rev
    sold.price = 77
    sold.save()
    world.settle(catalog)
    verdict = verdict_of(world, catalog)
    assert verdict.state == "live" and verdict.rev != world.item(catalog, "A-1").rev
    assert verdict.due_at <= world.now + timedelta(minutes=1)


def test_what_moved_during_the_reading_is_passed_over(world, catalog, sold):
    listed = world.standin.items(catalog.catalog_id)["A-1"]
    began = world.now
    sold.price = 77
    sold.save()
    world.settle(catalog)
    assert take_in(catalog, [{**listed, "review_status": "rejected"}], began, world.now) == 0
    assert verdict_of(world, catalog).asked_at is None


def test_since_when_meta_says_so_survives_the_next_reading(world, catalog, sold):
    for _ in range(3):
        world.pass_time(minutes=5)
        read_back(catalog.pk)
    verdict = verdict_of(world, catalog)
    assert verdict.asked_at - verdict.changed_at == timedelta(minutes=10)


def test_a_page_of_200_takes_at_most_three_queries(world, tenant, catalog):
    many(world, tenant, 200)
    world.settle(catalog)
    world.pass_time(minutes=5)
    page = list(world.standin.items(catalog.catalog_id).values())
    with CaptureQueriesContext(connection) as queries:
        assert take_in(catalog, page, world.now, world.now) == 200
    assert len(queries) <= 3
    assert ItemVerdict.objects.filter(state="live").count() == 200


def test_the_other_business_keeps_its_own_verdict(world, tenant, catalog, other_tenant, other_catalog, sold):
    world.product(other_tenant, "A-1")
    world.settle(other_catalog)
    world.pass_time(minutes=5)
    take_in(catalog, [{"retailer_id": "A-1", "review_status": "rejected"}], world.now, world.now)
    assert verdict_of(world, catalog).state == "rejected"
    assert verdict_of(world, other_catalog).asked_at is None
