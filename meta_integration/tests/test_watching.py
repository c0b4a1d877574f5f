"""The rules over catalogs, against the stand-in for Meta: each opens once, says where to mend it, and closes when the cause is gone."""

from datetime import timedelta

import pytest

from meta_integration.catalog.pause import resume
from meta_integration.catalog.readback import read_back
from meta_integration.models import Catalog, CatalogItem, CatalogWatch, ItemVerdict, MetaAppConfig
from meta_integration.pausing import pause_of
from operations import heartbeats
from operations.alerting.rules import evaluate, rules
from operations.models import Alert, Heartbeat, Run
from products_and_services.models import Product
from sandbox.graph import Fault

OURS = {"catalog_paused", "throttled_long", "growing_queue", "repeated_failures", "rejected_share", "drift", "removals_held", "auto_pause"}


@pytest.fixture
def watch(world):
    """`watch(minutes)`: so many minutes of the watch, without a worker."""

    running_since = world.now - timedelta(hours=1)

    def minutes(count=1):
        for _ in range(count):
            world.pass_time(minutes=1)
            Heartbeat.objects.update_or_create(name="watch", defaults={"seen_at": world.now, "since": running_since})
            evaluate(world.now)
        return alerts()

    return minutes


def alerts():
    """{(business, kind)} of the open alerts of this room."""
    found = Alert.objects.filter(closed_at__isnull=True, kind__in=OURS).select_related("tenant")
    return sorted((alert.tenant.sub_domain, alert.kind) for alert in found)


def reprice(product, price):
    Product.objects.get(pk=product.pk).save()
    product.refresh_from_db()
    product.price = price
    product.save()


def test_every_rule_is_registered():
    assert set(rules()) >= OURS


def test_a_token_that_dies_is_told_once_and_is_over_with_a_new_one(world, catalog, other_catalog, tenant, watch):
    world.product(tenant, "S-1")
    with world.fault(Fault("bad_token", catalog_id=catalog.catalog_id)):
        world.work(catalog)
    assert alerts() == [("solar", "catalog_paused")]
    assert watch(3) == [("solar", "catalog_paused")] and Alert.objects.filter(kind="catalog_paused").count() == 1
    alert = Alert.objects.get(kind="catalog_paused")
    assert alert.link and alert.remedy
    resume(Catalog.objects.select_related("tenant", "config").get(pk=catalog.pk))
    assert alerts() == []


def test_a_pause_that_ended_some_other_way_closes_as_well(world, catalog, tenant, watch):
    world.product(tenant, "S-1")
    with world.fault(Fault("bad_token")):
        world.work(catalog)
    assert watch() == [("solar", "catalog_paused")]
    MetaAppConfig.objects.get(tenant=tenant).delete()
    assert watch() == []


def test_an_hour_of_throttling(world, catalog, tenant, watch):
    Catalog.objects.filter(pk=catalog.pk).update(paused_at=world.now, paused_until=world.now + timedelta(hours=1))
    assert watch(59) == []
    Catalog.objects.filter(pk=catalog.pk).update(paused_at=world.now, paused_until=world.now + timedelta(minutes=10))
    assert watch(2) == [("solar", "throttled_long")]
    Catalog.objects.filter(pk=catalog.pk).update(paused_at=None, paused_until=None)
    assert watch(20) == [("solar", "throttled_long")]  # Not over yet: the next throttle may come with the next call.
    assert watch(15) == []


def test_changes_that_nobody_expands(world, catalog, other_catalog, tenant, other_tenant, watch):
    world.product(tenant, "S-1")
    assert watch(9) == []
    assert watch(2) == [("solar", "growing_queue")]
    assert "status" in Alert.objects.get(kind="growing_queue").link
    world.settle(catalog)
    assert watch() == []


def test_items_that_nobody_sends(world, catalog, other_catalog, tenant, other_tenant, watch):
    world.product(tenant, "S-1")
    world.product(other_tenant, "P-1")
    world.settle()
    CatalogItem.objects.filter(catalog=catalog).update(mark=9)
    assert watch(9) == []
    assert watch(2) == [("solar", "growing_queue")]
    world.settle(catalog)
    assert watch() == []


