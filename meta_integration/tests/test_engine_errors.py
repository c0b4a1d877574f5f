"""What each kind of error does to an item, its catalog and the schedule. By code, as the contract's table says."""

from datetime import timedelta
from decimal import Decimal

import pytest

from meta_integration.catalog import drain
from meta_integration.models import CatalogBatch, MetaAppConfig
from operations.models import Alert
from sandbox.graph import Fault

RETRIED = [1, 2, 999_999, 506, 1_349_195]
REFUSED = [100, 801, 804, 10801]
THROTTLED = [4, 17, 32, 341, 613, 80009, 80014]
CONFIGURATION = [3, 10, 102, 104, 190, 200, 294, 299, 368, 2500, 2635]


@pytest.fixture
def product(world, tenant, catalog):
    product = world.product(tenant, "A-1", price=Decimal(10))
    world.settle(catalog)
    return product


def edit(product, price=20):
    product.refresh_from_db()
    product.price = Decimal(price)
    product.save()


def refreshed(catalog):
    catalog.refresh_from_db()
    return catalog


@pytest.mark.parametrize("code", RETRIED)
def test_codes_that_are_tried_again(world, catalog, product, code):
    edit(product)
    with world.fault(Fault("error", code=code, edges=("write",))):
        world.work(catalog)
    item = world.item(catalog, "A-1")
    assert (item.state, item.attempts, item.error_code) == ("retry", 1, code)
    assert item.next_attempt_at == world.now + timedelta(minutes=5)
    assert not refreshed(catalog).paused_at


@pytest.mark.parametrize("code", REFUSED)
def test_codes_that_refuse_the_payload(world, catalog, product, code):
    edit(product)
    with world.fault(Fault("error", code=code, edges=("write",))):
        world.work(catalog)
    item = world.item(catalog, "A-1")
    assert (item.state, item.is_waiting, item.error_code) == ("rejected", False, code)
    before = world.standin.last_call
    world.pass_time(days=1)
    world.settle(catalog)
    assert world.writes(before) == []
    edit(product, 30)
    world.settle(catalog)
    assert world.item(catalog, "A-1").state == "synced"


@pytest.mark.parametrize("code", THROTTLED)
def test_codes_that_throttle_pause_the_catalog_and_burn_nothing(world, catalog, other_catalog, product, code):
    edit(product)
    before = world.standin.last_call
    with world.fault(Fault("throttle", code=code, minutes=17, edges=("write",))):
        world.work(catalog)
    item = world.item(catalog, "A-1")
    assert (item.attempts, item.is_waiting) == (0, True)
    assert refreshed(catalog).paused_until == world.now + timedelta(minutes=17)
    product.refresh_from_db()
    assert product.meta_sync_status == "paused"
    world.pass_time(minutes=16)
    world.settle(catalog)
    assert len(world.writes(before)) == 1
    assert not Alert.objects.exists()
    assert not refreshed(other_catalog).paused_at
    world.pass_time(minutes=2)
    world.settle(catalog)
    assert world.at_meta(catalog)["A-1"]["price"] == "20.00 USD"


def test_a_throttle_without_the_header_pauses_five_minutes(world, catalog, product):
    edit(product)
    with world.fault(Fault("throttle", minutes=None)):
        world.work(catalog)
    assert refreshed(catalog).paused_until == world.now + timedelta(minutes=5)


@pytest.mark.parametrize("code", CONFIGURATION)
def test_codes_that_need_a_person_pause_until_one_comes(world, catalog, product, code):
    edit(product)
    with world.fault(Fault("error", code=code)):
        world.work(catalog)
    world.pass_time(days=2)
    world.settle(catalog)
    item = world.item(catalog, "A-1")
    assert (refreshed(catalog).pause_code, catalog.paused_until, item.attempts, item.is_waiting) == (code, None, 0, True)
    assert Alert.objects.filter(closed_at__isnull=True).count() == 1


