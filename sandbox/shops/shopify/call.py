"""One request as the shop sees it. What it asks is answered in graph.py, tokens.py and shop.py, what goes wrong with it in mishaps.py."""

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.shops.messages import ShopRequest
from sandbox.shops.shopify.faults import Fault

if TYPE_CHECKING:
    from sandbox.shops.shopify.world import App

_GRAPHQL = re.compile(r"/admin/api/([^/]+)/graphql\.json")
_PICTURE = re.compile(r"/pictures/([a-z0-9-]{1,60})\.png")
_ROOT_FIELD = re.compile(r"\b([A-Za-z]+)\s*[({]")


class Call:
    """`endpoint`: graphql, token, file, picture, home or other. `names` are what faults may aim at: it and the words of the query."""

    def __init__(self, request: ShopRequest, home: str, files: str) -> None:
        self.request = request
        path = request.path
        self.below = path.removeprefix(urlsplit(home).path)
        graphql = _GRAPHQL.fullmatch(self.below)
        self.version = graphql[1] if graphql else ""
        picture = _PICTURE.fullmatch(self.below)
        self.picture = picture[1] if picture else ""
        self.file = path.removeprefix(urlsplit(files).path).lstrip("/") if _is_file(request.url, files) else ""
        self.endpoint = self._place()
        self.query = self.variables = None
        self.operation = ""
        self.app: App | None = None
        self.token_tail = ""
        self.troubled = ""
        self.names = {self.endpoint}
        self.faults: list[Fault] = []
        if self.endpoint == "graphql":
            self._read_query()

    def hit_by(self, kind: str) -> Fault | None:
        """The fault of this kind that the call suffers from, if any."""
        return next((fault for fault in self.faults if fault.kind == kind), None)

    def form(self) -> dict[str, Any]:
        """The body as fields: JSON or a form."""
        text = self.request.body.decode(errors="replace")
        if "json" in self.request.header("Content-Type").lower():
            try:
                found = json.loads(text)
            except ValueError:
                return {}
            return found if isinstance(found, dict) else {}
        return dict(parse_qsl(text, keep_blank_values=True))

    def _read_query(self) -> None:
        body = self.form()
        self.query, self.variables = body.get("query"), body.get("variables")
        text = self.query if isinstance(self.query, str) else ""
        self.names |= set(_ROOT_FIELD.findall(text))
        self.operation = next(iter(re.findall(r"\b(?:query|mutation)\s+(\w+)", text)), "") or next(iter(_ROOT_FIELD.findall(text)), "")

    def _place(self) -> str:
        if self.version:
            return "graphql"
        if self.below == "/admin/oauth/access_token":
            return "token"
        if self.file:
            return "file"
        return "picture" if self.picture else "home" if self.below in ("", "/") else "other"


def _is_file(url: str, files: str) -> bool:
    """A bulk file may lie on another host, as at the real Shopify."""
    here, there = urlsplit(url), urlsplit(files)
    return (here.netloc, here.path.startswith(f"{there.path}/")) == (there.netloc, True)
