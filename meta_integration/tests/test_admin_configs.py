"""Meta App Config pages: write-only secrets, roles and businesses, test connection, the first push."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.urls import reverse

from meta_integration import tasks
from meta_integration.admin.config_form import STORED, TAKEN
from meta_integration.models import Catalog, CatalogItem, MetaAppConfig
from meta_integration.pausing import pause_business
from meta_integration.remedies import NO_RIGHT_TO_CATALOG, PERMISSION, PROOF, TOKEN
from meta_integration.tests.face import LIST, browser, config_url, messages_of, text_of
from operations.models import Run, RunStatus
from products_and_services.tests.factories import ProductFactory
from sandbox.graph import Fault
from tenants.models import AuditEvent

CANARY = {"access_token": "EAACANARYTOKEN0123456789", "app_secret": "canary-app-secret-012345", "verify_token": "canary-verify-012345"}
ADD = "admin:meta_integration_metaappconfig_add"
MANAGEMENT = {"catalogs-TOTAL_FORMS": "0", "catalogs-INITIAL_FORMS": "0"}


def form_data(config=None, **values):
    """A filled form; secrets blank unless given."""
    known = {
        "catalog_id": config.catalog_id if config else "200000000000777",
        "business_id": "100000000000777",
        "api_version": "v26.0",
        "is_active": "on",
        "auto_pause": "on", "auto_pause_share": "50", "auto_pause_minutes": "30",
        "access_token": "", "app_secret": "", "verify_token": "",
    }  # fmt: skip
    return MANAGEMENT | known | values


def save(client, config=None, **values):
    """Posts the form; returns the answer."""
    address = config_url(config) if config else reverse(ADD)
    return client.post(address, form_data(config, **values))


# --- secrets ------------------------------------------------------------------------------------------------------------------


def test_secrets_go_in_and_never_come_out(tenant):
    client = browser(tenant)
    assert save(client, **CANARY).status_code == 302
    config = MetaAppConfig.objects.get()
    assert {name: getattr(config, name) for name in CANARY} == CANARY
    save(client, config, business_id="100000000000999")
    page = client.get(config_url(config))
    assert page.content.decode().count(STORED) == 3
    seen = [
        page, client.get(reverse("admin:meta_integration_metaappconfig_changelist")), client.get(config_url(config, "history")),
        client.get(config_url(config, "preview")), client.get(reverse("admin:index")), save(client, config, catalog_id="wrong", **CANARY),
        client.get(reverse("admin:meta_integration_metaappconfig_live"), {"ids": f"{config.pk}:state,{config.pk}:credentials"}),
        browser(tenant, "manager").get(config_url(config)),
    ]  # fmt: skip
    for answer in seen:
        assert answer.status_code == 200
        for secret in CANARY.values():
            assert secret not in answer.content.decode()
    assert "token, app secret, verify token" in text_of(seen[1])
    written = [str(list(model.objects.values())) for model in (AuditEvent, LogEntry, Run, Catalog, CatalogItem)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token, app_secret, verify_token FROM meta_integration_metaappconfig")
        written.append(str(cursor.fetchall()))
    for secret in CANARY.values():
        assert secret not in "".join(written)


def test_blank_keeps_a_secret_and_the_tick_removes_it(tenant):
    client = browser(tenant)
    save(client, **CANARY)
    config = MetaAppConfig.objects.get()
    save(client, config)
    config.refresh_from_db()
    assert config.app_secret == CANARY["app_secret"] and config.access_token == CANARY["access_token"]
    save(client, config, clear_app_secret="on", access_token="EAANEWTOKEN0123456789", clear_verify_token="on", verify_token="typed-wins")
    config.refresh_from_db()
    assert (config.access_token, config.app_secret, config.verify_token) == ("EAANEWTOKEN0123456789", "", "typed-wins")


def test_a_token_is_needed_and_ids_are_checked(tenant):
    page = text_of(save(browser(tenant), catalog_id="12/../me"))
    assert "Enter the access token" in page and "Meta's ids are numbers" in page
    assert not MetaAppConfig.objects.exists()


def test_the_catalog_of_another_business_is_refused_without_naming_it(world, tenant, other_tenant, other_catalog):
    answer = save(browser(tenant), access_token="EAAX0123456789", catalog_id=other_catalog.catalog_id)
    page = text_of(answer)
    assert TAKEN in page
    assert other_tenant.name not in page and other_tenant.sub_domain not in page
    assert not MetaAppConfig.objects.for_tenant(tenant).exists()


# --- roles --------------------------------------------------------------------------------------------------------------------

CHANGES = ("test", "pause", "resume", "compare", "dry_run", "adopt", "allow_removals", "push")


def test_a_manager_looks_and_staff_sees_nothing(world, tenant, catalog):
    config = catalog.config
    manager, staff = browser(tenant, "manager"), browser(tenant, "staff")
    page = manager.get(config_url(config))
    assert page.status_code == 200 and 'name="catalog_id"' not in page.content.decode()
    assert manager.get(config_url(config, "preview")).status_code == 200
    assert "Start the first push" not in text_of(manager.get(config_url(config, "preview")))
    assert staff.get(config_url(config)).status_code in (302, 403, 404)
    assert staff.get(config_url(config, "preview")).status_code in (302, 403, 404)
    for client in (manager, staff):
        for name in CHANGES:
            assert client.post(config_url(config, name)).status_code == 404
        assert client.post(reverse("admin:meta_integration_metaappconfig_test_new"), form_data(access_token="EAAX")).status_code == 404
    config.refresh_from_db()
    assert config.paused_at is None and not Run.objects.exists() and world.standin.calls() == []


def test_the_other_business_is_out_of_reach(world, tenant, other_tenant, other_catalog):
    client = browser(tenant)
    for name in (*CHANGES, "preview"):
        assert client.post(config_url(other_catalog.config, name)).status_code == 404
    assert world.standin.calls() == [] and not Run.objects.exists()


# --- test connection ------------------------------------------------------------------------------------------------------------


def test_a_good_connection_is_told_with_the_catalogs_name(world, tenant, catalog):
    answer = browser(tenant).post(config_url(catalog.config, "test"), follow=True)
    [text] = messages_of(answer)
    assert text.startswith("Connected to the catalog “")


@pytest.mark.parametrize(
    ("prepare", "remedy"),
    [
        (lambda world, config: world.standin.end_token(config.access_token), TOKEN),
        (lambda world, config: MetaAppConfig.objects.filter(pk=config.pk).update(catalog_id="299999999999999"), NO_RIGHT_TO_CATALOG),
        (lambda world, config: _other_secret(config), PROOF),
        (lambda world, config: world.standin.faults.add(Fault("error", code=200, status=403)), PERMISSION),
    ],
    ids=["token", "catalog", "secret", "permission"],
)
def test_the_test_says_what_is_wrong_and_what_helps(world, tenant, catalog, prepare, remedy):
    prepare(world, catalog.config)
    [text] = messages_of(browser(tenant).post(config_url(catalog.config, "test"), follow=True))
    assert remedy.meaning in text and remedy.to_do in text
    assert catalog.config.access_token not in text


def _other_secret(config):
    config.app_secret = "wrong-secret-0123456789"
    config.save()


def test_an_unreachable_meta_and_a_missing_permission_are_told(world, tenant, catalog):
    with world.fault(Fault("lost_before")):
        [text] = messages_of(browser(tenant).post(config_url(catalog.config, "test"), follow=True))
    assert "could not be reached" in text
    token = "EAAREADONLY0123456"
    account = {"business_id": "100000000000091", "catalog_ids": [catalog.catalog_id], "permissions": ("business_management",)}
    world.standin.add_account(token, "", **account)
    typed = form_data(catalog.config, access_token=token, clear_app_secret="on")
    result = browser(tenant).post(config_url(catalog.config, "test"), typed).json()
    assert result["tone"] in ("orange", "red") and "permission" in result["text"]


def test_typed_values_are_tested_without_being_saved(world, tenant, catalog):
    client = browser(tenant)
    page = client.get(config_url(catalog.config)).content.decode()
    assert 'id="connection-result" role="status" data-asked="Meta"' in page and "common/test_connection.js" in page
    result = client.post(config_url(catalog.config, "test"), form_data(catalog.config, access_token="EAATYPEDANDWRONG012")).json()
    assert (result["tone"], result["text"]) == ("red", TOKEN.meaning)
    result = client.post(config_url(catalog.config, "test"), form_data(catalog.config)).json()
    assert result["tone"] == "green"
    fresh = reverse("admin:meta_integration_metaappconfig_test_new")
    result = client.post(fresh, form_data(catalog_id="../me", access_token="EAAX")).json()
    assert result["tone"] == "red" and "Catalog id" in result["to_do"]
    catalog.config.refresh_from_db()
    assert catalog.config.access_token.startswith("EAATEST")


# --- first push -------------------------------------------------------------------------------------------------------------------


def test_the_first_push_waits_for_a_person(world, tenant):
    token, secret = "EAAFIRSTPUSH0123456", "first-push-secret-0123"
    world.standin.add_account(token, secret, business_id="100000000000777", catalog_ids=["200000000000777"])
    for number in range(4):
        world.product(tenant, f"A-{number}")
    for number in range(2):
        ProductFactory(tenant=tenant, sku=f"N-{number}")
    ProductFactory(tenant=tenant, sku=None)
    client = browser(tenant)
    answer = save(client, access_token=token, app_secret=secret)
    config = MetaAppConfig.objects.get()
    assert answer.url == config_url(config, "preview")
    catalog = Catalog.objects.get()
    world.settle(catalog)
    assert world.standin.calls() == []
    page = text_of(client.get(answer.url))
    assert "4 ready, 2 need an image, 1 has no SKU" in page and "Start the first push" in page
    assert "meta_need=no_image" in client.get(answer.url).content.decode()
    assert "Waiting for your first push" in text_of(client.get(reverse(LIST)))
    started = client.post(config_url(config, "push"))
    run = Run.objects.get()
    assert started.url == reverse("admin:operations_run_change", args=[run.pk])
    world.settle(catalog)
    tasks.sweep()
    run.refresh_from_db()
    assert len(world.at_meta(catalog)) == 4
    assert (run.status, run.total, run.counts["synced"], run.counts["failed"]) == (RunStatus.COMPLETED, 7, 4, 3)


def test_a_later_save_of_the_same_catalog_does_not_wait(world, tenant, catalog):
    world.product(tenant, "A-1")
    world.settle(catalog)
    answer = save(browser(tenant), catalog.config, business_id="100000000000999")
    assert answer.url == reverse("admin:meta_integration_metaappconfig_changelist")
    catalog.config.refresh_from_db()
    assert catalog.config.paused_at is None


def test_a_business_without_products_is_not_held_up(tenant):
    save(browser(tenant), **CANARY)
    assert MetaAppConfig.objects.get().paused_at is None


def test_the_page_of_a_pause_by_hand_offers_the_push_too(world, tenant, catalog):
    world.product(tenant, "A-1")
    pause_business(catalog.config, "Stock-taking")
    page = text_of(browser(tenant).get(config_url(catalog.config, "preview")))
    assert "1 ready" in page
