"""WooShop: one request in, one answer out. The order of things lives here; what each address says lives in its own file."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from sandbox.shops.messages import ShopAnswer, ShopRequest
from sandbox.shops.woocommerce import answering, routes
from sandbox.shops.woocommerce.auth import Key, sign_in
from sandbox.shops.woocommerce.by_hand import ByHand
from sandbox.shops.woocommerce.errors import WooError
from sandbox.shops.woocommerce.query import Params, flat, read_query, text
from sandbox.shops.woocommerce.view import View
from sandbox.shops.woocommerce.world import NEWEST

_API, _INDEX_PHP = "/wp-json", "/index.php"
_SECRET = ("consumer_", "oauth_")


class Call:
    """One request as the shop sees it: `below` is the path under the shop's home page, `route` the path under /wp-json or None."""

    def __init__(self, shop: "WooShop", request: ShopRequest) -> None:
        self.request = request
        self.params: Params = read_query(request.query)
        self.below = request.path.removeprefix(urlsplit(shop.home).path)
        self.by_query = bool(self.below in ("", "/") and self.params.get("rest_route"))
        self.route = text(self.params["rest_route"]) if self.by_query else _route(self.below)
        self.endpoint = routes.endpoint_of(self.route) if self.route is not None else "home" if self.below in ("", "/") else "other"
        self.key: Key | None = None

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

    @property
    def page(self) -> int:
        """The page asked for; 1 where it is not said."""
        page = text(self.params.get("page", "1"))
        return int(page) if page.isdigit() else 1


def _route(below: str) -> str | None:
    plain = below.removeprefix(_INDEX_PHP) if below.startswith(f"{_INDEX_PHP}{_API}") else below
    if plain == _API or plain.startswith(f"{_API}/"):
        return plain.removeprefix(_API) or "/"
    return None


class WooShop(ByHand):
    """A WooCommerce shop as the facts describe it. Thread-safe; the clock may be virtual. Knobs: see World; hand work: see ByHand."""

    def __init__(
        self,
        name: str = "demo",
        home: str = "https://shop.example",
        *,
        version: str = NEWEST,
        currency: str = "USD",
        timezone: str = "UTC",
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(name, home, version, currency, timezone, clock)
        self.category("Uncategorized")

    def handle(self, request: ShopRequest) -> ShopAnswer:
        """Answer one request."""
        with self.lock:
            call = Call(self, request)
            answer = self._answer(call)
            self._record(call, answer, "ok" if answer.status < 400 else f"error {answer.status}")
        return answer

    def _record(self, call: Call, answer: ShopAnswer, outcome: str) -> None:
        tail = call.key.consumer_key[-4:] if call.key else ""
        method, path = call.request.method, call.below or "/"
        self.log.record(self.clock(), method, call.endpoint, path, call.shown_query, call.signed, tail, outcome, answer.status)

    def _answer(self, call: Call) -> ShopAnswer:
        if call.route is None:
            return self._page(call)
        try:
            # WooCommerce looks for wp-json/wc/ in the address: nobody signs in elsewhere, nor through ?rest_route=.
            if call.route.startswith("/wc/") and not call.by_query:
                call.key = sign_in(self, call.request, call.params)
            return self._api(call)
        except WooError as error:
            error.logged_in = error.logged_in and call.key is not None
            return answering.answer_error(error, self.address)

    def _api(self, call: Call) -> ShopAnswer:
        view = View(self)
        found = routes.find(view, call.route or "", call.request.method, call.params, call.key)
        address = f"{self.address}{_API}{(call.route or '').rstrip('/')}"
        return answering.answer_found(found, self.address, address, call.params, public=call.key is None)

    def _page(self, call: Call) -> ShopAnswer:
        if call.below in ("", "/") and call.request.method in ("GET", "HEAD"):
            return answering.answer_html(_HOME.format(self.title), Link=answering.api_link(self.address))
        return answering.answer_html(_HOME.format("Page not found"), status=404)


_HOME = '<!doctype html>\n<html lang="en"><head><meta charset="UTF-8"><title>{0}</title></head><body><h1>{0}</h1></body></html>\n'
