"""Connections over the API: what goes in, what never comes out, and the actions."""

import pytest

from common.errors import NeedsConfigurationError
from integrations.connecting.addresses import TAKEN
from integrations.models import LinkQuestion, StoreConnection, WebhookLog
from integrations.runs import open_run, start_import
from integrations.tests.run_world import QuietAdapter, connect, fresh
from operations.models import Run
from products_and_services.models import Product
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db(transaction=True)
KEYS = {"consumer_key": "ck_topsecret1", "consumer_secret": "cs_topsecret2"}
NEW = {"store_url": "https://new.example/shop/", "credentials": KEYS, "schedule": "nightly", "schedule_time": "04:30"}


def test_a_shop_is_connected_and_its_keys_never_come_back(run_world, tenant, api):
    answer = api.post("/v1/connections/", NEW)
    assert answer.status_code == 201
    body = answer.json()
    assert (body["store_url"], body["state"], body["provider"]) == ("https://new.example/shop", "ready", "woocommerce")
    assert body["schedule_words"].startswith("Every night at 04:30")
    kept = StoreConnection.objects.get(pk=body["id"])
    assert (kept.tenant, kept.credentials) == (tenant, KEYS)
    number = body["id"]
    pages = [
        answer,
        api.get("/v1/connections/"),
        api.get(f"/v1/connections/{number}/"),
        api.patch(f"/v1/connections/{number}/", {"name": "Corner"}),
        api.post(f"/v1/connections/{number}/test/"),
        api.post(f"/v1/connections/{number}/pause/"),
        api.post(f"/v1/connections/{number}/resume/"),
        api.post(f"/v1/connections/{number}/import/"),
        api.put(f"/v1/connections/{number}/", {"store_url": "not an address", "credentials": {"nonsense": "cs_topsecret3"}}),
    ]
    for page in pages:
        assert "topsecret" not in page.content.decode() and "credentials" not in page.json()
    assert not AuditEvent.objects.filter(metadata__icontains="topsecret").exists()


def test_what_is_wrong_is_named(run_world, shop, api):
    def fields(**changed):
        answer = api.post("/v1/connections/", {**NEW, **changed})
        assert answer.status_code == 400
        return answer.json()["error"]["fields"]

    assert "consumer_secret" in fields(credentials={"consumer_key": "ck_1"})
    assert "token" in str(fields(credentials={**KEYS, "token": "x"})["credentials"])
    assert "store_url" in fields(store_url="ftp://x")
    assert "store_url" in fields(store_url="")
    assert "store_url" in fields(store_url="https://user:pass@new.example")
    assert fields(schedule="sometimes")["schedule"] == ["“sometimes” is none of: off, quarter, hourly, nightly."]
    assert fields(provider="gopher")["provider"] == ["“gopher” is none of: woocommerce, shopify."]
    assert fields(changes_every=3)["changes_every"] == ["“3” is none of: 0, 2, 5, 10, 15, 30, 60."]
    assert fields(store_url="http://www.shop.example/wp-admin/") == {"store_url": [TAKEN]}
    assert all(isinstance(text, str) for text in fields(store_url="https://user:pass@new.example")["store_url"])
    assert StoreConnection.objects.count() == 1


def test_other_keys_and_names_only_change_what_they_name(run_world, shop, api):
    assert api.patch(f"/v1/connections/{shop.pk}", {"credentials": {"consumer_secret": "cs_new"}}).status_code == 200
    assert api.patch(f"/v1/connections/{shop.pk}", {"name": "Corner", "is_active": False}).json()["is_active"] is True
    shop.refresh_from_db()
    assert shop.credentials == {"consumer_key": "ck_1", "consumer_secret": "cs_new"} and shop.name == "Corner"
    assert api.patch(f"/v1/connections/{shop.pk}", {"provider": "gopher"}).status_code == 400


def test_stored_keys_go_to_no_other_site_and_another_shop_is_another_connection(run_world, shop, api, tenant):
    def change(**body):
        return api.patch(f"/v1/connections/{shop.pk}/", body)

    assert "were entered for shop.example" in str(change(store_url="https://thief.example").json()["error"]["fields"]["store_url"])
    half = change(store_url="https://thief.example", credentials={"consumer_key": "ck_2"})
    assert half.status_code == 400
    assert change(store_url="https://www.shop.example").status_code == 200
    shop.refs.create(kind="product", external_id="1", product=Product.objects.create(tenant=tenant, name="Kept"))
    assert "1 product here already" in str(change(store_url="https://shop.example/new").json()["error"]["fields"]["same_shop"])
    assert change(store_url="https://shop.example/new", same_shop=True).status_code == 200
    assert change(store_url="https://moved.example", same_shop=True, credentials=KEYS).json()["store_url"] == "https://moved.example"
    assert change(name="Only a name").status_code == 200


def test_a_test_says_what_is_so(run_world, shop, api):
    good = api.post(f"/v1/connections/{shop.pk}/test/").json()
    assert good["ok"] is True and good["shop"] == {"name": "Quiet", "version": "9.9", "currency": "USD", "products": 250}
    QuietAdapter.refusal = NeedsConfigurationError("The key is unknown.", data={"remedy": "Make a new one.", "said": "woo_401"})
    bad = api.post(f"/v1/connections/{shop.pk}/test", headers={"Idempotency-Key": "t"})
    assert bad.status_code == 200
    assert bad.json() == {"ok": False, "text": "The key is unknown.", "to_do": "Make a new one.", "said": "woo_401", "shop": None}


