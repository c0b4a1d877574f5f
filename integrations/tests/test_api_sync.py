"""The trigger under the contract's address: what it answers, whom it refuses, and that it needs no broker."""

import pytest

from common.errors import NeedsConfigurationError
from integrations.models import StoreConnection
from integrations.runs import open_run, start_import
from integrations.tests.run_world import Script, connect, fresh
from operations.models import Run, RunKind
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/v1/catalog/sync/woocommerce"


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}/"])
def test_it_schedules_an_import_and_says_where_to_watch(run_world, shop, api, address):
    answer = api.post(address)
    run = open_run(shop)
    assert (answer.status_code, answer.json()) == (202, {
        "status": "accepted", "message": "WooCommerce product sync has been scheduled", "task_id": run.params["task_id"],
        "store_url": "https://shop.example", "run_id": str(run.pk), "run_url": f"http://testserver/v1/runs/{run.pk}",
    })  # fmt: skip
    assert run_world.rung == [("integrations.tasks.import_products", (str(run.pk),))]
    run_world.pass_time(seconds=2)
    run_world.work(run)
    told = api.get(answer.json()["run_url"]).json()
    assert (told["status"], told["counts"], told["details"]["result"]["synced"]) == ("completed", {"created": 250}, 250)


def test_who_started_it_is_evidence(run_world, shop, api):
    body = api.post(ADDRESS).json()
    event = AuditEvent.objects.get(action="woocommerce_sync_triggered")
    assert event.actor.startswith("API key") and event.tenant == shop.tenant
    assert (event.metadata["task_id"], event.metadata["store_url"]) == (body["task_id"], "https://shop.example")


def test_the_broker_may_be_down(run_world, shop, api, monkeypatch):
    from celery import current_app

    from common import doorbell

    def refuse(*_args, **_options):
        raise ConnectionError("no broker")

    monkeypatch.undo()
    monkeypatch.setattr(doorbell, "_silent_until", 0.0)
    monkeypatch.setattr(current_app, "send_task", refuse)
    answer = api.post(ADDRESS)
    assert answer.status_code == 202 and answer.json()["task_id"]
    assert Run.objects.get(pk=answer.json()["run_id"]).status == "queued"


def test_without_a_shop_it_is_not_configured(api, other_shop):
    answer = api.post(ADDRESS)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_configured")
    assert not Run.objects.exists()


def test_with_several_shops_one_must_be_named(run_world, shop, tenant, api):
    second = connect(tenant, store_url="https://second.example", name="Second")
    answer = api.post(ADDRESS, {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ambiguous")
    assert f"{shop.pk} (https://shop.example), {second.pk} (Second)" in answer.json()["error"]["message"]
    named = api.post(ADDRESS, {"connection_id": second.pk})
    assert (named.status_code, named.json()["store_url"]) == (202, "https://second.example")
    assert open_run(second) and not open_run(shop)


def test_of_several_shops_the_only_one_that_is_not_paused_is_meant(run_world, shop, tenant, api):
    connect(tenant, store_url="https://second.example", is_active=False)
    assert api.post(ADDRESS).json()["store_url"] == "https://shop.example"


def test_foreign_and_unknown_shops_do_not_exist(shop, other_shop, api):
    for number in (other_shop.pk, 10**15):
        assert api.post(ADDRESS, {"connection_id": number}).status_code == 404
    wrong = api.post(ADDRESS, {"connection_id": "x"})
    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (400, ["connection_id"])
    assert not Run.objects.exists()


def test_a_shop_that_may_not_be_read_says_why(run_world, shop, api):
    StoreConnection.objects.filter(pk=shop.pk).update(is_active=False)
    paused = api.post(ADDRESS)
    assert (paused.status_code, paused.json()["error"]["code"]) == (409, "paused") and "Switch it on" in paused.json()["error"]["message"]
    StoreConnection.objects.filter(pk=shop.pk).update(is_active=True)
    run_world.script.before = _raise(NeedsConfigurationError("The key is gone.", data={"remedy": "Make a new one."}))
    run_world.work(start_import(shop))
    blocked = api.post(ADDRESS)
    assert (blocked.status_code, blocked.json()["error"]["code"]) == (409, "blocked")
    assert "The key is gone. Make a new one." in blocked.json()["error"]["message"]


def _raise(error):
    def hook(*_):
        raise error

    return hook


def test_a_second_call_gets_the_run_that_is_open(run_world, shop, api):
    first, second = api.post(ADDRESS).json(), api.post(ADDRESS)
    assert (second.status_code, second.json()) == (202, first)
    assert Run.objects.count() == 1
    events = AuditEvent.objects.filter(action="woocommerce_sync_triggered").order_by("id")
    assert [event.metadata["already_running"] for event in events] == [False, True]
    assert {event.metadata["run_id"] for event in events} == {first["run_id"]}
    assert all(event.actor.startswith("API key") for event in events)


def test_an_open_run_that_does_not_do_it_is_in_the_way(run_world, shop, api):
    look = start_import(shop, dry_run=True)
    busy = api.post(ADDRESS)
    assert (busy.status_code, busy.json()["error"]["code"]) == (409, "busy") and str(look.pk) in busy.json()["error"]["message"]
    run_world.work(look)
    run_world.script = Script(gone=60)
    asks = run_world.work(start_import(shop))
    waits = api.post(ADDRESS)
    assert (waits.status_code, waits.json()["error"]["code"]) == (409, "needs_confirmation")
    assert str(asks.pk) in waits.json()["error"]["message"] and fresh(asks).status == "needs_confirmation"
    assert not AuditEvent.objects.filter(action="woocommerce_sync_triggered").exists()


def test_the_same_idempotency_key_starts_one_import(run_world, shop, api):
    first = api.post(ADDRESS, headers={"Idempotency-Key": "nightly-1"})
    run_world.pass_time(seconds=2)
    run_world.work(open_run(shop))
    again = api.post(ADDRESS, headers={"Idempotency-Key": "nightly-1"})
    assert again.json() == first.json() and again.headers["Idempotency-Replayed"] == "true"
    assert Run.objects.filter(kind=RunKind.IMPORT).count() == 1
    assert AuditEvent.objects.filter(action="woocommerce_sync_triggered").count() == 1


def test_who_may(run_world, shop, api_of, client):
    assert client.post(ADDRESS).status_code == 401
    assert api_of(shop.tenant, "integrations:view").post(ADDRESS).status_code == 403
    assert api_of(shop.tenant, "catalog:edit").post(ADDRESS).status_code == 403
    assert api_of(shop.tenant, "integrations:manage").post(ADDRESS).status_code == 202


def test_it_is_only_posted_to(shop, api_of):
    mine = api_of(shop.tenant, "integrations:manage")
    asked = mine.get(ADDRESS)
    assert (asked.status_code, asked.json()["error"]["code"], asked.headers["Allow"]) == (405, "method_not_allowed", "POST, OPTIONS")
    offered = mine.options(ADDRESS)
    assert (offered.status_code, offered.headers["Allow"]) == (200, "POST, OPTIONS")
    assert api_of(shop.tenant, "catalog:edit").options(ADDRESS).status_code == 403 and not Run.objects.exists()


def test_thirty_a_minute_are_enough(run_world, shop, api, api_of):
    assert [api.post(ADDRESS).status_code for _ in range(30)] == [202] * 30
    tired = api.post(ADDRESS)
    assert (tired.status_code, tired.json()["error"]["code"]) == (429, "throttled") and int(tired.headers["Retry-After"]) <= 61
    assert api.get("/v1/runs/").status_code == 200
    assert api_of(shop.tenant).post(ADDRESS).status_code == 202
