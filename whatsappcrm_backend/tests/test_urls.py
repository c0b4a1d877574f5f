"""The addresses as a whole: schema, docs, JSON answers for what is not there."""

import io

import pytest
from django.core.management import call_command
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_openapi_document_is_valid_and_without_warnings():
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())


@pytest.mark.parametrize("path", ["/v1/schema", "/v1/schema/", "/v1/docs", "/v1/docs/"])
def test_schema_and_docs_are_public(client, path):
    assert client.get(path).status_code == 200


def test_docs_come_from_this_server(client):
    page = client.get("/v1/docs/").content.decode()
    assert "/static/drf_spectacular_sidecar/" in page
    assert "cdn" not in page


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nothing", "/v1/nothing/", "/v1/products/abc/", "/v1/products/1/nothing"])
def test_unknown_api_addresses_answer_json(client, settings, path, debug):
    settings.DEBUG = debug
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_unknown_pages_answer_html(client, settings):
    settings.DEBUG = False
    response = client.get("/nothing-here")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/products/abc/", "/v1/products/99999999999999999999/"])
def test_unknown_api_addresses_answer_json_to_every_method(db, method, path):
    answer = getattr(Client(enforce_csrf_checks=True), method)(path)
    assert answer.status_code in (401, 404)
    assert set(answer.json()["error"]) == {"code", "message", "fields", "request_id"}
