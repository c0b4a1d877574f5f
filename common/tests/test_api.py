import pytest
from django.test import Client
from django.urls import reverse

pytestmark = [pytest.mark.urls("common.tests.urls"), pytest.mark.django_db]


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("how", "status", "code", "fields"),
    [
        ("404", 404, "not_found", []),
        ("403", 403, "permission_denied", []),
        ("django-invalid", 400, "invalid", ["price"]),
        ("invalid", 400, "invalid", ["name", "lines"]),
        ("conflict", 409, "invalid_transition", []),
        ("taken", 409, "conflict", []),
        ("gone", 409, "deleted", []),
        ("throttled", 429, "throttled", []),
        ("ours", 500, "server_error", []),
    ],
)
def test_every_error_has_the_same_shape(client, how, status, code, fields):
    answer = client.get(f"/v1/fail/{how}/")
    assert answer.status_code == status
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "fields", "request_id"}
    assert (error["code"], list(error["fields"])) == (code, fields)
    assert error["message"] and error["request_id"]


def test_a_throttled_caller_is_told_when_to_come_back(client):
    assert client.get("/v1/fail/throttled/").headers["Retry-After"] == "8"


def test_field_errors_keep_their_structure(client):
    assert client.get("/v1/fail/invalid/").json()["error"]["fields"] == {"name": ["Required."], "lines": [{"sku": ["Taken."]}]}


@pytest.mark.parametrize("address", ["/v1/things", "/v1/things/", "/v1/things/5", "/v1/things/5/", "/v1/plain", "/v1/plain/"])
def test_addresses_work_with_and_without_final_slash(client, address):
    assert client.get(address).status_code == 200


def test_reverse_finds_the_plain_route():
    assert reverse("plain") == "/v1/plain/"


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("address", ["/v1", "/v1/", "/v1/nothing", "/v1/nothing/here/"])
def test_unknown_api_addresses_answer_json_in_both_modes(client, settings, debug, address):
    settings.DEBUG = debug
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_pages_keep_their_html_errors(client):
    assert client.get("/nothing/").headers["Content-Type"].startswith("text/html")
    answer = client.get("/page/ours/")
    assert answer.status_code == 500 and answer.headers["Content-Type"].startswith("text/html")
