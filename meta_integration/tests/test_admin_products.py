"""The product pages' Meta part: badges, filters, section, actions, why-page, payloads; by role and by business."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meta_integration.admin.words import moment_words
from meta_integration.models import CatalogChange, CatalogItem
from meta_integration.pausing import pause_business
from meta_integration.tests.face import LIST, act, browser, product_url, text_of
from products_and_services.models import Product
from products_and_services.tests.factories import ProductFactory
from sandbox.graph import Fault

BADGES = {
    "synced": ("green", "✓ Synced"),
    "retry": ("orange", "⚠ Retry pending (2/5)"),
    "failed": ("red", "✗ Failed (max attempts)"),
    "not_synced": ("grey", "○ Not synced"),
    "syncing": ("blue", "↻ Syncing"),
    "rejected": ("red", "✗ Rejected"),
    "paused": ("orange", "⏸ Paused"),
    "hidden": ("grey", "○ Hidden"),
}
MARKUP = "<script>alert('x')</script>"


def settled(tenant, **values):
    """A product whose change has been looked at."""
    product = ProductFactory(tenant=tenant, **values)
    CatalogChange.objects.filter(product_id=product.pk).delete()
    return product


def cells(answer):
    """{product id: badge text} of the list's live column."""
    found = re.findall(r'data-live-id="(\d+):meta_status"><span class="badge badge-(\w+)"[^>]*>([^<]+)</span>', answer.content.decode())
    return {int(pk): (tone, text) for pk, tone, text in found}


@pytest.mark.parametrize("status", BADGES)
def test_each_status_has_exactly_its_badge(tenant, status):
    product = settled(tenant, meta_sync_status=status, meta_sync_attempts=2)
    client = browser(tenant)
    assert cells(client.get(reverse(LIST))) == {product.pk: BADGES[status]}
    live = client.get(reverse("admin:products_and_services_product_live"), {"ids": f"{product.pk}:meta_status"}).json()
    assert BADGES[status][1] in live["items"][f"{product.pk}:meta_status"]
    assert "Meta Sync Status" in text_of(client.get(reverse(LIST)))


def test_a_waiting_change_shows_at_once_and_the_filter_agrees(world, tenant, catalog):
    product = world.product(tenant, "A-1")
    world.settle(catalog)
    other = world.product(tenant, "A-2")
    client = browser(tenant)
    shown = cells(client.get(reverse(LIST)))
    assert (shown[product.pk][1], shown[other.pk][1]) == ("✓ Synced", "↻ Syncing")
    assert set(cells(client.get(reverse(LIST), {"meta_sync_status": "syncing"}))) == {other.pk}
    assert set(cells(client.get(reverse(LIST), {"meta_sync_status": "synced"}))) == {product.pk}
    pause_business(catalog.config, "Stock-taking")
    assert cells(client.get(reverse(LIST)))[other.pk][1] == "⏸ Paused"
    assert set(cells(client.get(reverse(LIST), {"meta_sync_status": "paused"}))) == {other.pk}
    assert cells(client.get(reverse(LIST), {"meta_sync_status": "syncing"})) == {}


@pytest.mark.parametrize("status", BADGES)
def test_the_filter_finds_each_status(tenant, status):
    products = {name: settled(tenant, meta_sync_status=name) for name in BADGES}
    assert set(cells(browser(tenant).get(reverse(LIST), {"meta_sync_status": status}))) == {products[status].pk}


def test_the_list_takes_the_same_queries_for_two_and_for_forty_products(world, tenant, catalog):
    client = browser(tenant)

    def queries():
        client.get(reverse(LIST))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse(LIST)).status_code == 200
        return len(seen)

    for number in range(2):
        world.product(tenant, f"A-{number}")
    few = queries()
    for number in range(38):
        world.product(tenant, f"B-{number}")
    world.settle(catalog)
    assert queries() <= few


def test_a_product_that_is_not_sent_says_why_in_words(world, tenant, catalog):
    bare = ProductFactory(tenant=tenant, sku="NO-PIC")
    nameless = ProductFactory(tenant=tenant, sku=None)
    world.settle(catalog)
    client = browser(tenant)
    listed = text_of(client.get(reverse(LIST)))
    assert "○ Not synced Needs an image." in listed
    assert "○ Not synced Needs a SKU" in listed
    assert "Needs an image." in text_of(client.get(product_url(bare)))
    assert set(cells(client.get(reverse(LIST), {"meta_need": "no_image"}))) == {bare.pk}
    assert set(cells(client.get(reverse(LIST), {"meta_need": "no_sku"}))) == {nameless.pk}