def test_a_dead_token_costs_one_call_and_one_alert_and_a_new_token_resumes(world, tenant, catalog, product):
    for number in range(40):
        world.product(tenant, f"B-{number}")
    world.standin.end_token("EAATESTSOLARTOKEN01")
    before = world.standin.last_call
    for _ in range(5):
        world.pass_time(minutes=30)
        world.settle(catalog)
    assert len(world.standin.calls(since=before)) == 1
    assert Alert.objects.filter(closed_at__isnull=True).count() == 1
    world.standin.add_account("EAATESTSOLARTOKEN02", "solar-secret-0123456789", business_id="100000000000091")
    config = MetaAppConfig.objects.get(tenant=tenant)
    config.access_token = "EAATESTSOLARTOKEN02"
    config.save()
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 41
    assert Alert.objects.filter(closed_at__isnull=True).count() == 0


def test_saving_the_configuration_without_a_new_token_does_not_resume(world, tenant, catalog, product):
    world.standin.end_token("EAATESTSOLARTOKEN01")
    edit(product)
    world.work(catalog)
    MetaAppConfig.objects.get(tenant=tenant).save()
    assert refreshed(catalog).paused_at


def test_a_wrong_app_secret_is_a_matter_of_configuration(world, tenant, catalog, product):
    config = MetaAppConfig.objects.get(tenant=tenant)
    config.app_secret = "not-the-secret-9876543210"
    config.save()
    edit(product)
    world.work(catalog)
    assert (refreshed(catalog).pause_code, world.item(catalog, "A-1").attempts) == (100, 0)


def test_a_catalog_that_is_not_ours_is_a_matter_of_configuration(world, tenant, catalog):
    strangers = "200000000000098"
    world.standin.add_account("EAATESTSTRANGER01", business_id="100000000000098", catalog_ids=[strangers])
    MetaAppConfig.objects.filter(tenant=tenant).update(catalog_id=strangers)
    type(catalog).objects.filter(pk=catalog.pk).update(catalog_id=strangers)
    world.product(tenant, "A-1")
    world.work(catalog)
    assert refreshed(catalog).pause_code == 100
    assert world.standin.items(strangers) == {}


@pytest.mark.parametrize("fault", [Fault("html", status=502), Fault("html", status=200), Fault("html", status=403), Fault("html_after"),
                                   Fault("broken_json"), Fault("cut"), Fault("lost_before"), Fault("hang"), Fault("outage")],
                         ids=lambda fault: f"{fault.kind}-{fault.status}")  # fmt: skip
@pytest.mark.parametrize("many", [False, True], ids=["single", "batch"])
def test_unreadable_and_lost_answers_never_stop_the_loop(world, tenant, catalog, fault, many):
    for number in range(9 if many else 1):
        world.product(tenant, f"B-{number}")
    fault.edges, fault.remaining = ("write",), None
    with world.fault(fault):
        world.work(catalog)
    assert {(item.state, item.attempts) for item in catalog.items.all()} == {("retry", 1)}
    world.run_until_quiet(minutes=20)
    assert {item.state for item in catalog.items.all()} == {"synced"}
    assert len(world.at_meta(catalog)) == (9 if many else 1)


# --- the schedule -----------------------------------------------------------------------------------------------------------


def test_five_attempts_at_0_5_20_65_and_200_minutes_by_themselves_then_failed(world, catalog, product):
    edit(product)
    start, before = world.now, world.standin.last_call
    world.standin.faults.add(Fault("outage", edges=("write",)))
    states = {}
    for minute in range(400):
        world.work(catalog)
        world.pass_time(seconds=59)
        product.refresh_from_db()
        states[minute] = (product.meta_sync_status, product.meta_sync_attempts)
    times = [round((call.at - start) / timedelta(minutes=1)) for call in world.writes(before)]
    assert times == [0, 5, 20, 65, 200]
    assert [states[minute] for minute in (0, 6, 21, 66, 201, 399)] == [("retry", n) for n in (1, 2, 3, 4)] + [("failed", 5)] * 2
    product.refresh_from_db()
    assert (product.meta_sync_next_attempt, bool(product.meta_sync_last_error)) == (None, True)


