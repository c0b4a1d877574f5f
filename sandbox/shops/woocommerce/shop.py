"""WooShop: one request in, one answer out. The order of things lives here; what each address says lives in its own file."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.shops.messages import ShopAnswer, ShopRequest
from sandbox.shops.pictures import draw_picture
from sandbox.shops.woocommerce import answering, mishaps, orders, pages, routes
from sandbox.shops.woocommerce.auth import sign_in
from sandbox.shops.woocommerce.by_hand import ByHand
from sandbox.shops.woocommerce.call import API, PICTURES, Call
from sandbox.shops.woocommerce.errors import WooError
from sandbox.shops.woocommerce.faults import Fault
from sandbox.shops.woocommerce.hooks import Hooks
from sandbox.shops.woocommerce.keeping import WooKeeper
from sandbox.shops.woocommerce.view import View
from sandbox.shops.woocommerce.world import NEWEST
from sandbox.state_file import StateFile


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
        file: StateFile | None = None,
    ) -> None:
        """`file`: keeps the shop over restarts; what it holds under this name wins over the other arguments."""
        super().__init__(name, home, version, currency, timezone, clock)
        self.faults.on_add = self._freeze
        self.hooks = Hooks(self)
        self.tell = self.hooks.tell
        if file:
            self.keep(WooKeeper(self, file))
        self.category("Uncategorized")

    def read(self, request: ShopRequest) -> Call:
        """See AnyShop."""
        return Call(request, self.home)

    def serve(self, call: Call) -> ShopAnswer:
        """See AnyShop."""
        return mishaps.answer_instead(self, call) or mishaps.spoil(call, self._answer(call))

    def record(self, call: Call, answer: ShopAnswer) -> None:
        """See AnyShop."""
        tail = call.key.consumer_key[-4:] if call.key else ""
        kinds = ", ".join(dict.fromkeys(fault.kind for fault in call.faults))
        outcome = f"fault {kinds}" if kinds else "ok" if answer.status < 400 else f"error {answer.status}"
        method, path = call.request.method, call.below or "/"
        self.log.record(self.clock(), method, call.endpoint, path, call.shown_query, call.signed, tail, outcome, answer.status)

    def shown(self, item_id: int) -> dict[str, Any]:
        """A product, variation or order as the API shows it. Raises WooError where it is gone."""
        view = View(self, self.shelf)
        if item_id in self.orders:
            return orders.show(view, self.orders[item_id])
        body: dict[str, Any] = routes.product_of(view, item_id)
        return body

    def _answer(self, call: Call) -> ShopAnswer:
        if call.route is None:
            return self._page(call)
        try:
            # WooCommerce looks for wp-json/wc/ in the address: nobody signs in elsewhere, nor through ?rest_route=.
            if call.route.startswith("/wc/") and not call.by_query:
                self._sign_in(call)
            return self._api(call)
        except WooError as error:
            error.logged_in = error.logged_in and call.key is not None
            return answering.answer_error(error, self.address)

    def _sign_in(self, call: Call) -> None:
        revoked = call.hit_by("key_revoked") is not None
        call.key = sign_in(self, call.request, call.params, {} if revoked else self.keys)

    def _api(self, call: Call) -> ShopAnswer:
        def find(page: str = "") -> answering.Found:
            asked = {**call.asked, "page": page} if page else call.asked
            return routes.find(view, call.route or "", call.request.method, asked, call.key, rights, call.body())

        view, rights = self._view(call), call.hit_by("no_rights") is None
        found = find()
        found = mishaps.bend(call, found, lambda: find(str(found.question.page - 1 if found.question else 1)))
        if answer := mishaps.broken_off(call, found):
            return answer
        if call.endpoint == "index" and call.hit_by("no_woocommerce"):
            found.body["namespaces"] = [name for name in found.body["namespaces"] if not name.startswith("wc")]
        address = f"{self.address}{API}{(call.route or '').rstrip('/')}"
        return answering.answer_found(found, self.address, address, call.params, public=call.key is None)

    def _view(self, call: Call) -> View:
        fault = call.hit_by("stale_list")
        frozen = self.frozen.get(fault.id) if fault and call.endpoint != "product" else None
        return View(self, frozen or self.shelf)

    def _freeze(self, fault: Fault) -> None:
        if fault.kind == "stale_list":
            self.frozen[fault.id] = self.shelf.copy()

    def _page(self, call: Call) -> ShopAnswer:
        if call.at_home and call.request.method in ("GET", "HEAD"):
            return answering.answer_html(pages.home_page(self.title), Link=answering.api_link(self.address))
        if call.endpoint == "picture":
            picture = draw_picture(call.below.removeprefix(PICTURES).removesuffix(".png"))
            return ShopAnswer(200, {"Content-Type": "image/png", "Cache-Control": "max-age=86400"}, picture)
        return answering.answer_html(pages.home_page("Page not found"), status=404)
