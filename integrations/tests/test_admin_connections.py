"""The pages of shops: write-only keys, the test with typed values, import buttons, pause, removal; by role and by business."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection as database
from django.urls import reverse

from common.errors import NeedsConfigurationError, TransientError
from integrations.admin.connection_form import STORED, TAKEN
from integrations.connections import block
from integrations.models import ExternalRef, RefKind, StoreConnection
from integrations.runs import start_import
from integrations.tests.run_world import QuietAdapter, fresh
from meta_integration.tests.face import browser, messages_of, text_of
from operations.models import Alert, Run, RunStatus
from operations.services import finish_run
from products_and_services.models import Product
from products_and_services.tests.factories import ProductFactory
from tenants.models import AuditEvent

LIST, ADD = "admin:integrations_storeconnection_changelist", "admin:integrations_storeconnection_add"
CANARY = {"credential_consumer_key": "ck_canary0123456789", "credential_consumer_secret": "cs_canary0123456789"}
BAD_KEY = NeedsConfigurationError("The shop does not know this key.", data={"remedy": "Make a new key."})
POSTS = ("test", "look", "import_now", "compare", "pause", "switch_on")


def url(shop, name="change"):
    return reverse(f"admin:integrations_storeconnection_{name}", args=[shop.pk])


def form_data(shop=None, **values):
    """A filled form; keys blank unless given."""
    known = {
        "name": "", "provider": "woocommerce", "store_url": shop.store_url if shop else "https://new.example",
        "link_by_sku": "link", "fill_blank_skus": "on", "schedule": "hourly", "schedule_time": "03:00",
        "credential_consumer_key": "", "credential_consumer_secret": "",
    }  # fmt: skip
    return known | values


def save(client, shop=None, **values):
    return client.post(url(shop) if shop else reverse(ADD), form_data(shop, **values), follow=True)


@pytest.fixture
def owner(tenant):
    return browser(tenant)


def looked(shop):
    """The first look is over."""
    return Run.objects.create(tenant=shop.tenant, kind="import", status="completed", subject=f"store {shop.pk}", params={"dry_run": True})


# --- keys ---------------------------------------------------------------------------------------------------------------------


def test_keys_go_in_and_never_come_out(run_world, tenant, owner):
    saved = save(owner, **CANARY)
    shop = StoreConnection.objects.get()
    assert shop.credentials == {"consumer_key": "ck_canary0123456789", "consumer_secret": "cs_canary0123456789"}
    save(owner, shop, name="Renamed")
    page = owner.get(url(shop))
    assert page.content.decode().count(STORED) == 2
    seen = [
        saved, page, owner.get(reverse(LIST)), owner.get(url(shop, "history")), owner.get(url(shop, "delete")),
        owner.get(reverse("admin:index")), save(owner, shop, store_url="", **CANARY),
        owner.get(reverse("admin:integrations_storeconnection_live"), {"ids": f"{shop.pk}:state,{shop.pk}:last_result"}),
        browser(tenant, "manager").get(url(shop)), owner.post(url(shop, "test"), form_data(shop, **CANARY)),
    ]  # fmt: skip
    written = [str(list(model.objects.values())) for model in (AuditEvent, LogEntry, Run)]
    with database.cursor() as cursor:
        cursor.execute("SELECT credentials FROM integrations_storeconnection")
        written.append(str(cursor.fetchall()))
    for text in [answer.content.decode() for answer in seen] + written:
        assert "canary0123456789" not in text
    assert {answer.status_code for answer in seen} == {200}
    shop.refresh_from_db()
    assert (shop.name, shop.credential("consumer_key")) == ("Renamed", "ck_canary0123456789")


def test_one_key_can_be_replaced_alone(run_world, owner):
    save(owner, **CANARY)
    shop = StoreConnection.objects.get()
    save(owner, shop, credential_consumer_secret="cs_new")
    shop.refresh_from_db()
    assert shop.credentials == {"consumer_key": "ck_canary0123456789", "consumer_secret": "cs_new"}


def test_what_is_missing_or_wrong_is_said_at_its_field(run_world, tenant, owner, shop):
    page = text_of(save(owner, store_url=""))
    assert "Enter the consumer key." in page and "Enter the shop's address" in page
    assert TAKEN in text_of(save(owner, store_url=f"{shop.store_url}/", **CANARY))
    assert "keys have fields of their own" in text_of(save(owner, store_url="https://new.example/?consumer_key=ck_1", **CANARY))
    assert StoreConnection.objects.get() == shop


def test_several_shops_and_the_same_one_for_another_business(run_world, tenant, owner, other_shop):
    save(owner, **CANARY)
    save(owner, store_url=other_shop.store_url, **CANARY)
    assert StoreConnection.objects.for_tenant(tenant).count() == 2


def test_another_shops_address_needs_a_word(run_world, tenant, owner, shop):
    product = ProductFactory(tenant=tenant)
    ExternalRef.objects.create(connection=shop, kind=RefKind.PRODUCT, external_id="1", product=product)
    page = text_of(save(owner, shop, store_url="https://elsewhere.example"))
    assert "add that one as a shop of its own" in page
    shop.refresh_from_db()
    assert shop.store_url == "https://shop.example"
    assert "enter them anew" in text_of(save(owner, shop, store_url="https://elsewhere.example", same_shop="on"))
    keys = {"credential_consumer_key": "ck_2", "credential_consumer_secret": "cs_2"}
    save(owner, shop, store_url="https://elsewhere.example", same_shop="on", **keys)
    shop.refresh_from_db()
    assert shop.store_url == "https://elsewhere.example"


def test_keys_that_cannot_be_read_any_more_are_entered_again(run_world, owner, shop):
    with database.cursor() as cursor:
        cursor.execute("UPDATE integrations_storeconnection SET credentials = 'written-with-a-lost-secret'")
    assert "Corner" not in text_of(owner.get(reverse(LIST)))
    page = owner.get(url(shop))
    assert page.status_code == 200 and STORED not in page.content.decode()
    assert "Enter the consumer secret." in text_of(save(owner, shop, credential_consumer_key="ck_new"))
    save(owner, shop, credential_consumer_key="ck_new", credential_consumer_secret="cs_new")
    assert StoreConnection.objects.get().credentials == {"consumer_key": "ck_new", "consumer_secret": "cs_new"}


# --- testing ------------------------------------------------------------------------------------------------------------------


def test_new_keys_are_tested_and_kept_even_if_they_are_refused(run_world, owner):
    assert "Connected to “Quiet” (WooCommerce 9.9, 250 products, prices in USD)." in messages_of(save(owner, **CANARY))[-1]
    shop = StoreConnection.objects.get()
    QuietAdapter.refusal = BAD_KEY
    [_changed, told] = messages_of(save(owner, shop, credential_consumer_key="ck_wrong"))
    assert told.startswith("Saved, but") and "does not know this key" in told and "Make a new key." in told
    assert messages_of(save(owner, shop, name="Only the name"))[1:] == []  # Nothing new to test.
    shop.refresh_from_db()
    assert shop.credential("consumer_key") == "ck_wrong"


def test_typed_values_are_tested_without_being_saved(run_world, monkeypatch, owner, shop):
    used = []

    class Noting(QuietAdapter):
        def describe(self):
            used.append((self.connection.store_url, dict(self.connection.credentials), dict(self.connection.facts)))
            return super().describe()

    StoreConnection.objects.update(facts={"api": "found out"})
    monkeypatch.setattr("integrations.connections.adapter_for", Noting)
    answer = owner.post(url(shop, "test"), form_data(shop, credential_consumer_key="ck_typed"))
    assert answer.json() == {"tone": "green", "text": "Connected to “Quiet” (WooCommerce 9.9, 250 products, prices in USD).",
                             "to_do": "", "said": "", "freed": False}  # fmt: skip
    owner.post(url(shop, "test"), form_data(shop))
    fresh_answer = owner.post(reverse("admin:integrations_storeconnection_test_new"), form_data(**CANARY))
    assert fresh_answer.json()["tone"] == "green"
    assert used == [
        ("https://shop.example", {"consumer_key": "ck_typed", "consumer_secret": "cs_1"}, {}),
        ("https://shop.example", {"consumer_key": "ck_1", "consumer_secret": "cs_1"}, {"api": "found out"}),
        ("https://new.example", {"consumer_key": "ck_canary0123456789", "consumer_secret": "cs_canary0123456789"}, {}),
    ]
    missing = owner.post(reverse("admin:integrations_storeconnection_test_new"), form_data(store_url="")).json()
    assert missing["tone"] == "red" and "address" in missing["to_do"]
    shop.refresh_from_db()
    assert shop.credential("consumer_key") == "ck_1"


def test_a_test_that_ends_a_block_says_so_and_the_reason_stands_once(run_world, owner, shop):
    reason = "The shop does not accept this key and secret. " + "Make a new one. " * 20
    run = start_import(shop)
    finish_run(run, RunStatus.FAILED, message=reason.strip())
    block(shop, reason.strip())
    page = text_of(owner.get(url(shop, "change")))
    assert page.count("The shop does not accept") == 3  # In the banner, beside the state, and in the history.
    alert = Alert.objects.get(kind="shop_blocked")
    assert alert.title == f"The shop “{shop}” does not let us in" and reason.strip() in alert.remedy
    QuietAdapter.refusal = TransientError("The shop does not answer.")
    assert owner.post(url(shop, "test"), form_data(shop)).json()["freed"] is False
    QuietAdapter.refusal = None
    assert owner.post(url(shop, "test"), form_data(shop)).json()["freed"] is True


def test_the_test_says_what_is_wrong_and_what_helps(run_world, owner, shop):
    QuietAdapter.refusal = BAD_KEY
    [told] = messages_of(owner.post(url(shop, "test"), follow=True))
    assert told == "The shop does not know this key. Make a new key."
    QuietAdapter.refusal = TransientError("The shop does not answer.")
    assert "Try again in a few minutes." in messages_of(owner.post(url(shop, "test"), follow=True))[0]


def test_a_blocked_shop_says_so_everywhere_and_a_good_test_frees_it(run_world, owner, shop):
    block(shop, "The key was revoked.")
    for address in (reverse(LIST), url(shop)):
        page = text_of(owner.get(address))
        assert "✗ Key refused" in page and "The key was revoked." in page
    page = text_of(owner.get(url(shop)))
    assert "Import now" not in page and "See what would come" not in page and "not until the key is mended" in page
    owner.post(url(shop, "test"))
    assert "✗ Key refused" not in text_of(owner.get(url(shop)))


# --- starting -------------------------------------------------------------------------------------------------------------------


def test_the_first_import_begins_with_a_look(run_world, owner, shop):
    page = text_of(owner.get(url(shop)))
    assert "See what would come" in page and "Import now" not in page and "Compare everything" not in page
    assert "after the first import" in page
    answer = owner.post(url(shop, "import_now"))
    run = Run.objects.get()
    assert run.params["dry_run"] and answer["Location"] == reverse("admin:operations_run_coming", args=[run.pk])
    run_world.work(run)
    page = text_of(owner.get(url(shop)))
    assert "Import now" in page and "Compare everything" not in page
    owner.post(url(shop, "import_now"))
    run = run_world.work(Run.objects.filter(params__dry_run=False).get())
    assert run.status == RunStatus.COMPLETED
    page = text_of(owner.get(url(shop)))
    assert "Compare everything" in page and "✓ Active" in page and "250 new" in page and "next: in" in page
    owner.post(url(shop, "compare"))
    assert Run.objects.filter(params__full=True).count() == 1
    assert AuditEvent.objects.filter(action="woocommerce_sync_triggered").count() == 3


def test_a_running_import_is_shown_and_not_started_twice(run_world, owner, shop):
    looked(shop)
    owner.post(url(shop, "import_now"))
    run = Run.objects.get(status=RunStatus.QUEUED)
    answer = owner.post(url(shop, "import_now"))
    assert answer["Location"] == reverse("admin:operations_run_change", args=[run.pk])
    page = text_of(owner.get(url(shop)))
    assert "Show the running import" in page and "Import now" not in page
    run_world.work(run, seconds=0)
    cells = owner.get(reverse("admin:integrations_storeconnection_live"), {"ids": f"{shop.pk}:state"}).json()["items"]
    assert "○ Queued" in cells[f"{shop.pk}:state"] or "↻ Importing" in cells[f"{shop.pk}:state"]


def test_a_pause_stops_the_import_and_is_shown(run_world, owner, shop):
    looked(shop)
    owner.post(url(shop, "import_now"))
    run = Run.objects.get(status=RunStatus.QUEUED)
    assert "was stopped" in messages_of(owner.post(url(shop, "pause"), follow=True))[0]
    assert fresh(run).status == RunStatus.CANCELLED
    page = text_of(owner.get(url(shop)))
    assert "⏸ Paused" in page and "not while it is paused" in page and "Import now" not in page
    assert "paused" in messages_of(owner.post(url(shop, "import_now"), follow=True))[0]
    owner.post(url(shop, "switch_on"))
    assert "⏸ Paused" not in text_of(owner.get(url(shop)))


# --- removing -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("choice", "active"), [("keep", True), ("stop", False)])
def test_removing_a_shop_asks_about_its_products(run_world, tenant, owner, shop, choice, active):
    mine, own = ProductFactory(tenant=tenant), ProductFactory(tenant=tenant)
    ExternalRef.objects.create(connection=shop, kind=RefKind.PRODUCT, external_id="1", product=mine)
    page = text_of(owner.get(url(shop, "delete")))
    assert "1 product came from it (1 active)" in page and "None is deleted." in page
    assert StoreConnection.objects.exists()
    answer = owner.post(url(shop, "delete"), {"products": choice}, follow=True)
    assert "was removed" in messages_of(answer)[0]
    assert not StoreConnection.objects.exists() and not ExternalRef.objects.exists()
    assert Product.objects.get(pk=mine.pk).is_active is active and Product.objects.get(pk=own.pk).is_active


def test_without_a_choice_nothing_is_removed(run_world, tenant, owner, shop):
    product = ProductFactory(tenant=tenant)
    ExternalRef.objects.create(connection=shop, kind=RefKind.PRODUCT, external_id="1", product=product)
    assert "Choose what becomes of the products." in text_of(owner.post(url(shop, "delete"), {"post": "yes"}))
    owner.post(reverse(LIST), {"action": "delete_selected", "_selected_action": [shop.pk], "post": "yes"})
    assert StoreConnection.objects.exists()


# --- who may --------------------------------------------------------------------------------------------------------------------


def test_a_manager_looks_and_staff_sees_nothing(run_world, tenant, shop):
    manager, staff = browser(tenant, "manager"), browser(tenant, "staff")
    page = manager.get(url(shop)).content.decode()
    assert "https://shop.example" in page and 'name="store_url"' not in page and 'name="credential' not in page
    assert "Consumer key: stored" in page and "ck_1" not in page and "/look/" not in page
    for client in (manager, staff):
        for name in POSTS:
            assert client.post(url(shop, name)).status_code == 404
        assert client.post(url(shop, "delete"), {"products": "stop"}).status_code == 404
        assert client.post(reverse("admin:integrations_storeconnection_test_new"), form_data(**CANARY)).status_code == 404
    assert manager.get(reverse(LIST)).status_code == 200
    for address in (reverse(LIST), url(shop), url(shop, "delete")):
        assert staff.get(address).status_code in (302, 403, 404)
    assert not Run.objects.exists() and StoreConnection.objects.get().is_active


def test_the_other_business_is_out_of_reach(run_world, owner, shop, other_shop):
    for name in (*POSTS, "delete"):
        assert owner.post(url(other_shop, name), {"products": "stop"}).status_code == 404
    assert not Run.objects.exists() and StoreConnection.objects.count() == 2


def test_a_new_merchant_is_led_through(run_world, owner):
    assert "No shop is connected yet." in text_of(owner.get(reverse(LIST)))
    page = text_of(owner.get(reverse(ADD)))
    assert "WooCommerce → Settings → Advanced → REST API" in page and "Read is enough" in page


def test_the_list_takes_few_queries_whatever_its_length(run_world, tenant, owner, shop, django_assert_max_num_queries):
    for number in range(12):
        StoreConnection.objects.create(tenant=tenant, store_url=f"https://shop-{number}.example")
    with django_assert_max_num_queries(10):
        owner.get(reverse(LIST))