def test_after_a_stand_still_what_waits_is_given_time(world, catalog, tenant, watch):
    world.product(tenant, "S-1")
    world.pass_time(hours=10)
    heartbeats.beat(heartbeats.WATCH, world.now)
    evaluate(world.now)
    assert alerts() == []
    assert watch() == [("solar", "growing_queue")]  # with workers that have been up all the time


def test_a_long_first_push_that_moves_is_no_alarm(world, catalog, tenant, watch, monkeypatch):
    Catalog.objects.filter(pk=catalog.pk).update(batch_size=2)
    for number in range(30):
        world.product(tenant, f"S-{number}")
    world.work(catalog)
    for _ in range(12):
        world.work(catalog)
        assert watch() == []


def test_what_is_paused_waits_without_an_alarm(world, catalog, tenant, watch):
    world.product(tenant, "S-1")
    MetaAppConfig.objects.filter(tenant=tenant).update(paused_at=world.now)
    assert watch(30) == []


def test_many_items_that_fail_with_one_code(world, catalog, other_catalog, tenant, other_tenant, watch):
    for number in range(6):
        world.product(tenant, f"S-{number}")
    world.product(other_tenant, "P-1")
    with world.fault(Fault("error", code=1799, status=400, edges=("write",))):
        world.settle(catalog, other_catalog)
    assert watch(2) == [("solar", "repeated_failures")]
    alert = Alert.objects.get(kind="repeated_failures")
    assert "6 items" in alert.title and "status=retry" in alert.link.replace("meta_sync_status", "status")
    world.run_until_quiet()
    assert watch() == []


def test_a_share_that_is_rejected_by_us_or_by_the_review(world, catalog, other_catalog, tenant, other_tenant, watch):
    for number in range(10):
        world.product(tenant, f"S-{number}")
        world.product(other_tenant, f"P-{number}")
    with world.fault(Fault("reject_item", retailer_ids=("S-1", "S-2", "S-3", "S-4"))):
        world.settle()
    assert watch() == []
    for retailer_id in ("S-1", "S-5", "S-6"):  # One that was refused when sent counts once, whatever the review said of it before.
        ItemVerdict.objects.update_or_create(item=world.item(catalog, retailer_id), defaults={"state": "rejected"})
    assert watch() == [("solar", "rejected_share")]
    assert "6 of 10" in Alert.objects.get(kind="rejected_share").title
    ItemVerdict.objects.update(state="live")
    assert watch() == [("solar", "rejected_share")]  # 4 of 10: better, not good.
    for product in Product.objects.filter(sku__in=("S-1", "S-2")):
        reprice(product, "77.00")
    world.settle()
    assert watch() == []


def test_drift_found_by_a_comparison_until_the_next_finds_little(world, catalog, other_catalog, tenant, other_tenant, watch):
    for number in range(8):
        world.product(tenant, f"S-{number}")
        world.product(other_tenant, f"P-{number}")
    world.settle()
    world.pass_time(minutes=5)
    for number in range(7):
        world.standin.delete_item(catalog.catalog_id, f"S-{number}")
    for one in (catalog, other_catalog):
        read_back(one.pk)
    assert watch() == [("solar", "drift")]
    alert = Alert.objects.get(kind="drift")
    assert "7 items" in alert.title and str(Run.objects.get(tenant=tenant).pk) in alert.link
    world.settle()
    world.pass_time(minutes=5)
    read_back(catalog.pk)
    assert watch() == []


def test_the_brake_closes_however_it_ends(world, catalog, tenant, watch):
    Catalog.objects.filter(pk=catalog.pk).update(held_removals=40)
    assert watch(2) == [("solar", "removals_held")]
    Catalog.objects.filter(pk=catalog.pk).update(held_removals=0)
    assert watch() == []


# --- pausing by itself -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def failing(world, catalog, other_catalog, tenant, other_tenant):
    """25 products, 20 of which Meta refuses; the other business is fine."""
    for number in range(25):
        world.product(tenant, f"S-{number}")
        world.product(other_tenant, f"P-{number}")
    world.standin.faults.add(Fault("reject_item", retailer_ids=tuple(f"S-{number}" for number in range(20))))
    world.settle()
    return Product.objects.filter(tenant=tenant).order_by("pk")


