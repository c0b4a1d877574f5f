"""Tokens, proofs, versions, catalogs and businesses, usage headers, and what the log keeps."""

import json

import pytest
import requests

from sandbox.graph.auth import proof_for
from sandbox.tests.conftest import CATALOG, TOKEN, error_of, upsert

SECRET = "sandboxsecretsolar00000000000001"
BUSINESS = "100000000000001"


def test_the_token_may_come_as_header_or_parameter(remote):
    del remote.session.headers["Authorization"]
    assert remote.call("GET", CATALOG, params={"access_token": TOKEN}).status_code == 200
    assert error_of(remote.call("GET", CATALOG))[1] == 104
    assert error_of(remote.call("GET", CATALOG, headers={"Authorization": "Bearer nobody"}))[:2] == (401, 190)


def test_a_dead_token_is_190_463_until_it_is_revived(remote):
    remote.standin.end_token(TOKEN)
    assert error_of(remote.create())[:3] == (401, 190, 463)
    remote.standin.end_token(TOKEN, None)
    assert remote.create().status_code == 200


def test_a_wrong_proof_is_refused_and_a_required_one_is_missed(remote):
    right = proof_for(TOKEN, SECRET)
    assert remote.call("GET", CATALOG, params={"appsecret_proof": right}).status_code == 200
    wrong = error_of(remote.call("GET", CATALOG, params={"appsecret_proof": "0" * 64}))
    assert wrong == (400, 100, None, "GraphMethodException", "Invalid appsecret_proof provided in the API argument")
    remote.standin.add_account(TOKEN, SECRET, BUSINESS, [CATALOG], require_proof=True)
    assert "require an appsecret_proof" in error_of(remote.call("GET", CATALOG))[4]


def test_a_missing_permission_is_200(remote):
    remote.standin.add_account("EAAWEAK", "", BUSINESS, permissions=())
    assert error_of(remote.call("GET", CATALOG, headers={"Authorization": "Bearer EAAWEAK"}))[:2] == (403, 200)


@pytest.mark.parametrize(("version", "code"), [("v20.0", 2635), ("v18.0", 2635), ("v27.0", 2500), ("v21.0", None), ("v26.0", None)])
def test_versions(remote, version, code):
    answer = remote.call("GET", CATALOG, version)
    assert (answer.json().get("error") or {}).get("code") == code
    assert answer.headers["facebook-api-version"]


@pytest.mark.parametrize(("method", "path", "code"), [("GET", "nowhere", 2500), ("POST", f"{CATALOG}/feeds", 100), ("GET", "123", 100)])
def test_unknown_paths(remote, method, path, code):
    assert error_of(remote.call(method, path))[:2] == (400, code)


def test_test_connection_can_see_who_it_is(remote):
    assert remote.call("GET", "me").json()["name"] == "Solar shop system user"
    granted = remote.call("GET", "me/permissions").json()["data"]
    assert {"permission": "catalog_management", "status": "granted"} in granted
    assert remote.call("GET", "debug_token", params={"input_token": TOKEN}).json()["data"]["is_valid"] is True
    assert remote.call("GET", "debug_token", params={"input_token": "x"}).json()["data"]["is_valid"] is False
    fields = {"fields": "id,name,product_count,vertical"}
    expected = {"id": CATALOG, "name": "Solar shop catalog", "product_count": 0, "vertical": "commerce"}
    assert remote.call("GET", CATALOG, params=fields).json() == expected


def test_catalogs_are_made_listed_and_deleted(remote):
    made = remote.call("POST", f"{BUSINESS}/owned_product_catalogs", json={"name": "Batteries"}).json()["id"]
    listed = remote.call("GET", f"{BUSINESS}/owned_product_catalogs").json()["data"]
    assert {"id": made, "name": "Batteries"} in listed and len(listed) == 2
    assert error_of(remote.call("POST", f"{BUSINESS}/owned_product_catalogs", json={}))[1] == 100
    assert error_of(remote.call("GET", "100000000000002/owned_product_catalogs"))[:3] == (400, 100, 33)
    assert remote.call("DELETE", made).json() == {"success": True}
    assert error_of(remote.call("GET", made))[2] == 33


def test_usage_headers_are_json_strings_with_percentages(remote):
    remote.create()
    answer = remote.batch(upsert())
    usage = json.loads(answer.headers["X-Business-Use-Case-Usage"])[CATALOG][0]
    assert (usage["type"], usage["call_count"], usage["estimated_time_to_regain_access"]) == ("catalog_batch", 12, 0)
    assert "call_count" in json.loads(answer.headers["X-App-Usage"])


def test_limits_can_be_enforced(remote):
    remote.standin.enforce_limits = True
    codes = [(remote.batch(upsert()).json().get("error") or {}).get("code") for _ in range(9)]
    assert codes == [None] * 8 + [80014]
    remote.wait(61)
    assert remote.batch(upsert()).status_code == 200


def test_the_log_knows_calls_but_no_tokens(remote):
    remote.create()
    mark = remote.standin.last_call
    remote.standin.keep_payloads = True
    remote.call("GET", f"{CATALOG}/products", params={"access_token": TOKEN, "limit": "5"})
    remote.batch(upsert("a"), upsert("b"))
    reads, writes = remote.standin.calls("read", since=mark), remote.standin.calls("items_batch")
    assert [entry.payload for entry in reads] == [{"limit": "5"}]
    assert writes[0].retailer_ids == ("a", "b") and writes[0].handle and writes[0].outcome == "ok"
    assert writes[0].token_tail == "0001" and TOKEN not in repr(remote.standin.calls())
    assert TOKEN not in repr(remote.standin.store.accounts) and SECRET not in repr(remote.standin.store.accounts)


def test_two_sessions_cannot_mix_up_businesses(remote):
    other = requests.Session()
    other.adapters = remote.session.adapters
    other.headers["Authorization"] = "Bearer EAASANDBOXPIZZERIA0001"
    answer = other.post(
        f"https://graph.facebook.com/v26.0/{CATALOG}/items_batch", json={"item_type": "PRODUCT_ITEM", "requests": [upsert()]}
    )
    assert error_of(answer)[:3] == (400, 100, 33)
    assert remote.standin.handles() == []
