"""Connections: kept, tested, paused and removed the same way whoever does it; keys never come out again."""

import pytest
from django.core.exceptions import ValidationError

from common.errors import NeedsConfigurationError, TransientError
from integrations.connecting.addresses import TAKEN, kept_address
from integrations.connecting.connections import (
    check_connection,
    pause,
    remove_connection,
    save_connection,
    set_credentials,
    switch_on,
    unblock,
)
from integrations.models import StoreConnection
from integrations.runs import open_run, start_import
from integrations.runs.evidence import keep_learnt
from integrations.tests.run_world import QuietAdapter, connect, fresh
from operations.models import Alert, RunStatus
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db
KEYS = {"consumer_key": "ck_new", "consumer_secret": "cs_new"}


def stored(shop):
    return StoreConnection.objects.get(pk=shop.pk)


@pytest.fixture
def blocked(run_world, shop):
    """The shop after it has refused its key."""

    def refuse(*_):
        raise NeedsConfigurationError("The key was revoked.")

    run_world.script.before = refuse
    run_world.work(start_import(shop))
    run_world.script.before = lambda *_: None
    return stored(shop)


def test_a_new_connection_is_kept_with_its_keys_encrypted(run_world, tenant):
    shop = save_connection(StoreConnection(tenant=tenant, store_url=" https://shop.example/store/?utm=1 "), KEYS)
    assert (stored(shop).store_url, stored(shop).credentials) == ("https://shop.example/store", KEYS)
    event = AuditEvent.objects.get()
    assert event.action == "shop_connected" and "ck_new" not in str(event.metadata)


@pytest.mark.parametrize(
    ("values", "keys", "field"),
    [
        ({"store_url": ""}, KEYS, "store_url"),
        ({"store_url": "https://[shop"}, KEYS, "store_url"),
        ({"store_url": "https://shop example"}, KEYS, "store_url"),
        ({"store_url": "ftp://shop.example"}, KEYS, "store_url"),
        ({"store_url": "https://ck_1:cs_1@shop.example"}, KEYS, "store_url"),
        ({"store_url": "https://shop.example/?consumer_key=ck_1"}, KEYS, "store_url"),
        ({"store_url": "https://shop.example"}, {"consumer_key": "ck"}, "consumer_secret"),
        ({"store_url": "https://shop.example"}, {**KEYS, "token": "x"}, "credentials"),
        ({"store_url": "https://shop.example", "provider": "magento"}, KEYS, "provider"),
    ],
)
def test_what_cannot_be_kept_says_which_field_and_keeps_nothing(run_world, tenant, values, keys, field):
    with pytest.raises(ValidationError) as problem:
        save_connection(StoreConnection(tenant=tenant, **values), keys)
    assert field in problem.value.message_dict
    assert not StoreConnection.objects.exists() and "cs_1" not in str(problem.value)


@pytest.mark.parametrize(("typed", "kept"), [("shop.example", "https://shop.example"), ("HTTP://shop.example/a/", "http://shop.example/a")])
def test_addresses_are_completed(typed, kept):
    assert kept_address("woocommerce", typed) == kept


SAME_SHOP = ("https://shop.example/", "HTTPS://Shop.Example//wp-admin/index.php", "shop.example/wp-json/wc/v3/", "http://shop.example",
             "https://www.shop.example:443", "https://shop.example/?utm=1#top")  # fmt: skip


@pytest.mark.parametrize("typed", SAME_SHOP)
def test_one_shop_once_per_business_however_its_address_is_written(run_world, shop, tenant, other_tenant, typed):
    with pytest.raises(ValidationError) as problem:
        save_connection(StoreConnection(tenant=tenant, store_url=typed), KEYS)
    assert problem.value.message_dict == {"store_url": [TAKEN]}
    assert save_connection(StoreConnection(tenant=other_tenant, store_url=typed), KEYS)


@pytest.mark.parametrize("typed", ["https://shop.example/store", "https://shop.example:8443", "https://other.shop.example"])
def test_shops_side_by_side_are_two(run_world, shop, tenant, typed):
    assert save_connection(StoreConnection(tenant=tenant, store_url=typed), KEYS)


def test_whatever_was_connected_twice_before_can_still_be_changed(run_world, shop, tenant):
    twin = StoreConnection.objects.create(tenant=tenant, store_url=f"{shop.store_url}/", credentials=KEYS)
    twin.name = "Twin"
    with pytest.raises(ValidationError):  # It would be written like the other one now.
        save_connection(twin)
    twin.store_url = "https://twin.example"
    assert save_connection(twin, KEYS).name == "Twin"


def test_empty_keys_stay_as_they_are(run_world, shop):
    set_credentials(shop, {"consumer_key": "ck_2", "consumer_secret": " "})
    assert stored(shop).credentials == {"consumer_key": "ck_2", "consumer_secret": "cs_1"}


