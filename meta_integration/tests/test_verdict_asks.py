"""Asking for verdicts: on schedule with growing pauses, few calls, and never while the catalog may not be called."""

from datetime import timedelta

import pytest

from meta_integration.catalog.verdict_asks import CALLS_PER_ROUND, ask_verdicts, catalogs_to_ask
from meta_integration.catalog.verdicts import PAUSES
from meta_integration.models import Catalog, CatalogItem, ItemVerdict
from meta_integration.standing import meta_state_of
from meta_integration.tests.test_engine_batches import many
from sandbox.graph import Fault


@pytest.fixture
def sold(world, tenant, catalog):
    """One product that Meta has."""
    product = world.product(tenant, "A-1")
    world.settle(catalog)
    return product


def ask_when_due(world, catalog) -> None:
    """What the minute sweep does."""
    if catalogs_to_ask(world.now).filter(pk=catalog.pk).exists():
        while ask_verdicts(catalog.pk):
            pass


def state(world, catalog, retailer_id="A-1"):
    return meta_state_of(CatalogItem.objects.select_related("verdict").get(catalog=catalog, retailer_id=retailer_id))


def reads(world, since):
    return len(world.standin.calls(kind="read", since=since))


def test_a_new_item_is_asked_about_until_its_review_is_over(world, catalog, sold):
    world.standin.review_delay = 600
    assert state(world, catalog) == "processing"
    asked = []
    start = world.now
    for _ in range(40):
        world.pass_time(minutes=1)
        before = world.standin.last_call
        ask_when_due(world, catalog)
        if reads(world, before):
            asked.append(round((world.now - start) / timedelta(minutes=1)))
    assert asked == [1, 6, 21]
    assert state(world, catalog) == "live"


def test_a_review_that_never_ends_is_asked_about_ever_more_rarely(world, catalog, sold):
    world.standin.rule(catalog.catalog_id, "A-1", "stuck")
    before = world.standin.last_call
    for _ in range(60 * 24):
        world.pass_time(minutes=1)
        ask_when_due(world, catalog)
    assert reads(world, before) == len(PAUSES)
    assert state(world, catalog) == "processing"


def test_a_rejection_is_read_back_with_its_reason(world, catalog, sold):
    world.standin.rule(catalog.catalog_id, "A-1", "reject", "Tobacco products are prohibited.")
    world.pass_time(minutes=1)
    ask_when_due(world, catalog)
    assert state(world, catalog) == "rejected"
    assert world.item(catalog, "A-1").verdict.rejection_reasons == ["Tobacco products are prohibited."]


def test_a_new_version_is_processing_until_meta_has_said_something_about_it(world, catalog, sold):
    world.standin.rule(catalog.catalog_id, "A-1", "reject")
    world.pass_time(minutes=1)
    ask_when_due(world, catalog)
    world.standin.rule(catalog.catalog_id, "A-1", "approve")
    sold.name = "Something decent"
    sold.save()
    assert state(world, catalog) == "rejected"  # Meta still has the old version.
    world.settle(catalog)
    assert state(world, catalog) == "processing"
    world.pass_time(minutes=1)
    ask_when_due(world, catalog)
    assert state(world, catalog) == "live"


def test_a_thousand_items_cost_twenty_calls_in_rounds_of_ten(world, tenant, catalog):
    many(world, tenant, 1_000)
    world.settle(catalog)
    world.pass_time(minutes=2)
    before = world.standin.last_call
    assert ask_verdicts(catalog.pk) is True
    assert reads(world, before) == CALLS_PER_ROUND == 10
    ask_when_due(world, catalog)
    assert reads(world, before) == 20
    assert ItemVerdict.objects.filter(state="live").count() == 1_000


def test_a_paused_or_throttled_catalog_is_not_asked(world, catalog, sold):
    world.pass_time(minutes=2)
    with world.fault(Fault("throttle", catalog_id=catalog.catalog_id, minutes=30)):
        assert ask_verdicts(catalog.pk) is False
    catalog.refresh_from_db()
    assert catalog.paused_until == world.now + timedelta(minutes=30)
    before = world.standin.last_call
    world.pass_time(minutes=10)
    ask_when_due(world, catalog)
    assert reads(world, before) == 0
    world.pass_time(minutes=21)
    ask_when_due(world, catalog)
    assert state(world, catalog) == "live"


def test_an_outage_leaves_the_question_for_later(world, catalog, sold):
    world.pass_time(minutes=2)
    with world.fault(Fault("outage", catalog_id=catalog.catalog_id)):
        assert ask_verdicts(catalog.pk) is False
    verdict = world.item(catalog, "A-1").verdict
    assert verdict.asked_at is None and world.now < verdict.due_at <= world.now + PAUSES[1]


def test_an_item_that_meta_has_lost_goes_to_the_engines_own_look_up(world, catalog, sold):
    world.standin.delete_item(catalog.catalog_id, "A-1")
    world.pass_time(minutes=2)
    ask_verdicts(catalog.pk)
    world.settle(catalog)
    assert "A-1" in world.at_meta(catalog)


def test_nobody_asks_for_a_business_that_is_switched_off_or_another_one(world, tenant, catalog, sold, other_tenant, other_catalog):
    world.product(other_tenant, "A-1")
    world.settle(other_catalog)
    tenant.is_active = False
    tenant.save()
    world.pass_time(minutes=2)
    assert list(catalogs_to_ask(world.now)) == [Catalog.objects.get(pk=other_catalog.pk)]
    before = world.standin.last_call
    assert ask_verdicts(catalog.pk) is False and reads(world, before) == 0
