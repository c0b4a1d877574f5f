import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tenants.models import TenantApiKey
from tenants.services import create_api_key, revoke_api_key
from tenants.tests.factories import key_headers, make_tenant

pytestmark = pytest.mark.django_db
RUNS = "/v1/runs/"


@pytest.fixture
def solar():
    return make_tenant("Solar")


@pytest.fixture
def pizza():
    return make_tenant("Pizza")


def test_a_good_key_opens_its_business(client, solar):
    answer = client.get(RUNS, headers=key_headers(solar))
    assert answer.status_code == 200
    assert answer.json() == {"count": 0, "next": None, "previous": None, "results": []}


def spoiled(solar, pizza, how):
    key, plain = create_api_key(solar, "shop", ["catalog:view"])
    headers = {"X-TENANT-ID": str(solar.pk), "X-TENANT-API-KEY": plain}
    if how == "nothing":
        return {}
    if how == "no key":
        del headers["X-TENANT-API-KEY"]
    elif how == "no tenant":
        del headers["X-TENANT-ID"]
    elif how == "malformed tenant":
        headers["X-TENANT-ID"] = "solar"
    elif how == "unknown tenant":
        headers["X-TENANT-ID"] = str(uuid.uuid4())
    elif how == "other tenant":
        headers["X-TENANT-ID"] = str(pizza.pk)
    elif how == "wrong secret":
        headers["X-TENANT-API-KEY"] = plain[:-1] + ("a" if plain[-1] != "a" else "b")
    elif how == "unknown prefix":
        headers["X-TENANT-API-KEY"] = "000000000000." + plain.partition(".")[2]
    elif how == "garbage":
        headers["X-TENANT-API-KEY"] = "' OR 1=1 --"
    elif how == "the hash":
        headers["X-TENANT-API-KEY"] = f"{key.prefix}.{key.key_hash}"
    elif how == "revoked":
        revoke_api_key(key)
    elif how == "inactive tenant":
        type(solar).objects.filter(pk=solar.pk).update(is_active=False)
    return headers


@pytest.mark.parametrize(
    "how",
    ["nothing", "no key", "no tenant", "malformed tenant", "unknown tenant", "other tenant", "wrong secret", "unknown prefix", "garbage",
     "the hash", "revoked", "inactive tenant"],
)  # fmt: skip
def test_every_bad_key_is_the_same_401(client, solar, pizza, how):
    answer = client.get(RUNS, headers=spoiled(solar, pizza, how))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("ApiKey")
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "fields", "request_id"}
    assert error["request_id"]


def test_a_missing_scope_is_403(client, solar):
    answer = client.get(RUNS, headers=key_headers(solar, "orders:edit"))
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "permission_denied"


def test_the_plain_key_is_nowhere_in_the_database(solar):
    key, plain = create_api_key(solar, "shop", ["catalog:view"])
    stored = TenantApiKey.objects.values().get(pk=key.pk)
    assert plain.partition(".")[2] not in str(stored)
    assert len(stored["key_hash"]) == 64


def test_use_is_noted_at_most_once_a_minute(client, solar, django_assert_num_queries):
    headers = key_headers(solar)
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        client.get(RUNS, headers=headers)
        assert TenantApiKey.objects.get().last_used_at == start
    with time_machine.travel(start + timedelta(seconds=50), tick=False), django_assert_num_queries(2):
        client.get(RUNS, headers=headers)  # key and count: no write
    assert TenantApiKey.objects.get().last_used_at == start
    with time_machine.travel(start + timedelta(seconds=61), tick=False):
        client.get(RUNS, headers=headers)
    assert TenantApiKey.objects.get().last_used_at == start + timedelta(seconds=61)