def test_a_stale_save_does_not_undo_what_runs_and_blocks_have_written(run_world, shop):
    stale = stored(shop)
    run = start_import(shop)
    StoreConnection.objects.update(blocked_at=run_world.now, blocked_reason="The key was revoked.", imported_at=run_world.now)
    stale.name = "Renamed"
    save_connection(stale)
    now = stored(shop)
    assert (now.name, now.current_run, now.last_import, now.imported_at) == ("Renamed", run, run, run_world.now)
    assert now.blocked_at == run_world.now


def test_what_was_found_out_about_one_address_is_not_believed_of_another(run_world, shop):
    check_connection(shop)
    shop = stored(shop)
    shop.store_url = "https://moved.example"
    save_connection(shop)
    assert stored(shop).facts == {}
    shop.store_url = "https://tested.example"
    check_connection(shop)  # Of what is not saved yet.
    assert stored(shop).facts == {}
    save_connection(shop)
    assert stored(shop).facts == {"api": "wc/v3"}


def test_new_keys_or_another_address_end_a_block_other_changes_do_not(run_world, blocked):
    blocked.name = "Renamed"
    save_connection(blocked)
    assert stored(blocked).blocked_at
    set_credentials(blocked, KEYS)
    assert stored(blocked).blocked_at is None and not Alert.objects.filter(closed_at=None).exists()
    assert start_import(stored(blocked))


def test_a_good_test_says_what_was_found_and_ends_a_block(run_world, blocked):
    result = check_connection(blocked)
    assert (result.tone, result.text) == ("green", "Connected to “Quiet” (WooCommerce 9.9, 250 products, prices in USD).")
    now = stored(blocked)
    assert (now.blocked_at, now.checked_at, now.facts) == (None, run_world.now, {"api": "wc/v3"})
    assert not unblock(now)


def test_a_bad_test_says_what_is_wrong_and_blocks_nothing(run_world, shop):
    QuietAdapter.refusal = NeedsConfigurationError(
        "The shop does not know the key ck_1 (consumer_key=ck_12345678).", data={"remedy": "Make a new one.", "said": "401 cannot_view"}
    )
    result = check_connection(shop)
    assert (result.tone, result.to_do, result.said) == ("red", "Make a new one.", "401 cannot_view")
    assert "ck_12345678" not in result.text
    assert stored(shop).blocked_at is None and stored(shop).checked_at is None
    QuietAdapter.refusal = TransientError("The shop does not answer.")
    assert check_connection(shop).to_do == "Try again in a few minutes."


def test_what_was_not_saved_can_be_tested_and_leaves_no_trace(run_world, tenant):
    shop = StoreConnection(tenant=tenant, store_url="https://new.example", credentials=KEYS)
    assert check_connection(shop).tone == "green" and not StoreConnection.objects.exists()


def test_a_test_of_old_keys_says_nothing_about_those_that_were_saved_meanwhile(run_world, blocked):
    old = stored(blocked)
    old.credentials = {"consumer_key": "ck_old", "consumer_secret": "cs_old"}  # Tested from a form that was not saved.
    assert check_connection(old).tone == "green"
    assert stored(blocked).blocked_at is not None


def test_keys_that_cannot_be_read_are_a_result_not_a_crash(run_world, shop, settings):
    shop = StoreConnection.objects.defer("credentials").get()
    settings.ENCRYPTION_SECRET = "another-secret-of-more-than-32-characters"
    QuietAdapter.refusal = None
    result = check_connection(shop)
    assert result.tone == "red" and "ENCRYPTION_SECRET" in result.to_do
    with pytest.raises(ValidationError, match="Consumer secret is missing"):
        set_credentials(StoreConnection.objects.defer("credentials").get(), {"consumer_key": "ck_2"})
    set_credentials(StoreConnection.objects.defer("credentials").get(), KEYS)
    assert StoreConnection.objects.get().credentials == KEYS


def test_a_pause_stops_what_is_under_way(run_world, shop):
    run = start_import(shop)
    pause(shop)
    assert fresh(run).status == RunStatus.CANCELLED and not stored(shop).is_active
    switch_on(shop)
    switch_on(shop)
    assert open_run(shop) is None and start_import(stored(shop))
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == ["shop_paused", "shop_resumed"]


def test_a_removed_shop_is_forgotten_with_its_keys_other_shops_are_not(run_world, shop, other_shop, tenant):
    second = connect(tenant, store_url="https://second.example")
    run = start_import(shop)
    remove_connection(shop)
    assert fresh(run).status == RunStatus.CANCELLED
    assert set(StoreConnection.objects.values_list("pk", flat=True)) == {second.pk, other_shop.pk}


def test_what_a_worker_learnt_does_not_bring_back_what_another_has_found_out_since(shop):
    StoreConnection.objects.update(facts={"currency": "USD", "by_pages": False})
    used = StoreConnection.objects.get(pk=shop.pk)
    StoreConnection.objects.update(facts={"currency": "EUR", "by_pages": False})  # An import has asked the shop who it is.
    keep_learnt(used, {"currency": "USD", "by_pages": True, "page_sizes": {}})
    assert StoreConnection.objects.get(pk=shop.pk).facts == {"currency": "EUR", "by_pages": True, "page_sizes": {}}
