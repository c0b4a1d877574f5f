"""Login behind a proxy that ends TLS, with the settings of production: DEBUG off, TRUST_PROXY_SSL on."""

import http.client
import os
import re
import signal
from collections.abc import Iterator
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest

from e2e.project import Project, free_ports, wait_for

pytestmark = pytest.mark.e2e
HOST = "shop.example.com"
AS_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https"}
SETTINGS = {
    "DEBUG": "false", "TRUST_PROXY_SSL": "true", "ALLOWED_HOSTS": HOST, "CSRF_TRUSTED_ORIGINS": f"https://{HOST}",
    "PUBLIC_BASE_URL": f"https://{HOST}",
}  # fmt: skip


class Visitor:
    """What a proxy passes on from one browser: cookies are kept, Secure ones too, because the browser's side is https."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, SimpleCookie()

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str, str]:
        """(status, Location, text)."""
        sent = {**AS_PROXY, "Cookie": "; ".join(f"{name}={one.value}" for name, one in self.cookies.items()), **headers}
        if form:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, urlencode(form) if form else None, sent)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or []:
                self.cookies.load(line)
            return answer.status, answer.headers.get("Location", ""), answer.read().decode(errors="replace")
        finally:
            connection.close()

    def answers(self) -> bool:
        try:
            return self.ask("GET", "/healthz")[0] == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def port(project: Project) -> Iterator[int]:
    """A web process with production's settings over the same database."""
    port = free_ports(1)[0]
    process = project.second_web(port, **SETTINGS)
    try:
        wait_for(Visitor(port).answers, 30, "the web process behind the proxy answers")
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(15)


def _log_in(visitor: Visitor, password: str, origin: str) -> tuple[int, str, str]:
    text = visitor.ask("GET", "/admin/login/")[2]
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)
    assert found, text[:500]
    form = {"csrfmiddlewaretoken": found[1], "username": "admin", "password": password, "next": "/admin/"}
    return visitor.ask("POST", "/admin/login/", form, Origin=origin, Referer=f"{origin}/admin/login/")


def test_login_works_and_its_cookies_are_for_https_only(port: int, project: Project) -> None:
    visitor = Visitor(port)
    status, location, text = _log_in(visitor, project.password, f"https://{HOST}")
    assert (status, location) == (302, "/admin/"), text[:500]
    assert visitor.cookies["sessionid"]["secure"] and visitor.cookies["csrftoken"]["secure"]
    assert visitor.ask("GET", "/admin/")[0] == 200


def test_a_form_from_another_site_is_refused(port: int, project: Project) -> None:
    assert _log_in(Visitor(port), project.password, "https://elsewhere.example.com")[0] == 403


def test_plain_http_is_sent_to_https(port: int) -> None:
    status, location, _ = Visitor(port).ask("GET", "/admin/login/", **{"X-Forwarded-Proto": "http"})
    assert (status, location) == (301, f"https://{HOST}/admin/login/")
