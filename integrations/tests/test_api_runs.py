"""Imports in the run API: what they tell, and going on with them."""

import pytest

from common.errors import PermanentError, TransientError
from integrations.runs import open_run, start_import
from integrations.runs.orders import load_ids
from integrations.tests.run_world import Script, fresh
from operations.models import Run
from operations.services import start_run
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db(transaction=True)


def failing(error, done=100):
    def hook(job, phase, place):
        if (phase, place) == ("products", done):
            raise error

    return hook


def test_an_import_tells_how_far_it_is(run_world, shop, api):
    run = start_import(shop)
    run_world.script.before = failing(TransientError("The shop is asleep.", retry_after=600))
    run_world.work(run)
    body = api.get(f"/v1/runs/{run.pk}").json()
    assert (body["status"], body["done"], body["total"], body["subject"]) == ("queued", 100, 250, f"store {shop.pk}")
    assert body["not_before"] > "2026-11-20T12:05" and "asleep" in body["phase"]
    details = body["details"]
    assert (details["connection_id"], details["store_url"], details["step"], details["tries"]) == (shop.pk, shop.store_url, "products", 1)
    assert {"per_second", "seconds_left", "dry_run", "full", "part", "task_id"} <= set(details) and "preview" not in details
    run_world.script.before = lambda *_: None
    run_world.sweep(minutes=30)
    body = api.get(f"/v1/runs/{run.pk}").json()
    assert (body["status"], body["completed"], body["details"]["result"]["created"]) == ("completed", True, 250)
    assert body["errors"] and api.get(f"/v1/runs/?subject=store {shop.pk}&kind=import").json()["count"] == 1


def test_other_runs_tell_nothing_of_the_kind(tenant, api):
    for kind in ("push", "import"):
        run = start_run(tenant, kind)
        assert api.get(f"/v1/runs/{run.pk}/").json()["details"] == {}
        assert api.get(f"/v1/runs/{run.pk}/preview/").json()["error"]["code"] == "no_import"
        for action in ("retry-failed", "resume", "confirm"):
            assert api.post(f"/v1/runs/{run.pk}/{action}/").json()["error"]["code"] == "no_import"


def test_the_preview_of_a_dry_run(run_world, shop, api):
    run = run_world.work(start_import(shop, dry_run=True))
    body = api.get(f"/v1/runs/{run.pk}/preview/").json()
    assert (body["sentence"], body["kinds"], body["fields"], body["more"]) == (
        "3 new, 3 price changes", {"new": 3, "changed": 3}, {"price": 3}, 0,
    )  # fmt: skip
    assert body["rows"][1] == {"kind": "changed", "external_id": "c100", "name": "Changed", "changes": [["price", 1, 2]]}
    assert api.get(f"/v1/runs/{run.pk}/").json()["details"]["preview"] == body["sentence"]


def test_what_failed_is_tried_again(run_world, shop, api):
    run = run_world.work(start_import(shop))
    answer = api.post(f"/v1/runs/{run.pk}/retry-failed/")
    assert answer.status_code == 202
    again = Run.objects.get(pk=answer.json()["run_id"])
    assert load_ids(again) == ["100", "200", "250"] and again == open_run(shop)
    assert AuditEvent.objects.get(action="woocommerce_sync_triggered").metadata["run_id"] == str(again.pk)
    busy = api.post(f"/v1/runs/{run.pk}/retry-failed/")
    assert (busy.status_code, busy.json()["error"]["code"]) == (409, "busy")
    run_world.work(again)
    again.issues.all().delete()
    assert api.post(f"/v1/runs/{again.pk}/retry-failed/").json()["error"]["code"] == "not_ready"


def test_a_failed_import_goes_on_where_it_stopped(run_world, shop, api):
    run_world.script.before = failing(PermanentError("That is no shop."))
    run = run_world.work(start_import(shop))
    assert run.status == "failed"
    answer = api.post(f"/v1/runs/{run.pk}/resume/")
    rest = Run.objects.get(pk=answer.json()["run_id"])
    assert (answer.status_code, rest.done) == (202, 100)
    assert api.get(answer.json()["run_url"]).json()["details"]["resumes"] == str(run.pk)
    run_world.script.before = lambda *_: None
    assert run_world.work(rest).status == "completed"
    assert api.post(f"/v1/runs/{rest.pk}/resume/").json()["error"]["code"] == "not_ready"


def test_removals_are_confirmed(run_world, shop, api):
    run_world.script = Script(gone=60)
    run = run_world.work(start_import(shop))
    body = api.get(f"/v1/runs/{run.pk}/").json()
    assert body["status"] == "needs_confirmation" and "60 of 250" in body["message"]
    assert api.post(f"/v1/runs/{run.pk}/confirm/").status_code == 202
    run = run_world.work(run)
    assert (run.status, run.counts["inactive"]) == ("completed", 60)
    again = api.post(f"/v1/runs/{run.pk}/confirm/")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_confirmable")


def test_who_may(run_world, shop, api_of, other_tenant):
    run_world.script = Script(gone=60)
    run = run_world.work(start_import(shop))
    for action in ("retry-failed", "resume", "confirm"):
        assert api_of(shop.tenant, "integrations:view", "catalog:edit").post(f"/v1/runs/{run.pk}/{action}/").status_code == 403
        assert api_of(other_tenant).post(f"/v1/runs/{run.pk}/{action}/").status_code == 404
    assert api_of(shop.tenant, "integrations:view").get(f"/v1/runs/{run.pk}/preview/").status_code == 200
    assert fresh(run).status == "needs_confirmation"
