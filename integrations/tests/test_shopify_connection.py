"""Connecting a Shopify shop: the same shop through the admin, the API and the command; who it says it is; which keys go together."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from common.tests.keeping_host import Said
from integrations import providers
from integrations.connecting.connections import check_connection, save_connection
from integrations.models import Provider, StoreConnection
from integrations.providers.shopify.adapter import ShopifyAdapter
from integrations.tests.shopify_edge import CLIENT, DOMAIN, KEYS, SECRET, STATIC, connected, edge, good, unsaved
from meta_integration.tests.face import browser, text_of

pytestmark = pytest.mark.django_db
SHOP = {"id": "gid://shopify/Shop/7", "name": "Corner", "myshopifyDomain": DOMAIN, "currencyCode": "KWD", "taxesIncluded": True}
SCOPES = ("read_products", "read_inventory")
TIMES = {"changes_every": "5", "glances_every": "60", "schedule": "hourly", "schedule_time": "03:00"}


class Shop:
    """What it says about itself."""

    def __init__(self, running):
        self.edge, self.shop, self.scopes, self.count, self.version = running, dict(SHOP), SCOPES, 1234, "2026-10"
        running.answer = self.answer

    def answer(self, question):
        if "productsCount" in question["query"]:
            return good({"productsCount": {"count": self.count}})
        scopes = [{"handle": scope} for scope in self.scopes]
        said = good({"shop": self.shop, "currentAppInstallation": {"accessScopes": scopes}})
        return Said(body=said.body, headers={"X-Shopify-API-Version": self.version})


@pytest.fixture
def shop(settings):
    with edge(settings) as running:
        yield Shop(running)


# --- who it is ----------------------------------------------------------------------------------------------------------------


def test_a_test_says_who_the_shop_is(shop):
    connection = unsaved()
    result = check_connection(connection)
    assert (result.tone, result.text) == ("green", "Connected to “Corner” (Shopify 2026-10, 1,234 products, prices in KWD).")
    assert connection.facts == {
        "domain": DOMAIN, "shop_id": "gid://shopify/Shop/7", "currency": "KWD", "scopes": ["read_products", "read_inventory"],
        "rows": 100,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"taxesIncluded": False}, "without tax"),
        ({"myshopifyDomain": "renamed.myshopify.com"}, "calls itself renamed.myshopify.com"),
        ({"currencyCode": "???"}, "currency of the business"),
    ],
)
def test_what_a_merchant_should_know(shop, change, words):
    shop.shop |= change
    result = check_connection(unsaved())
    assert result.tone == "orange" and words in result.to_do


def test_an_empty_shop_and_a_version_that_is_too_old_are_told(shop):
    shop.count, shop.version = 0, "2027-01"
    result = check_connection(unsaved())
    assert "no products yet" in result.to_do and "version 2027-01" in result.to_do and "Shopify 2027-01" in result.text


@pytest.mark.parametrize(
    ("scopes", "named"),
    [((), "read_products and read_inventory"), (SCOPES[:1], "read_inventory"), (("read_orders", "read_inventory"), "read_products")],
)
def test_scopes_that_are_missing_are_named(shop, scopes, named):
    shop.scopes = scopes
    result = check_connection(unsaved())
    assert result.tone == "red" and f"{named} is missing" in result.text and named in result.to_do


def test_who_wants_orders_in_the_shop_is_told_what_the_app_lacks(shop):
    assert check_connection(unsaved()).tone == "green"
    assert "write_orders and read_orders" in check_connection(unsaved(write_orders=True)).to_do
    shop.scopes = (*SCOPES, "write_orders", "read_orders")
    assert check_connection(unsaved(write_orders=True)).tone == "green"


def test_who_may_write_may_read(shop):
    shop.scopes = ("write_products", "write_inventory")
    assert check_connection(unsaved()).tone == "green"


def test_another_shop_at_the_same_address_is_refused(shop, tenant):
    kept = connected(tenant)
    assert check_connection(kept).tone == "green"
    shop.shop["id"] = "gid://shopify/Shop/8"
    again = check_connection(StoreConnection.objects.get())
    assert again.tone == "red" and "another shop at this address" in again.text


# --- keys and addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "field", "words"),
    [
        ({}, "client_id", "Enter the app's client ID"),
        ({"client_id": CLIENT}, "client_secret", "Enter the app's client ID"),
        ({"client_secret": SECRET}, "client_id", "Enter the app's client ID"),
        ({"access_token": SECRET}, "access_token", "client secret (shpss_…), not an access token"),
        ({"access_token": "shprt_1"}, "access_token", "refresh token"),
        ({"access_token": "shpat_0011…"}, "access_token", "Copy it again, whole"),
        ({"client_id": CLIENT, "client_secret": STATIC}, "client_secret", "access token (shpat_…), not a secret"),
        ({"client_id": SECRET, "client_secret": SECRET}, "client_id", "Enter it as the client secret"),
    ],
)
def test_keys_that_do_not_go_together_are_told_at_their_field(tenant, keys, field, words):
    with pytest.raises(ValidationError) as problem:
        save_connection(unsaved({}, tenant=tenant), keys)
    assert list(problem.value.message_dict) == [field] and words in problem.value.message_dict[field][0]
    assert not StoreConnection.objects.exists() and SECRET not in str(problem.value)


def test_the_keys_of_the_other_way_go_when_new_ones_are_entered(tenant):
    kept = save_connection(unsaved({}, tenant=tenant), {"access_token": STATIC})
    save_connection(kept, {"client_secret": "shpss_of_the_old_app"})
    assert kept.credentials == {"access_token": STATIC, "client_secret": "shpss_of_the_old_app"}
    save_connection(kept, KEYS)
    assert kept.credentials == KEYS
    save_connection(kept, {"client_secret": "shpss_renewed"})
    assert kept.credentials == {"client_id": CLIENT, "client_secret": "shpss_renewed"}
    save_connection(kept, {"access_token": STATIC})
    assert kept.credentials == {"access_token": STATIC}


def test_a_shop_is_kept_by_its_domain_and_once(tenant):
    typed = StoreConnection(tenant=tenant, provider=Provider.SHOPIFY, store_url="https://admin.shopify.com/store/demo")
    kept = save_connection(typed, KEYS)
    assert (kept.store_url, kept.shop_domain, str(kept)) == ("", DOMAIN, DOMAIN)
    with pytest.raises(ValidationError) as problem:
        save_connection(unsaved({}, tenant=tenant), KEYS)
    assert list(problem.value.message_dict) == ["shop_domain"]
    save_connection(StoreConnection(tenant=tenant, provider=Provider.SHOPIFY, shop_domain="demo2.myshopify.com"), KEYS)


# --- faces --------------------------------------------------------------------------------------------------------------------


def test_the_api_takes_either_name_of_the_address_and_says_the_right_one(shop, api):
    wrong = api.post("/v1/connections/", {"provider": "shopify", "shop_domain": "brand.example", "credentials": KEYS})
    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (400, ["shop_domain"])
    made = api.post("/v1/connections/", {"provider": "shopify", "store_url": "https://demo.myshopify.com/admin", "credentials": KEYS})
    assert (made.status_code, made.json()["store_url"], made.json()["shop_domain"]) == (201, "", DOMAIN)
    assert SECRET not in made.content.decode()
    number = made.json()["id"]
    tested = api.post(f"/v1/connections/{number}/test/").json()
    assert (tested["ok"], tested["shop"]["currency"]) == (True, "KWD")
    moved = api.patch(f"/v1/connections/{number}/", {"shop_domain": "other"})
    assert (moved.status_code, list(moved.json()["error"]["fields"])) == (400, ["shop_domain"])
    for change in ({"shop_domain": "other", "credentials": KEYS}, {"name": "Mine"}):
        assert api.patch(f"/v1/connections/{number}/", change).json()["shop_domain"] == "other.myshopify.com"


def test_the_trigger_schedules_an_import(shop, tenant, api):
    nothing = api.post("/v1/catalog/sync/shopify")
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (400, "not_configured")
    connected(tenant)
    answer = api.post("/v1/catalog/sync/shopify")
    body = answer.json()
    assert answer.status_code == 202 and set(body) == {"status", "message", "task_id", "shop_domain", "run_id", "run_url"}
    assert (body["message"], body["shop_domain"]) == ("Shopify product sync has been scheduled", DOMAIN)
    [event] = tenant.audit_events.filter(action="shopify_sync_triggered")
    assert (event.metadata["shop_domain"], event.metadata["task_id"]) == (DOMAIN, body["task_id"])


def test_the_page_connects_one_and_shows_only_its_own_keys(shop, tenant):
    owner = browser(tenant)
    add = reverse("admin:integrations_storeconnection_add")
    page = owner.get(add).content.decode()
    assert "How to connect a Shopify shop" in page and "credential_client_secret" in page and "credential_consumer_key" in page
    form = {"provider": "shopify", "store_url": "demo.myshopify.com", "link_by_sku": "link", **TIMES}
    assert "Enter the app's client ID" in text_of(owner.post(add, form))
    assert "ends in .myshopify.com" in text_of(owner.post(add, {**form, "store_url": "brand.example"}))
    answer = owner.post(add, {**form, "credential_client_id": CLIENT, "credential_client_secret": SECRET}, follow=True)
    kept = StoreConnection.objects.get()
    assert (kept.shop_domain, kept.credentials, kept.facts["shop_id"]) == (DOMAIN, KEYS, "gid://shopify/Shop/7")
    assert "Connected to “Corner”" in text_of(answer)
    page = owner.get(reverse("admin:integrations_storeconnection_change", args=[kept.pk])).content.decode()
    assert f'value="{DOMAIN}"' in page and "credential_consumer_key" not in page and SECRET not in page
    viewed = browser(tenant, "manager").get(reverse("admin:integrations_storeconnection_change", args=[kept.pk]))
    assert DOMAIN in text_of(viewed)
    saved = owner.post(reverse("admin:integrations_storeconnection_change", args=[kept.pk]), {**form, "name": "Mine"}, follow=True)
    assert StoreConnection.objects.get().name == "Mine" and StoreConnection.objects.get().shop_domain == DOMAIN, text_of(saved)


def test_what_is_typed_can_be_tested_before_it_is_kept(shop, tenant):
    form = {"provider": "shopify", "store_url": "demo", "link_by_sku": "link", **TIMES}
    address = reverse("admin:integrations_storeconnection_test_new")
    good_keys = {"credential_client_id": CLIENT, "credential_client_secret": SECRET}
    assert browser(tenant).post(address, {**form, **good_keys}).json()["tone"] == "green"
    assert browser(tenant).post(address, {**form, "credential_access_token": SECRET}).json()["tone"] == "red"
    assert not StoreConnection.objects.exists()


def test_the_command_takes_either_set_of_keys(shop, tenant, monkeypatch, capsys):
    monkeypatch.setenv("SHOPIFY_CLIENT_ID", CLIENT)
    with pytest.raises(CommandError) as usage:
        call_command("connect_store", "--tenant", "solar", "shopify", "--shop", "demo")
    assert usage.value.returncode == 2 and "SHOPIFY_CLIENT_SECRET: " in str(usage.value)
    monkeypatch.setenv("SHOPIFY_CLIENT_SECRET", SECRET)
    call_command("connect_store", "--tenant", "solar", "shopify", "--shop", "demo.myshopify.com")
    assert "Connected to “Corner” (Shopify 2026-10" in capsys.readouterr().out
    monkeypatch.delenv("SHOPIFY_CLIENT_ID")
    monkeypatch.delenv("SHOPIFY_CLIENT_SECRET")
    monkeypatch.setenv("SHOPIFY_ACCESS_TOKEN", STATIC)
    call_command("connect_store", "--tenant", "solar", "shopify", "--shop", "https://admin.shopify.com/store/demo")
    kept = StoreConnection.objects.get()
    assert (kept.shop_domain, kept.credentials) == (DOMAIN, {"access_token": STATIC})
    assert STATIC not in capsys.readouterr().out


def test_the_registry_knows_the_adapter():
    assert providers.adapter_class("shopify") is ShopifyAdapter
