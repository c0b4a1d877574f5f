"""What an active fault does to a call: answer in its place, change what is found, or spoil the answer. Which faults exist: faults.py."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.shops.messages import ShopAnswer
from sandbox.shops.shopify.call import Call
from sandbox.shops.shopify.errors import internal
from sandbox.shops.shopify.faults import Fault
from sandbox.shops.shopify.tokens import html_answer, json_answer, no_file

if TYPE_CHECKING:
    from sandbox.shops.shopify.shop import ShopifyShop

Instead = Callable[[Fault], ShopAnswer]


def answer_instead(shop: "ShopifyShop", call: Call) -> ShopAnswer | None:
    """Note the faults that hit the call, in the order in which they were switched on; the first that decides the answer ends it."""
    for fault in shop.faults.take(call):
        call.faults.append(fault)
        act = _INSTEAD.get(fault.kind)
        if act:
            answer = act(fault)
            answer.status = fault.status or answer.status
            return answer
    return None


def bend(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """The body as the faults let it be seen."""
    data = body.get("data")
    if not isinstance(data, dict):
        return body
    for key, value in data.items():
        if isinstance(value, dict) and ("nodes" in value or "edges" in value):
            _bend_list(call, key, value, body)
        elif isinstance(value, dict) and "count" in value and (fault := call.hit_by("wrong_count")):
            value["count"] += fault.rows or 7
        elif isinstance(value, list) and call.hit_by("null_nodes"):
            data[key] = [None] * len(value)
    return body


def _bend_list(call: Call, key: str, value: dict[str, Any], body: dict[str, Any]) -> None:
    name = "nodes" if "nodes" in value else "edges"
    if call.hit_by("empty_list"):
        value[name] = []
        if "pageInfo" in value:
            value["pageInfo"] = {field: None if field.endswith("Cursor") else False for field in value["pageInfo"]}
    if call.hit_by("partial_errors") and value[name]:
        value[name] = value[name][:-1]
        body["errors"] = [*body.get("errors", []), {**internal(), "path": [key, name, len(value[name])]}]


def spoil(call: Call, answer: ShopAnswer) -> ShopAnswer:
    """The answer as it leaves."""
    for fault in call.faults:
        if fault.kind == "slow":
            answer.delay += fault.seconds if fault.seconds is not None else 20.0
        elif fault.kind == "reset_after":
            answer.fault = "reset"
        elif fault.kind == "cut":
            answer.fault = "cut"
        elif fault.kind == "truncated":
            answer.body = answer.body[: max(1, len(answer.body) // 2)]
        elif fault.kind == "old_version" and "X-Shopify-API-Version" in answer.headers:
            answer.headers["X-Shopify-API-Version"] = "2027-01"
    return answer


def _too_many(fault: Fault) -> ShopAnswer:
    words = "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service."
    answer = json_answer(429, {"errors": words})
    answer.headers["Retry-After"] = f"{fault.seconds or 2:.1f}"
    return answer


_INSTEAD: dict[str, Instead] = {
    "hang": lambda fault: ShopAnswer(0, {}, fault="hang", delay=fault.seconds or 60.0),
    "reset_before": lambda fault: ShopAnswer(0, {}, fault="reset"),
    "too_many_requests": _too_many,
    "bad_gateway": lambda fault: html_answer(502, "Something went wrong", "There is an issue and the page could not be loaded."),
    "frozen": lambda fault: json_answer(402, {"errors": "Unavailable Shop"}),
    "locked": lambda fault: json_answer(423, {"errors": "This shop is currently unavailable"}),
    "file_gone": lambda fault: no_file(403, "AccessDenied"),
}
