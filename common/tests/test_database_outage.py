import sqlite3

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.test import Client

from common.database_outage import is_outage


def sqlite_error(name):
    error = OperationalError("words do not matter")
    error.__cause__ = sqlite3.OperationalError("x")
    error.__cause__.sqlite_errorname = name
    return error


def away():
    """What the driver of this database raises when nobody answers."""
    return sqlite_error("SQLITE_CANTOPEN") if connection.vendor == "sqlite" else OperationalError("could not connect to server")


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.fixture
def broken(monkeypatch):
    """Every query fails from now on."""

    def refuse(*_args, **_kwargs):
        raise away()

    return lambda: monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", refuse)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's error names")
@pytest.mark.parametrize(
    ("name", "outage"),
    [("SQLITE_BUSY", True), ("SQLITE_LOCKED_SHAREDCACHE", True), ("SQLITE_IOERR_WRITE", True), ("SQLITE_ERROR", False)],
)
def test_a_missing_table_is_no_outage(name, outage):
    assert is_outage(sqlite_error(name)) is outage
    assert not is_outage(ValueError())
    assert not is_outage(InterfaceError("Error binding parameter"))


@pytest.mark.django_db
class TestPages:
    def test_a_page_is_a_plain_503_that_says_nothing_was_saved(self, client, broken):
        client.cookies["sessionid"] = "a" * 32
        broken()
        answer = client.get("/admin/")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert "Nothing was saved" in answer.content.decode() and "Traceback" not in answer.content.decode()

    def test_errors_of_the_session_middleware_are_caught_too(self, client, monkeypatch):
        def refuse(self):
            raise away()

        monkeypatch.setattr(SessionStore, "load", refuse)
        client.cookies["sessionid"] = "a" * 32
        assert client.get("/admin/").status_code == 503

    def test_the_api_answers_json(self, client, broken):
        broken()
        headers = {"X-TENANT-ID": "6f2f4a0e-0000-4000-8000-000000000000", "X-TENANT-API-KEY": "aaaaaaaaaaaa.b"}
        answer = client.get("/v1/runs/", headers=headers)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "unavailable" and answer.headers["Retry-After"] == "5"

    def test_whoever_asks_for_json_gets_json(self, client, broken):
        client.cookies["sessionid"] = "a" * 32
        broken()
        assert client.get("/admin/", headers={"Accept": "application/json"}).json()["error"]["code"] == "unavailable"

    @pytest.mark.parametrize("debug", [True, False])
    def test_it_works_with_debug_on_and_off(self, client, broken, settings, debug):
        settings.DEBUG = debug
        client.cookies["sessionid"] = "a" * 32
        broken()
        assert client.get("/admin/").status_code == 503

    def test_a_bug_stays_a_500(self, client, monkeypatch):
        def bug(self):
            raise ValueError("ours")

        monkeypatch.setattr(SessionStore, "load", bug)
        client.cookies["sessionid"] = "a" * 32
        assert client.get("/admin/").status_code == 500


@pytest.mark.django_db
@pytest.mark.urls("common.tests.urls")
def test_an_error_of_a_view_is_caught(client, monkeypatch):
    monkeypatch.setattr("common.database_outage.is_outage", lambda error: isinstance(error, (OperationalError, InterfaceError)))
    for address in ("/page/outage/", "/page/interface/", "/v1/fail/outage/"):
        assert client.get(address).status_code == 503
    assert client.get("/page/ours/").status_code == 500


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a server that can be told to drop a connection")
@pytest.mark.django_db(transaction=True)
def test_the_next_request_has_a_connection_again(client):
    from psycopg2 import connect

    assert client.get("/admin/login/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    wanted = ("dbname", "host", "port", "user", "password")
    server = {key: value for key, value in connection.get_connection_params().items() if key in wanted}
    other = connect(**server)
    other.autocommit = True
    other.cursor().execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()
    client.cookies["sessionid"] = "a" * 32
    close_old_connections()  # What Django does at the start of every real request; the test client leaves it out.
    assert client.get("/admin/").status_code == 302
