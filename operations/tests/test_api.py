import pytest

from operations.models import RunIssue
from operations.services import finish_run, start_run
from tenants.tests.factories import key_headers, make_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def solar():
    return make_tenant("Solar")


def test_a_push_run_answers_what_the_sync_promised(client, solar):
    run = start_run(solar, "push", total=3)
    RunIssue.objects.create(run=run, product_id=5, message="needs an image")
    run.counts = {"synced": 2, "failed": 1, "skipped": 1}
    run.save()
    finish_run(run)
    body = client.get(f"/v1/runs/{run.pk}", headers=key_headers(solar, "integrations:manage")).json()
    assert {key: body[key] for key in ("status", "completed", "total_products", "synced", "failed", "errors")} == {
        "status": "completed", "completed": True, "total_products": 3, "synced": 2, "failed": 1,
        "errors": [{"product_id": 5, "error": "needs an image"}],
    }  # fmt: skip
    assert body["run_id"] == body["id"] == str(run.pk)
    assert body["run_url"].startswith("http://testserver/v1/runs/")
    assert client.get(body["run_url"], headers=key_headers(solar)).status_code == 200


def test_the_list_pages_and_filters(client, solar, django_assert_max_num_queries):
    for number in range(60):
        start_run(solar, "push" if number % 2 else "import", total=number)
    headers = key_headers(solar, "catalog:view")
    with django_assert_max_num_queries(4):
        page = client.get("/v1/runs/", headers=headers).json()
    assert (page["count"], len(page["results"]), page["previous"]) == (60, 50, None)
    assert len(client.get(page["next"], headers=headers).json()["results"]) == 10
    assert client.get("/v1/runs/?kind=push&page_size=999", headers=headers).json()["count"] == 30
    assert len(client.get("/v1/runs/?page_size=20", headers=headers).json()["results"]) == 20
    assert client.get("/v1/runs/?kind=nonsense", headers=headers).json()["error"]["fields"]["kind"]


def test_the_newest_comes_first_and_page_size_is_capped(client, solar):
    runs = [start_run(solar, "push") for _ in range(201)]
    page = client.get("/v1/runs/?page_size=5000", headers=key_headers(solar)).json()
    assert len(page["results"]) == 200
    assert page["results"][0]["id"] == str(runs[-1].pk)


def test_cancel(client, solar):
    run = start_run(solar, "push")
    assert client.post(f"/v1/runs/{run.pk}/cancel/", headers=key_headers(solar, "catalog:view")).status_code == 403
    answer = client.post(f"/v1/runs/{run.pk}/cancel", headers=key_headers(solar, "catalog:edit"))
    assert answer.status_code == 200 and answer.json()["status"] == "cancelled"
    run.refresh_from_db()
    assert "Cancelled by API key test" in run.message
    again = client.post(f"/v1/runs/{run.pk}/cancel/", headers=key_headers(solar))
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_ended")


def test_a_repeated_cancel_with_the_same_idempotency_key_gets_the_same_answer(client, solar):
    run, other = start_run(solar, "push"), start_run(solar, "push")
    headers = {**key_headers(solar), "Idempotency-Key": "abc"}
    first = client.post(f"/v1/runs/{run.pk}/cancel/", headers=headers)
    second = client.post(f"/v1/runs/{run.pk}/cancel/", headers=headers)
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    clash = client.post(f"/v1/runs/{other.pk}/cancel/", headers=headers)
    assert (clash.status_code, clash.json()["error"]["code"]) == (409, "idempotency_key_reused")
    other.refresh_from_db()
    assert other.status == "running"
