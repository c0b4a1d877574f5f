"""The catalog API: shapes, scopes, isolation, and a push that is accepted whatever is broken."""

import logging
from datetime import timedelta

import pytest

from common import doorbell
from meta_integration import tasks
from meta_integration.push_runs import refresh_push_runs
from operations.models import Run
from products_and_services.models import Product
from products_and_services.tests.factories import ProductFactory, VariantFactory
from sandbox.graph import Fault
from tenants.models import AuditEvent

STATUS_KEYS = {
    "product_id", "status", "attempts", "last_error", "last_attempt", "last_success", "next_attempt", "catalog_item_id", "reasons",
    "reason_codes", "notes", "items", "our_state", "meta_state", "meta_reasons", "meta_what_to_do", "meta_asked_at",
}  # fmt: skip


def status_of(api, product):
    return api.get(f"/v1/products/{product.pk}/catalog-status/").json()


def test_the_status_of_a_synced_product(world, tenant, catalog, api):
    product = world.product(tenant, "A-1")
    assert status_of(api, product)["status"] == "syncing"
    world.settle(catalog)
    found = status_of(api, product)
    assert set(found) == STATUS_KEYS
    assert (found["status"], found["attempts"], found["last_error"], found["next_attempt"], found["reasons"]) == ("synced", 0, "", None, [])
    [item] = found["items"]
    assert (item["retailer_id"], item["status"], item["meta_id"]) == ("A-1", "synced", found["catalog_item_id"])
    assert api.get(f"/v1/products/{product.pk}/catalog-status").status_code == 200