def test_a_test_never_calls_the_shop_inside_a_transaction(run_world, shop, api, monkeypatch):
    from django.db import connection

    seen = []
    describe = QuietAdapter.describe
    monkeypatch.setattr(QuietAdapter, "describe", lambda self: seen.append(connection.in_atomic_block) or describe(self))
    api.post(f"/v1/connections/{shop.pk}/test/", headers={"Idempotency-Key": "one"})
    assert seen == [False]


def test_imports_start_dry_run_and_full(run_world, shop, api):
    dry = api.post(f"/v1/connections/{shop.pk}/import/", {"dry_run": True})
    assert dry.status_code == 202 and set(dry.json()) == {"status", "task_id", "run_id", "run_url"}
    run = Run.objects.get(pk=dry.json()["run_id"])
    assert run.params["dry_run"] and AuditEvent.objects.filter(action="woocommerce_sync_triggered").exists()
    assert api.post(f"/v1/connections/{shop.pk}/import/", {"dry_run": True}).json() == dry.json()
    assert api.post(f"/v1/connections/{shop.pk}/import/", {"full": True}).json()["error"]["code"] == "busy"
    run_world.work(run)
    full = api.post(f"/v1/connections/{shop.pk}/import", {"full": True}).json()
    assert Run.objects.get(pk=full["run_id"]).params["full"] is True
    assert api.post(f"/v1/connections/{shop.pk}/import/", {"full": "maybe"}).status_code == 400


def test_what_the_list_tells(run_world, shop, api, tenant, django_assert_max_num_queries):
    run_world.work(start_import(shop))
    LinkQuestion.objects.create(tenant=tenant, connection=shop, external_id="1", name="One")
    LinkQuestion.objects.create(tenant=tenant, connection=shop, external_id="2", name="Two", answer="skip")
    second = connect(tenant, store_url="https://second.example")
    start_import(second)
    for number in range(5):
        connect(tenant, store_url=f"https://shop-{number}.example")
    with django_assert_max_num_queries(6):
        rows = {row["id"]: row for row in api.get("/v1/connections/").json()["results"]}
    first = rows[shop.pk]
    assert (first["open_questions"], first["current_run"], first["last_run"]["status"]) == (1, None, "completed")
    assert first["last_run"]["result"]["created"] == 250 and first["next_run_at"] > "2026-11-20T12:00"
    assert rows[second.pk]["current_run"]["status"] == "queued" == rows[second.pk]["last_run"]["status"]
    assert api.get("/v1/connections/?schedule=off").json()["count"] == 0


def test_pause_stops_and_resume_goes_on(run_world, shop, api):
    run = start_import(shop)
    assert api.post(f"/v1/connections/{shop.pk}/pause/").json()["state"] == "paused"
    assert fresh(run).status == "cancelled"
    assert api.post(f"/v1/connections/{shop.pk}/import/").json()["error"]["code"] == "paused"
    assert api.post(f"/v1/connections/{shop.pk}/resume/").json()["state"] == "ready"
    assert api.post(f"/v1/connections/{shop.pk}/import/").status_code == 202


def test_a_removed_shop_leaves_its_products(run_world, shop, api, tenant):
    product = Product.objects.create(tenant=tenant, name="Kept", external_source="woocommerce", external_id="1")
    shop.refs.create(kind="product", external_id="1", product=product)
    run = start_import(shop)
    assert api.delete(f"/v1/connections/{shop.pk}/").status_code == 204
    assert fresh(run).status == "cancelled" and open_run(shop) is None
    assert Product.objects.filter(pk=product.pk).exists() and not StoreConnection.objects.exists()


def test_who_may(run_world, shop, api_of, other_tenant, client):
    viewer = api_of(shop.tenant, "integrations:view")
    assert viewer.get("/v1/connections/").json()["count"] == 1
    for action in ("test", "import", "pause", "resume"):
        assert viewer.post(f"/v1/connections/{shop.pk}/{action}/").status_code == 403
        assert api_of(other_tenant).post(f"/v1/connections/{shop.pk}/{action}/").status_code == 404
    assert viewer.patch(f"/v1/connections/{shop.pk}/", {"name": "x"}).status_code == 403
    assert api_of(shop.tenant, "catalog:edit").get("/v1/connections/").status_code == 403
    assert client.get("/v1/connections/").status_code == 401
    assert api_of(other_tenant).get("/v1/connections/").json()["count"] == 0


def test_the_log_of_imports_is_filtered(run_world, shop, api, api_of, tenant, other_tenant):
    run_world.work(start_import(shop))
    WebhookLog.objects.create(tenant=tenant, provider="woocommerce", event="product.updated", status="error", error="bad signature")
    page = api.get("/v1/webhook-logs/").json()
    assert [row["event"] for row in page["results"]] == ["product.updated", "product_sync"]
    assert api.get(f"/v1/webhook-logs/?connection={shop.pk}").json()["results"][0]["payload"]["created"] == 250
    assert api.get("/v1/webhook-logs/?status=error&event=product.updated").json()["count"] == 1
    assert api.get("/v1/webhook-logs/?created_after=2026-11-21T00:00:00Z").json()["count"] == 0
    assert api.get("/v1/webhook-logs/?status=perhaps").status_code == 400
    assert api_of(tenant, "catalog:edit").get("/v1/webhook-logs/").status_code == 403
    assert api_of(other_tenant).get("/v1/webhook-logs/").json()["count"] == 0