def paused(catalog):
    catalog = Catalog.objects.get(pk=catalog.pk)
    return catalog.paused_at is not None


def edit(world, catalog, products, price):
    for product in products:
        reprice(product, price)
    world.settle(catalog)


def test_it_warns_first_and_pauses_when_it_goes_on(world, catalog, other_catalog, tenant, failing, watch):
    assert ("solar", "auto_pause") in watch()
    warning = Alert.objects.get(kind="auto_pause")
    assert "pauses at" in warning.title and "20 of 25" in warning.title
    watch(10)
    assert not paused(catalog)
    edit(world, catalog, failing[:10], "55.00")
    watch(25)
    assert paused(catalog) and not paused(other_catalog)
    assert alerts() == [("solar", "auto_pause"), ("solar", "catalog_paused"), ("solar", "rejected_share")]
    warning.refresh_from_db()
    assert warning.title.endswith("has paused by itself")
    assert "failed in the same way" in pause_of(tenant).cause and "Meta says" not in pause_of(tenant).cause
    since = len(world.writes())
    edit(world, catalog, failing[20:22], "66.00")
    assert len(world.writes()) == since  # Nothing is sent ...
    world.standin.faults.clear()
    resume(Catalog.objects.select_related("tenant", "config").get(pk=catalog.pk))
    world.settle(catalog)
    assert world.at_meta(catalog)["S-20"]["price"] != ""
    assert {item.attempts for item in CatalogItem.objects.filter(catalog=catalog, state="synced")} == {0}  # ... and nothing was lost.
    assert watch() == [("solar", "rejected_share")]  # Forgiven: it does not warn of the same failures again.


def test_failures_that_do_not_go_on_pause_nothing(world, catalog, failing, watch):
    assert ("solar", "auto_pause") in watch()
    watch(40)
    assert not paused(catalog)
    watch(40)
    assert ("solar", "auto_pause") not in alerts()
    assert CatalogWatch.objects.get(catalog=catalog).warned_at is None


def test_a_mended_cause_takes_the_warning_back(world, catalog, failing, watch):
    watch()
    world.standin.faults.clear()
    edit(world, catalog, failing[:20], "44.00")
    assert watch() == []
    watch(40)
    assert not paused(catalog)


def test_a_business_may_switch_it_off(world, catalog, tenant, failing, watch):
    MetaAppConfig.objects.filter(tenant=tenant).update(auto_pause=False)
    assert ("solar", "auto_pause") not in watch(3)


def test_the_share_and_the_wait_are_the_businesss_own(world, catalog, tenant, failing, watch):
    MetaAppConfig.objects.filter(tenant=tenant).update(auto_pause_share=90)
    assert ("solar", "auto_pause") not in watch()
    MetaAppConfig.objects.filter(tenant=tenant).update(auto_pause_share=80, auto_pause_minutes=5)
    assert ("solar", "auto_pause") in watch()
    edit(world, catalog, failing[:6], "33.00")
    watch(5)
    assert paused(catalog)


def test_an_outage_warns_of_no_pause(world, catalog, tenant, watch):
    for number in range(25):
        world.product(tenant, f"S-{number}")
    with world.fault(Fault("outage")):
        world.settle(catalog)
    assert ("solar", "auto_pause") not in watch(3)


def test_a_look_takes_the_same_queries_for_two_businesses_as_for_one(world, catalog, tenant, other_tenant, django_assert_max_num_queries):
    world.product(tenant, "S-1")
    evaluate(world.now)
    with django_assert_max_num_queries(46):
        evaluate(world.now)
    world.connect(other_tenant)
    world.product(other_tenant, "P-1")
    with django_assert_max_num_queries(46):
        evaluate(world.now)


def test_a_retired_catalog_is_not_watched(world, catalog, tenant, watch):
    Catalog.objects.filter(pk=catalog.pk).update(is_current=False, held_removals=40, paused_at=world.now)
    assert watch(2) == []