def test_it_heals_by_itself_when_the_outage_ends(world, catalog, product):
    edit(product)
    with world.fault(Fault("outage", edges=("write",))):
        world.work(catalog)
    world.pass_time(minutes=4)
    world.settle(catalog)
    product.refresh_from_db()
    assert (product.meta_sync_status, product.meta_sync_attempts) == ("retry", 1)
    world.pass_time(minutes=2)
    world.settle(catalog)
    product.refresh_from_db()
    assert (product.meta_sync_status, product.meta_sync_attempts, product.meta_sync_last_error) == ("synced", 0, "")


def test_a_reset_starts_a_new_series_at_once(world, catalog, product):
    edit(product)
    world.standin.faults.add(Fault("outage", edges=("write",)))
    for minutes in (0, 5, 15, 45, 135, 200):
        world.pass_time(minutes=minutes)
        world.settle(catalog)
    assert world.item(catalog, "A-1").state == "failed"
    world.standin.faults.clear()
    product.reset_meta_sync_attempts()
    world.work(catalog)
    assert world.at_meta(catalog)["A-1"]["price"] == "20.00 USD"


def test_an_edit_that_meta_does_not_see_keeps_the_schedule(world, catalog, product):
    edit(product)
    before = world.standin.last_call
    with world.fault(Fault("outage", edges=("write",))):
        world.work(catalog)
        product.tags = ["new"]
        product.save()
        world.settle(catalog)
    assert len(world.writes(before)) == 1
    assert world.item(catalog, "A-1").attempts == 1


def test_throttles_in_between_give_the_attempt_back(world, catalog, product):
    edit(product)
    with world.fault(Fault("outage", edges=("write",))):
        world.work(catalog)
    world.pass_time(minutes=6)
    with world.fault(Fault("throttle", minutes=3)):
        world.work(catalog)
    assert world.item(catalog, "A-1").attempts == 1
    world.pass_time(minutes=4)
    world.settle(catalog)
    assert world.item(catalog, "A-1").state == "synced"


# --- special answers of the item edges ------------------------------------------------------------------------------------


def test_a_stale_id_is_looked_up_then_created(world, catalog, product):
    world.standin.delete_item(catalog.catalog_id, "A-1")
    edit(product)
    world.work(catalog)
    assert world.at_meta(catalog)["A-1"]["price"] == "20.00 USD"
    assert world.item(catalog, "A-1").meta_id == world.at_meta(catalog)["A-1"]["id"]


def test_a_stale_id_whose_item_was_made_again_is_found_by_its_sku(world, catalog, product):
    world.standin.delete_item(catalog.catalog_id, "A-1")
    world.standin.add_item(catalog.catalog_id, "A-1")
    edit(product)
    world.work(catalog)
    assert (world.at_meta(catalog)["A-1"]["price"], world.item(catalog, "A-1").state) == ("20.00 USD", "synced")


def test_below_v24_a_duplicate_is_looked_up_and_updated(world, tenant):
    catalog = world.connect(tenant, api_version="v22.0")
    world.product(tenant, "A-1", price=Decimal(10))
    world.standin.add_item(catalog.catalog_id, "A-1", price="1.00 USD")
    world.settle(catalog)
    assert world.at_meta(catalog)["A-1"]["price"] == "10.00 USD"
    assert 10800 in [call.code for call in world.standin.calls()]
    assert world.item(catalog, "A-1").state == "synced"


def test_a_version_that_is_gone_is_a_matter_of_configuration(world, tenant):
    catalog = world.connect(tenant, api_version="v20.0")
    world.product(tenant, "A-1")
    world.work(catalog)
    assert refreshed(catalog).pause_code == 2635


def test_an_outage_costs_few_calls(world, tenant, catalog, monkeypatch):
    """After five failures in a row the catalog rests a minute."""
    monkeypatch.setattr(drain, "AT_MOST", 1000)
    for number in range(40):
        world.product(tenant, f"B-{number}")
    world.standin.faults.add(Fault("outage"))
    for _ in range(10):
        world.work(catalog)
    assert len(world.standin.calls()) == 5
    assert not CatalogBatch.objects.exists()
