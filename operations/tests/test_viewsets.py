import json
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from operations.models import Alert, RunIssue
from operations.services import start_run
from tenants.models import IdempotentAnswer
from tenants.tests.factories import key_headers, make_tenant
from tenants.viewsets import KeyThrottle

pytestmark = [pytest.mark.django_db, pytest.mark.urls("operations.tests.viewset_urls")]
ALERT = {"kind": "k", "key": "one", "title": "Look"}


def client_of(tenant, *scopes):
    client = APIClient()
    client.credentials(**{f"HTTP_{name.replace('-', '_')}": value for name, value in key_headers(tenant, *scopes).items()})
    return client


@pytest.fixture
def solar():
    return make_tenant("Solar")


@pytest.fixture
def api(solar):
    return client_of(solar)


@pytest.fixture
def theirs():
    pizza = make_tenant("Pizza")
    run = start_run(pizza, "push")
    return {"alert": Alert.objects.create(tenant=pizza, **ALERT), "run": run, "issue": RunIssue.objects.create(run=run, message="theirs")}


def test_created_rows_belong_to_the_key(api, solar, theirs):
    answer = api.post("/v1/alerts/", {**ALERT, "tenant": str(theirs["run"].tenant_id)})
    assert answer.status_code == 201
    assert Alert.objects.get(pk=answer.json()["id"]).tenant == solar


def test_foreign_rows_do_not_exist(api, theirs):
    for address in (f"/v1/alerts/{theirs['alert'].pk}/", f"/v1/issues/{theirs['issue'].pk}/"):
        assert api.get(address).status_code == api.patch(address, {"title": "x"}).status_code == api.delete(address).status_code == 404
    assert api.get("/v1/issues/").json()["count"] == 0


def test_a_foreign_relation_is_an_unknown_id(api, solar, theirs):
    answer = api.post("/v1/issues/", {"run": str(theirs["run"].pk), "message": "smuggled"})
    assert answer.status_code == 400 and "run" in answer.json()["error"]["fields"]
    mine = start_run(solar, "push")
    created = api.post("/v1/issues/", {"run": str(mine.pk), "message": "fine"})
    assert created.status_code == 201
    moved = api.patch(f"/v1/issues/{created.json()['id']}/", {"run": str(theirs["run"].pk)})
    assert moved.status_code == 400


def test_unique_per_business_is_a_400_and_not_a_crash(api, theirs):
    assert api.post("/v1/alerts/", ALERT).status_code == 201
    answer = api.post("/v1/alerts/", ALERT)
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]["non_field_errors"]


def test_a_patch_of_the_same_row_does_not_clash_with_itself(api):
    pk = api.post("/v1/alerts/", ALERT).json()["id"]
    assert api.patch(f"/v1/alerts/{pk}/", {"title": "Look again"}).status_code == 200


def test_scopes_by_method_and_a_view_without_them_refuses(solar):
    reader = client_of(solar, "catalog:view")
    assert reader.get("/v1/alerts/").status_code == 200
    assert reader.post("/v1/alerts/", ALERT).status_code == 403
    assert client_of(solar).get("/v1/undeclared/").status_code == 403
    assert APIClient().get("/v1/undeclared/").status_code == 401


def test_a_repeated_creation_with_an_idempotency_key_creates_once(api):
    first = api.post("/v1/alerts/", ALERT, HTTP_IDEMPOTENCY_KEY="k1")
    again = api.post("/v1/alerts/", ALERT, HTTP_IDEMPOTENCY_KEY="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Alert.objects.count() == 1
    other = api.post("/v1/alerts/", {**ALERT, "key": "two"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert other.json()["error"]["code"] == "idempotency_key_reused"


def test_refused_work_can_be_repeated_after_correcting_it(api):
    assert api.post("/v1/alerts/", {}, HTTP_IDEMPOTENCY_KEY="k1").status_code == 400
    assert not IdempotentAnswer.objects.exists()
    assert api.post("/v1/alerts/", ALERT, HTTP_IDEMPOTENCY_KEY="k1").status_code == 201


def test_idempotency_keys_are_per_business_and_end_after_a_day(api, theirs):
    pizza = client_of(theirs["run"].tenant)
    pizza.delete(f"/v1/alerts/{theirs['alert'].pk}/")
    mine, their = (client.post("/v1/alerts/", ALERT, HTTP_IDEMPOTENCY_KEY="k1") for client in (api, pizza))
    assert mine.json()["id"] != their.json()["id"]
    IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    Alert.objects.all().delete()
    assert api.post("/v1/alerts/", ALERT, HTTP_IDEMPOTENCY_KEY="k1").json()["id"] != mine.json()["id"]
    assert api.post("/v1/alerts/", ALERT, HTTP_IDEMPOTENCY_KEY="x" * 201).status_code == 400


def test_a_loop_gone_wild_is_slowed_down_per_key(api, solar, monkeypatch):
    monkeypatch.setattr(KeyThrottle, "rate", "2/min")
    assert [api.get("/v1/alerts/").status_code for _ in range(3)] == [200, 200, 429]
    assert client_of(solar).get("/v1/alerts/").status_code == 200


def test_a_row_deleted_while_it_is_changed_is_a_409(api, monkeypatch):
    pk = api.post("/v1/alerts/", ALERT).json()["id"]
    save = Alert.save

    def save_late(self, *args, **kwargs):
        Alert.objects.filter(pk=self.pk).delete()
        return save(self, *args, update_fields=["title"], **kwargs)

    monkeypatch.setattr(Alert, "save", save_late)
    answer = api.patch(f"/v1/alerts/{pk}/", {"title": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "deleted")


def test_broken_json_is_a_400(api):
    answer = api.generic("POST", "/v1/alerts/", "{", content_type="application/json")
    assert (answer.status_code, json.loads(answer.content)["error"]["code"]) == (400, "parse_error")
