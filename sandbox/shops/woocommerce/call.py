"""One request as the shop sees it. What it means is decided in routes.py, what goes wrong with it in mishaps.py."""

import json
import re
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.shops.messages import ShopRequest
from sandbox.shops.woocommerce import routes
from sandbox.shops.woocommerce.auth import Key
from sandbox.shops.woocommerce.errors import WooError
from sandbox.shops.woocommerce.faults import Fault
from sandbox.shops.woocommerce.query import Params, flat, read_query, text

API, PICTURES, _INDEX_PHP = "/wp-json", "/pictures/", "/index.php"
_SECRET = ("consumer_", "oauth_")


class Call:
    """`below` is the path under the shop's home page; `route` the path under /wp-json, or None where it is no call of the API.

    `asked` are the parameters as they are answered; a fault may have changed them, while `params` is what was signed.
    """

    def __init__(self, request: ShopRequest, home: str) -> None:
        self.request = request
        self.params: Params = read_query(request.query)
        self.asked: Params = dict(self.params)
        self.below = request.path.removeprefix(urlsplit(home).path)
        self.at_home = self.below in ("", "/")
        self.by_query = bool(self.at_home and self.params.get("rest_route"))
        self.route = text(self.params["rest_route"]) if self.by_query else _route(self.below)
        self.endpoint = routes.endpoint_of(self.route) if self.route is not None else self._place()
        self.names = {self.endpoint}
        self.key: Key | None = None
        self.faults: list[Fault] = []

    def _place(self) -> str:
        """The name of an address that is none of the API."""
        picture = re.fullmatch(rf"{PICTURES}[a-z0-9-]{{1,60}}\.png", self.below)
        return "home" if self.at_home else "picture" if picture else "other"

    def hit_by(self, kind: str) -> Fault | None:
        """The fault of this kind that the call suffers from, if any."""
        return next((fault for fault in self.faults if fault.kind == kind), None)

    @property
    def shown_query(self) -> str:
        """The query without keys and signatures."""
        return urlencode([(name, value) for name, value in flat(self.params) if not name.startswith(_SECRET)], safe=",")

    @property
    def signed(self) -> str:
        """How the caller signed: oauth, query, basic or nothing."""
        header = self.request.header("Authorization").lower()
        if "oauth_signature" in self.params or header.startswith("oauth "):
            return "oauth"
        return "query" if "consumer_key" in self.params else "basic" if header.startswith("basic ") else ""

    def body(self) -> dict[str, Any]:
        """What is to be written. Raises WooError where it is no JSON object."""
        try:
            found = json.loads(self.request.body or b"{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise WooError("rest_invalid_json", "Invalid JSON body passed.", 400)
        return found

    def number(self, name: str, default: int) -> int:
        """A numeric parameter, for example `page`; the default where it is not said or no number."""
        found = text(self.params.get(name, ""))
        return int(found) if found.isdigit() else default


def _route(below: str) -> str | None:
    plain = below.removeprefix(_INDEX_PHP) if below.startswith(f"{_INDEX_PHP}{API}") else below
    if plain == API or plain.startswith(f"{API}/"):
        return plain.removeprefix(API) or "/"
    return None
