"""Meta's side where people look: list, product page, "Why is it not live?", items, start page, API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common import doorbell
from meta_integration import tasks
from meta_integration.catalog.verdict_asks import ask_verdicts
from meta_integration.models import ItemVerdict
from meta_integration.tests.face import LIST, act, browser, messages_of, product_url, text_of
from products_and_services.tests.factories import VariantFactory

REASON = "Tobacco products are prohibited."


@pytest.fixture
def rung(monkeypatch):
    """Doorbells that would have rung."""
    found = []
    monkeypatch.setattr(doorbell, "_publish", lambda name, args, countdown: found.append((name, args)))
    return found


def ask(world, *catalogs):
    world.pass_time(minutes=2)
    for catalog in catalogs:
        while ask_verdicts(catalog.pk):
            pass


@pytest.fixture
def shop(world, tenant, catalog):
    """One product for each thing Meta may say."""
    products = {}
    for sku, ruling in (("FINE", ""), ("BAD", "reject"), ("BLIND", "picture"), ("SLOW", "stuck"), ("SMALL", "warn")):
        products[sku] = world.product(tenant, sku, name=f"The {sku.lower()} one")
        if ruling:
            world.standin.rule(catalog.catalog_id, sku, ruling, REASON if ruling == "reject" else "")
    world.settle(catalog)
    ask(world, catalog)
    products["NEW"] = world.product(tenant, "NEW", name="The new one")
    world.settle(catalog)
    return products


def test_the_list_shows_both_sides_and_the_first_reason(world, tenant, shop):
    text = text_of(browser(tenant).get(reverse(LIST)))
    for words in ("✓ Synced", "At Meta", "✓ Live", "✗ Rejected by Meta", REASON, "⚠ Warning", "The image link is broken.", "↻ Processing"):
        assert words in text


def test_the_list_takes_as_many_queries_for_many_products_as_for_few(world, tenant, catalog, shop):
    client = browser(tenant)
    client.get(reverse(LIST))
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(LIST))
        counts.append(len(queries))
        for more in range(15):
            world.product(tenant, f"MORE-{number}-{more}")
        world.settle(catalog)
        ask(world, catalog)
    assert counts[1] <= counts[0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"at_meta": "rejected"}, {"BAD"}),
        ({"at_meta": "warning"}, {"BLIND", "SMALL"}),
        ({"at_meta": "processing"}, {"SLOW", "NEW"}),
        ({"at_meta": "live"}, {"FINE"}),
        ({"at_meta": "not_asked"}, set()),
        ({"our_side": "sent", "at_meta": "rejected"}, {"BAD"}),
        ({"our_side": "needs_help"}, set()),
        ({"at_meta": "nonsense"}, {"FINE", "BAD", "BLIND", "SLOW", "SMALL", "NEW"}),
    ],
)
def test_the_list_is_filtered_by_both_sides(tenant, shop, query, expected):
    text = text_of(browser(tenant).get(reverse(LIST), query))
    assert {sku for sku, product in shop.items() if product.name in text} == expected


def test_sent_is_not_called_live_while_meta_objects_or_is_still_looking(tenant, shop):
    client = browser(tenant)
    for sku, headline in (
        ("FINE", "It is live: Meta has exactly this version."),
        ("BAD", "has rejected it. It is not shown to customers"),
        ("SLOW", "is still looking at it"),
        ("NEW", "is still looking at it"),
        ("BLIND", "shows it, with a warning"),
    ):
        text = text_of(client.get(product_url(shop[sku], "why")))
        assert headline in text
        assert ("It is live" in text) is (sku == "FINE")


def test_the_why_page_and_the_product_page_say_what_to_do(tenant, shop):
    client = browser(tenant)
    for name in ("why", "change"):
        text = text_of(client.get(product_url(shop["BAD"], name)))
        assert f"Meta takes it for a tobacco product. Meta says: “{REASON}” What to do: Such goods may not be sold" in text
        text = text_of(client.get(product_url(shop["BLIND"], name)))
        assert "Meta could not fetch the picture" in text and "replace the picture" in text
        assert text.count("Meta could not fetch the picture") == 1  # Told as status and as diagnostic, said once.


def test_one_rejected_colour_is_a_part_of_the_product(world, tenant, catalog):
    product = world.product(tenant, "LAMP", name="Lamp")
    for sku in ("LAMP-R", "LAMP-B"):
        VariantFactory(product=product, sku=sku, name=sku, price=5)
    world.standin.rule(catalog.catalog_id, "LAMP-R", "reject", REASON)
    world.settle(catalog)
    ask(world, catalog)
    text = text_of(browser(tenant).get(product_url(product, "why")))
    assert "Part of it is not shown to customers" in text
    assert "✗ Rejected by Meta" in text_of(browser(tenant).get(reverse(LIST)))


def test_ask_meta_asks_at_once_about_the_chosen_products(world, tenant, catalog, shop, rung, django_capture_on_commit_callbacks):
    client = browser(tenant, "staff")
    world.standin.rule(catalog.catalog_id, "BAD", "approve")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(product_url(shop["BAD"], "ask_meta"), follow=True)
    assert messages_of(answer) == ["Meta is asked about 1 item; its answer appears in a moment."]
    assert rung == [("meta_integration.tasks.ask_now", (catalog.pk,))]
    before = world.standin.last_call
    tasks.ask_now(catalog.pk)
    assert len(world.standin.calls(since=before)) == 1
    assert "It is live" in text_of(client.get(product_url(shop["BAD"], "why")))


def test_the_bulk_action_says_what_it_skipped(world, tenant, catalog, shop):
    away = world.product(tenant, None, name="No SKU")
    assert act(browser(tenant), "ask_meta", shop["BAD"], shop["FINE"], away) == [
        "Meta is asked about 2 items; its answer appears in a moment. 1 skipped: nothing of it is at Meta."
    ]


def test_a_question_waits_for_the_end_of_a_pause(world, tenant, catalog, shop):
    config = catalog.config
    config.paused_at = world.now
    config.save()
    [text] = act(browser(tenant), "ask_meta", shop["BAD"])
    assert text == "Meta will be asked about 1 item. Sending to Meta is paused: the question waits until it is resumed."
    before = world.standin.last_call
    tasks.ask_now(catalog.pk)
    assert world.standin.calls(since=before) == []


def test_asking_about_the_other_business_is_not_found(world, tenant, other_tenant, other_catalog, shop, api):
    theirs = world.product(other_tenant, "THEIRS")
    world.settle(other_catalog)
    planned = ItemVerdict.objects.get(item__retailer_id="THEIRS").due_at
    assert browser(tenant).post(product_url(theirs, "ask_meta")).status_code == 404
    assert api.post(f"/v1/products/{theirs.pk}/ask-meta/").status_code == 404
    assert ItemVerdict.objects.get(item__retailer_id="THEIRS").due_at == planned


def test_the_items_list_shows_and_filters_metas_side(tenant, shop):
    address = reverse("admin:meta_integration_catalogitem_changelist")
    text = text_of(browser(tenant).get(address, {"at_meta": "rejected"}))
    assert REASON in text and "The bad one" in text and "The fine one" not in text


def test_the_start_page_counts_and_names_what_needs_a_person(tenant, other_tenant, shop):
    text = text_of(browser(tenant).get(reverse("admin:index")))
    assert "What Meta says" in text and "1 rejected by Meta's review" in text and "2 with a warning from Meta" in text
    assert "What Meta says" not in text_of(browser(other_tenant).get(reverse("admin:index")))


def test_the_api_tells_both_sides_apart(tenant, shop, api):
    found = api.get(f"/v1/products/{shop['BAD'].pk}/catalog-status/").json()
    assert (found["status"], found["our_state"], found["meta_state"]) == ("synced", "sent", "rejected")
    assert found["meta_reasons"][0] == REASON and "tobacco" in found["meta_what_to_do"]
    [item] = found["items"]
    assert (item["review_status"], item["whatsapp_review"], item["image_fetch_status"]) == ("rejected", "rejected", "FETCHED")
    assert item["errors"][0] == {"type": "WHATSAPP_POLICY_VIOLATION", "priority": "HIGH", "title": REASON, "description": REASON}
    fine = api.get(f"/v1/products/{shop['FINE'].pk}/catalog-status/").json()
    assert (fine["meta_state"], fine["meta_reasons"], fine["meta_what_to_do"]) == ("live", [], "")
    new = api.get(f"/v1/products/{shop['NEW'].pk}/catalog-status/").json()
    assert (new["meta_state"], new["meta_asked_at"]) == ("processing", None)


def test_asking_by_api_is_accepted_and_answers_with_the_way_on(world, tenant, catalog, shop, api, api_of):
    answer = api_of(tenant, "catalog:view").post(f"/v1/products/{shop['BAD'].pk}/ask-meta")
    assert answer.status_code == 202
    body = answer.json()
    assert (body["status"], body["items"], body["waits"]) == ("accepted", 1, "")
    assert api.get(body["status_url"]).json()["product_id"] == shop["BAD"].pk
    assert api_of(tenant, "orders:view").post(f"/v1/products/{shop['BAD'].pk}/ask-meta/").status_code == 403


def test_the_api_lists_products_by_both_sides_in_few_queries(tenant, shop, api, other_tenant, api_of, django_assert_max_num_queries):
    def found(**query):
        return {row["sku"]: row for row in api.get("/v1/catalog-status/", query).json()["results"]}

    with django_assert_max_num_queries(8):
        everything = found()
    assert {sku: row["meta_state"] for sku, row in everything.items()} == {
        "FINE": "live", "BAD": "rejected", "BLIND": "warning", "SLOW": "processing", "SMALL": "warning", "NEW": "processing",
    }  # fmt: skip
    assert everything["BAD"]["meta_reasons"][0] == REASON and everything["BAD"]["our_state"] == "sent"
    assert everything["FINE"]["meta_asked_at"].endswith("Z")
    assert set(found(meta_state="warning", our_state="sent")) == {"BLIND", "SMALL"}
    assert found(our_state="queued") == {}
    assert api.get("/v1/catalog-status/", {"meta_state": "nonsense"}).status_code == 400
    assert api_of(other_tenant).get("/v1/catalog-status/").json()["results"] == []