def test_the_section_shows_error_attempts_and_times_on_the_business_clock(tenant):
    tenant.timezone = "Asia/Kolkata"
    tenant.save()
    soon = timezone.now() + timedelta(minutes=14, seconds=30)
    product = settled(
        tenant, meta_sync_status="retry", meta_sync_attempts=2, meta_sync_last_error="It is dark.", meta_sync_next_attempt=soon,
        meta_catalog_item_id="777000777",
    )  # fmt: skip
    page = text_of(browser(tenant).get(product_url(product)))
    for words in ("Meta Catalog Sync Status", "Last Meta Sync Error It is dark.", "Attempts 2 of 5", "777000777"):
        assert words in page
    assert "in 14 minutes (" in page
    assert "IST" in moment_words(soon, tenant)
    assert moment_words(soon, tenant) in page


# --- actions ----------------------------------------------------------------------------------------------------------------


def test_the_actions_say_what_was_queued_and_what_was_skipped(world, tenant, catalog):
    ready = [world.product(tenant, f"A-{number}") for number in range(3)]
    bare = [ProductFactory(tenant=tenant, sku=f"N-{number}") for number in range(2)]
    world.settle(catalog)
    client = browser(tenant)
    assert act(client, "reset_attempts", *ready, *bare) == ["3 queued, 2 skipped: no image"]
    assert act(client, "sync_now", *ready) == ["3 queued"]
    nameless = ProductFactory(tenant=tenant, sku=None, price=None)
    assert act(client, "sync_now", bare[0], nameless) == ["0 queued, 2 skipped: 1 no image, 1 no SKU"]
    assert set(CatalogChange.objects.filter(restart=True).values_list("product_id", flat=True)) == {product.pk for product in ready}


def test_reset_brings_a_failed_product_back(world, tenant, catalog):
    product = world.product(tenant, "A-1")
    with world.fault(Fault("outage")):
        for _ in range(6):
            world.settle(catalog)
            world.pass_time(minutes=136)
        world.settle(catalog)
    client = browser(tenant)
    assert cells(client.get(reverse(LIST)))[product.pk][1] == "✗ Failed (max attempts)"
    assert act(client, "reset_attempts", product) == ["1 queued"]
    product.refresh_from_db()
    assert (product.meta_sync_attempts, product.meta_sync_last_error) == (0, "")
    world.settle(catalog)
    assert cells(client.get(reverse(LIST)))[product.pk][1] == "✓ Synced"


def test_a_live_product_that_may_not_stay_is_queued_and_not_skipped(world, tenant, catalog):
    product = world.product(tenant, "A-1")
    world.settle(catalog)
    product.is_active = False
    product.save()
    assert act(browser(tenant), "sync_now", product) == ["1 queued"]


def test_the_actions_name_a_pause_and_a_missing_connection(world, tenant, other_tenant, catalog):
    product = world.product(tenant, "A-1")
    pause_business(catalog.config, "Stock-taking")
    assert act(browser(tenant), "sync_now", product) == ["1 queued. They wait until sending to Meta is resumed."]
    lonely = ProductFactory(tenant=other_tenant)
    [text] = act(browser(other_tenant), "sync_now", lonely)
    assert text.startswith("0 queued, 1 skipped: not connected to Meta")


def test_actions_and_buttons_do_not_reach_the_other_business(world, tenant, catalog, other_tenant, other_catalog):
    foreign = world.product(other_tenant, "B-1")
    CatalogChange.objects.all().delete()
    client = browser(tenant)
    act(client, "reset_attempts", foreign)
    for name in ("sync_now", "reset_sync", "why", "payload"):
        assert client.post(product_url(foreign, name)).status_code == 404
    assert not CatalogChange.objects.exists()


def test_buttons_need_a_post(world, tenant, catalog):
    product = world.product(tenant, "A-1")
    CatalogChange.objects.all().delete()
    client = browser(tenant, "staff")
    assert client.get(product_url(product, "sync_now")).status_code == 404
    assert client.post(product_url(product, "sync_now")).status_code == 302
    assert CatalogChange.objects.get().restart is True


