"""ShopifyShop: one request in, one answer out. The order of things lives here; what each address says lives in its own file."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.shops.messages import ShopAnswer, ShopRequest
from sandbox.shops.pictures import draw_picture
from sandbox.shops.shopify import bulk_file, graph, mishaps, tokens
from sandbox.shops.shopify.admin_schema import VERSION
from sandbox.shops.shopify.answers_kept import KeptAnswers
from sandbox.shops.shopify.bulk_state import BulkOperation
from sandbox.shops.shopify.by_hand import ByHand
from sandbox.shops.shopify.call import Call
from sandbox.shops.shopify.events import Events
from sandbox.shops.shopify.faults import Fault
from sandbox.shops.shopify.file_parts import answer_file
from sandbox.shops.shopify.keeping import ShopifyKeeper
from sandbox.shops.shopify.sight import Sight
from sandbox.state_file import StateFile

SUPPORTED = ("2026-01", "2026-04", "2026-07", "2026-10", "2027-01", "unstable")
FILES = "https://storage.googleapis.com/shopify-tiers-assets-prod-us-east1"


class ShopifyShop(ByHand):
    """A Shopify shop as the facts describe it. Thread-safe; the clock may be virtual. Knobs: see World; hand work: see ByHand."""

    def __init__(
        self,
        name: str = "demo",
        home: str = "",
        *,
        domain: str = "",
        files: str = FILES,
        currency: str = "USD",
        timezone: str = "UTC",
        clock: Callable[[], datetime] | None = None,
        file: StateFile | None = None,
    ) -> None:
        """`file`: keeps the shop over restarts; what it holds under this name wins over the other arguments."""
        domain = domain or f"{name}.myshopify.com"
        super().__init__(name, domain, home or f"https://{domain}", files, clock)
        self.currency, self.timezone = currency, timezone
        self.events = Events(self)
        self.answers = KeptAnswers()
        self._removed = False
        self.faults.on_add = self._fault_added
        self.faults.on_clear = self._fault_cleared
        if file:
            self.keep(ShopifyKeeper(self, file))

    def read(self, request: ShopRequest) -> Call:
        """See AnyShop."""
        return Call(request, self.home, self.files)

    def serve(self, call: Call) -> ShopAnswer:
        """See AnyShop."""
        return mishaps.answer_instead(self, call) or mishaps.spoil(call, self._answer(call))

    def record(self, call: Call, answer: ShopAnswer) -> None:
        """See AnyShop."""
        kinds = ", ".join(dict.fromkeys(fault.kind for fault in call.faults))
        wrong = call.troubled or (str(answer.status) if answer.status >= 400 else "")
        outcome = f"fault {kinds}" if kinds else f"error {wrong}" if wrong else "ok"
        signed = "token" if call.token_tail else ""
        path = call.operation or call.below or "/"
        self.log.record(self.clock(), call.request.method, call.endpoint, path, "", signed, call.token_tail, outcome, answer.status)

    def bulk_operation(self, number: int) -> BulkOperation | None:
        """A bulk operation as it is by now."""
        operation = self.bulk.operations.get(number)
        if operation is None or not operation.running or operation.due is None or self.faults.active("bulk_stuck"):
            return operation
        now = self.clock().timestamp()
        operation.status = "CREATED" if now < operation.created + self.bulk_seconds / 2 else "RUNNING"
        if now >= operation.due:
            app = self.apps[operation.client_id]
            bulk_file.finish(Sight(self, app, app.scopes), operation)
            self.events.bulk_finished(operation)
        return operation

    def file_url(self, operation: BulkOperation) -> str:
        """Where a bulk file lies; who knows the address may read it."""
        return f"{self.files}/bulk-{operation.id}.jsonl?Expires={int(operation.created) + 604_800}&Signature={operation.id * 7919:x}"

    def lag(self) -> float:
        """Seconds until the search finds a change."""
        fault = next(iter(self.faults.active("index_lag")), None)
        return (fault.seconds or 30.0) if fault else self.index_lag

    def _fault_added(self, fault: Fault) -> None:
        if fault.kind == "app_uninstalled":
            self._removed = True
            for client_id in self.apps:
                self.uninstall(client_id)

    def _fault_cleared(self) -> None:
        if self._removed and not self.faults.active("app_uninstalled"):
            self._removed = False
            for client_id in self.apps:
                self.uninstall(client_id, installed=True)

    def _answer(self, call: Call) -> ShopAnswer:
        if call.endpoint == "token":
            return tokens.grant(self, call)
        if call.endpoint == "graphql":
            return self._graphql(call)
        if call.endpoint == "file":
            return self._file(call)
        if call.endpoint == "picture":
            return ShopAnswer(200, {"Content-Type": "image/png", "Cache-Control": "max-age=86400"}, draw_picture(call.picture))
        return tokens.html_answer(200, self.title) if call.endpoint == "home" else tokens.html_answer(404, "Not Found")

    def _graphql(self, call: Call) -> ShopAnswer:
        if not call.version[:4].isdigit() and call.version != "unstable":
            return tokens.json_answer(404, {"errors": "Not Found"})
        refusal = tokens.recognise(self, call)
        if refusal:
            return refusal
        body: dict[str, Any] = mishaps.bend(call, graph.answer(self, call))
        call.troubled = _first_code(body)
        # Too old a version is not refused but answered as the oldest that still is.
        served = call.version if call.version in SUPPORTED else min(SUPPORTED) if call.version < VERSION else VERSION
        return tokens.json_answer(200, body, **{"X-Shopify-API-Version": served, "X-Request-Id": f"sandbox-{self.log.last + 1}"})

    def _file(self, call: Call) -> ShopAnswer:
        operation = next((made for made in self.bulk.operations.values() if made.size and call.request.url == self.file_url(made)), None)
        if operation is None:
            return tokens.no_file(404, "NoSuchKey")
        return answer_file(operation, call.request)


def _first_code(body: dict[str, Any]) -> str:
    found = body.get("errors") or ()
    return str(found[0].get("extensions", {}).get("code", "?")) if found else ""


