"""The pages of shops: write-only keys, what is said at fields, removal; by role and by business."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection as database
from django.urls import reverse

from common.clock import database_now
from integrations.admin.connection_form import STORED, TAKEN
from integrations.models import ExternalRef, RefKind, StoreConnection, StoreWatch
from integrations.tests.connection_pages import ADD, CANARY, LIST, form_data, save, url
from meta_integration.tests.face import browser, messages_of, text_of
from operations.models import Run
from products_and_services.models import Product
from products_and_services.tests.factories import ProductFactory
from tenants.models import AuditEvent
from tenants.tests.factories import logged_in, make_superuser

POSTS = ("test", "look", "import_now", "compare", "pause", "switch_on")


@pytest.fixture
def owner(tenant):
    return browser(tenant)


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


def test_who_sees_all_businesses_names_the_one_whose_shop_it_is(run_world, tenant, other_tenant):
    everything = logged_in(make_superuser())
    typed = form_data(provider="shopify", store_url="new-tea.myshopify.com", credential_access_token="shpat_new")
    without = everything.post(reverse(ADD), typed, follow=True).content.decode()
    assert "This field is required." in without and 'value="new-tea.myshopify.com"' in without  # What was typed is still there.
    everything.post(reverse(ADD), typed | {"tenant": str(other_tenant.pk)})
    assert StoreConnection.objects.get().tenant == other_tenant


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
    assert "connection-result" not in page  # There is nothing to test.
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


def test_a_look_that_is_due_comes_now(run_world, owner, shop):
    now = database_now()
    StoreConnection.objects.filter(pk=shop.pk).update(imported_at=now, changes_every=5, glances_every=60)
    for kind, due in (("changes", now - timedelta(minutes=2)), ("glances", now + timedelta(minutes=50))):
        StoreWatch.objects.update_or_create(connection=shop, kind=kind, defaults={"tenant": shop.tenant, "looked_at": now, "due_at": due})
    page = text_of(owner.get(url(shop)))
    assert re.search(r"What was changed: every 5 minutes, last just now *, next now", page)
    assert re.search(r"Look over all products: every hour, last just now *, next in \d+ minutes", page)


def test_the_list_takes_few_queries_whatever_its_length(run_world, tenant, owner, shop, django_assert_max_num_queries):
    for number in range(12):
        StoreConnection.objects.create(tenant=tenant, store_url=f"https://shop-{number}.example")
    with django_assert_max_num_queries(11):  # One counts the orders that a shop did not take, beside the menu.
        owner.get(reverse(LIST))