# --- pages about one product ------------------------------------------------------------------------------------------------


def test_the_why_page_ticks_crosses_and_says_what_to_do(world, tenant, catalog):
    product = ProductFactory(tenant=tenant, sku="A-1", price=None)
    world.settle(catalog)
    page = text_of(browser(tenant).get(product_url(product, "why")))
    for words in (
        "It was not sent to Meta.", "✓ It has a SKU : yes", "✗ It has a price above 0 : no Needs a price above 0.",
        "✗ It has an image that Meta can fetch : no Needs an image.", "✓ Sending to Meta is not paused",
    ):  # fmt: skip
        assert words in page


def test_the_why_page_shows_the_last_call_and_the_next_attempt(world, tenant, catalog):
    product = world.product(tenant, "A-1")
    with world.fault(Fault("reject_item")):
        world.settle(catalog)
    page = text_of(browser(tenant).get(product_url(product, "why")))
    item = world.item(catalog, "A-1")
    assert item.error_code == 100
    assert "✗ Rejected" in page and "Meta refuses one of the values." in page and item.last_error in page
    assert '"retailer_id": "A-1"' in page and "POST /{catalog}/products" in page
    assert catalog.config.access_token not in page


def test_the_why_page_names_the_pause(world, tenant, catalog):
    product = world.product(tenant, "A-1")
    with world.fault(Fault("bad_token")):
        world.settle(catalog)
    page = text_of(browser(tenant).get(product_url(product, "why")))
    assert "✗ Sending to Meta is not paused : no Meta does not accept the access token" in page
    assert "It waits, because sending to Meta is paused." in page


def test_the_payload_page_shows_both_dialects(world, tenant, catalog):
    product = world.product(tenant, "A-1", name="Panel")
    answer = browser(tenant, "staff").get(product_url(product, "payload"))
    page = text_of(answer)
    assert '"url":' in page and '"link":' in page and '"price": 999' in page and '"price": "9.99 USD"' in page
    assert not CatalogItem.objects.exists()


def test_the_payload_action_shows_several(world, tenant, catalog):
    products = [world.product(tenant, f"A-{number}") for number in range(3)]
    chosen = {"action": "preview_payload", "_selected_action": [str(product.pk) for product in products]}
    page = text_of(browser(tenant).post(reverse(LIST), chosen))
    assert all(f'"retailer_id": "A-{number}"' in page for number in range(3))


def test_markup_in_names_and_errors_stays_text(world, tenant, catalog):
    product = world.product(tenant, f"{MARKUP}1", name=MARKUP)
    world.settle(catalog)
    evidence = {"last_answer": {"error": MARKUP}, "last_request": {"x": MARKUP}}
    CatalogItem.objects.update(state="rejected", last_error=MARKUP, error_code=100, **evidence)
    Product.objects.update(meta_sync_status="rejected", meta_sync_last_error=MARKUP)
    pause_business(catalog.config, MARKUP)
    client = browser(tenant)
    item = CatalogItem.objects.get()
    addresses = [
        reverse(LIST), product_url(product), product_url(product, "why"), product_url(product, "payload"), reverse("admin:index"),
        reverse("admin:meta_integration_catalogitem_changelist"), reverse("admin:meta_integration_catalogitem_change", args=[item.pk]),
        reverse("admin:meta_integration_metaappconfig_preview", args=[catalog.config_id]),
    ]  # fmt: skip
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert MARKUP not in answer.content.decode(), address
    live = client.get(reverse("admin:products_and_services_product_live"), {"ids": f"{product.pk}:meta_status,{product.pk}:meta_items"})
    assert MARKUP not in json.dumps(live.json())


def test_item_list_filters_and_sends_again(world, tenant, catalog, other_tenant, other_catalog):
    world.product(tenant, "A-1")
    world.product(other_tenant, "B-1")
    with world.fault(Fault("reject_item")):
        world.settle(catalog, other_catalog)
    client = browser(tenant, "staff")
    address = reverse("admin:meta_integration_catalogitem_changelist")
    page = text_of(client.get(address, {"state__exact": "rejected"}))
    assert "A-1" in page and "B-1" not in page
    item = world.item(catalog, "A-1")
    client.post(address, {"action": "send_again", "_selected_action": [str(item.pk)]})
    world.settle(catalog)
    assert world.at_meta(catalog)["A-1"]["name"]
