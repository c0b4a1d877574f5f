"""A person in the admin and a program at the API, both over real HTTP."""

import time
from html.parser import HTMLParser
from typing import Any

import requests

SECONDS = 30  # of patience with a web server on a busy machine; how fast it must be is measured apart


class FormReader(HTMLParser):
    """The fields of an admin form (its id ends with `_form`), as a browser would send them back untouched."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, Any] = {}
        self._select = self._area = ""
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self._inside = (values.get("id") or "").endswith("_form")
        name = values.get("name") or "" if self._inside else ""
        if tag == "input" and name and values.get("type") not in ("submit", "button", "file", "image"):
            ticks = values.get("type") in ("checkbox", "radio")
            if not ticks or "checked" in values:
                self.fields[name] = values.get("value") or ("on" if ticks else "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in values:
            self.fields[self._select] = values.get("value") or ""
        elif tag == "textarea" and name:
            self._area = name
            self.fields[name] = ""

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data


class Visitor:
    """Requests to one web server; `took` has the seconds of each."""

    def __init__(self, url: str, headers: dict[str, str] | None = None, session_key: str = "") -> None:
        self.url = url
        self.took: list[float] = []
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update(headers or {})
        if session_key:
            self._session.cookies.set("sessionid", session_key, domain="127.0.0.1")

    def get(self, path: str) -> requests.Response:
        return self._ask("GET", path)

    def post(self, path: str, **options: Any) -> requests.Response:
        return self._ask("POST", path, **options)

    def patch(self, path: str, body: dict[str, Any]) -> requests.Response:
        return self._ask("PATCH", path, json=body)

    def delete(self, path: str) -> requests.Response:
        return self._ask("DELETE", path)

    def load_form(self, path: str) -> dict[str, Any]:
        """The fields of an admin page, ready to be changed and posted."""
        page = self.get(path)
        assert page.status_code == 200, page.text[:2000]
        fields = FormReader(page.text).fields
        fields["csrfmiddlewaretoken"] = self._session.cookies.get("csrftoken", domain="127.0.0.1") or fields.get("csrfmiddlewaretoken", "")
        return fields | {"_save": "Save"}

    def submit(self, path: str, fields: dict[str, Any]) -> requests.Response:
        """Posts a form; a redirect (saved) is not followed."""
        return self.post(path, data=fields)

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        begun = time.perf_counter()
        answer = self._session.request(method, f"{self.url}{path}", timeout=SECONDS, allow_redirects=False, **options)
        self.took.append(time.perf_counter() - begun)
        return answer