def test_the_status_of_a_product_in_trouble(world, tenant, catalog, api):
    product = world.product(tenant, "A-1")
    with world.fault(Fault("outage")):
        world.settle(catalog)
    found = status_of(api, product)
    assert (found["status"], found["attempts"]) == ("retry", 1)
    assert found["last_error"] and found["items"][0]["what_to_do"]
    assert found["next_attempt"] == (world.item(catalog, "A-1").last_attempt_at + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")


def test_the_status_says_why_a_product_is_not_sent(world, tenant, catalog, api):
    product = ProductFactory(tenant=tenant, sku="A-1", price=None)
    world.settle(catalog)
    found = status_of(api, product)
    assert (found["status"], found["reason_codes"]) == ("not_synced", ["no_price"])
    assert found["reasons"] == ["Needs a price above 0. Enter one and save."]


def test_the_preview_has_both_dialects_per_item(world, tenant, catalog, api):
    product = world.product(tenant, None, name="Lamp")
    VariantFactory(product=product, sku="L-1", name="Red")
    VariantFactory(product=product, sku="L-2", name="Blue", is_active=False)
    found = api.get(f"/v1/products/{product.pk}/payload-preview/").json()
    assert set(found) == {"product_id", "reasons", "items"}
    red, blue = found["items"]
    assert (red["eligible"], red["single"]["price"], red["batch"]["data"]["price"]) == (True, 999, "9.99 USD")
    assert "link" not in red["single"] and "url" not in red["batch"]["data"]
    assert (blue["eligible"], blue["single"], blue["batch"]) == (False, None, None) and "inactive" in blue["reason"]
    assert world.standin.calls() == []


def test_a_currency_that_only_batches_carry(world, tenant, catalog, api):
    product = world.product(tenant, "A-1", currency="JPY", price=1500)
    [item] = api.get(f"/v1/products/{product.pk}/payload-preview/").json()["items"]
    assert item["single"] is None and "batch" in item["note"] and item["batch"]["data"]["price"] == "1500 JPY"


# --- push -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("address", ["/v1/catalog/sync/meta", "/meta/catalog/sync/solar"])
def test_a_push_is_accepted_and_its_run_tells_the_result(world, tenant, catalog, api, address, slash):
    world.product(tenant, "A-1")
    bare = ProductFactory(tenant=tenant, sku="N-1")
    answer = api.post(address + slash)
    assert answer.status_code == 202
    found = answer.json()
    run = Run.objects.get()
    assert found == {
        "status": "accepted", "total_products": 2, "synced": 0, "failed": 0, "errors": [], "run_id": str(run.pk),
        "run_url": f"http://testserver/v1/runs/{run.pk}",
    }  # fmt: skip
    world.settle(catalog)
    refresh_push_runs(now_please=True)
    result = api.get(found["run_url"]).json()
    assert (result["total_products"], result["synced"], result["failed"], result["completed"]) == (2, 1, 1, True)
    [error] = result["errors"]
    assert error["product_id"] == bare.pk and error["error"].startswith("Needs an image")
    audit = AuditEvent.objects.get(action="meta_sync_triggered")
    assert audit.tenant == tenant and audit.actor.startswith("API key") and audit.metadata["run_id"] == str(run.pk)


def test_a_push_of_chosen_products(world, tenant, catalog, api):
    chosen, _other = world.product(tenant, "A-1"), world.product(tenant, "A-2")
    assert api.post("/v1/catalog/sync/meta", {"product_ids": [chosen.pk]}, format="json").json()["total_products"] == 1
    assert api.post("/v1/catalog/sync/meta", {"product_ids": None}, format="json").json()["total_products"] == 2
    assert api.post("/v1/catalog/sync/meta", {"product_ids": []}, format="json").json()["total_products"] == 0
    for wrong in ({"product_ids": ["x"]}, {"product_ids": 5}, {"product_ids": [0]}, {"product_ids": list(range(1, 10_002))}):
        answer = api.post("/v1/catalog/sync/meta", wrong, format="json")
        assert answer.status_code == 400 and answer.json()["error"]["code"] == "invalid"


def test_a_push_without_configuration_or_broker_is_accepted(world, tenant, api, monkeypatch, django_capture_on_commit_callbacks):
    def refuse(*args, **kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr(doorbell.current_app, "send_task", refuse)
    monkeypatch.setattr(doorbell, "_silent_until", 0.0)
    world.product(tenant, "A-1")
    with django_capture_on_commit_callbacks(execute=True):
        assert api.post("/v1/catalog/sync/meta").status_code == 202
    world.pass_time(seconds=61)
    tasks.drain_tenant(str(tenant.pk))  # what the sweep rings for
    assert Run.objects.get().counts["failed"] == 1


def test_scopes_and_strangers(world, tenant, other_tenant, catalog, api, api_of, client):
    product = world.product(tenant, "A-1")
    for address in ("/v1/catalog/sync/meta", "/meta/catalog/sync/solar"):
        assert client.post(address).status_code == 401
        assert api_of(tenant, "catalog:edit", "integrations:view").post(address).status_code == 403
        assert api_of(tenant, "integrations:manage").get(address).status_code == 405
    assert api.post(f"/meta/catalog/sync/{other_tenant.sub_domain}").status_code == 404
    assert api.post("/meta/catalog/sync/nobody").status_code == 404
    stranger = api_of(other_tenant)
    for name in ("catalog-status", "payload-preview"):
        assert stranger.get(f"/v1/products/{product.pk}/{name}/").status_code == 404
        assert api_of(tenant, "orders:view").get(f"/v1/products/{product.pk}/{name}/").status_code == 403
        assert api.get(f"/v1/products/{10**30}/{name}/").status_code == 404
    assert not Run.objects.exists()


def test_no_secret_in_answers_logs_or_rows(world, tenant, catalog, api, caplog):
    caplog.set_level(logging.DEBUG)
    product = world.product(tenant, "A-1")
    with world.fault(Fault("bad_token")):
        world.settle(catalog)
    api.post("/v1/catalog/sync/meta")
    answers = [api.get(f"/v1/products/{product.pk}/{name}/").content.decode() for name in ("catalog-status", "payload-preview")]
    stored = str(list(Product.objects.values())) + str(list(AuditEvent.objects.values())) + str(list(Run.objects.values()))
    for secret in (catalog.config.access_token, catalog.config.app_secret):
        assert all(secret not in text for text in (*answers, stored, caplog.text))


def test_a_status_takes_the_same_queries_for_two_and_for_twenty_items(world, tenant, catalog, api, django_assert_max_num_queries):
    product = world.product(tenant, "P")
    for number in range(20):
        VariantFactory(product=product, sku=f"V-{number}")
    world.settle(catalog)
    api.get(f"/v1/products/{product.pk}/catalog-status/")
    with django_assert_max_num_queries(20):
        assert len(status_of(api, product)["items"]) == 20
