"""What an active fault does to a call: refuse it before it is applied, or spoil its answer afterwards. Which faults exist: faults.py."""

import json
from dataclasses import dataclass

from sandbox.graph import usage
from sandbox.graph.call import Call
from sandbox.graph.errors import GraphError, reduce_data
from sandbox.graph.faults import Fault
from sandbox.graph.messages import GraphAnswer
from sandbox.graph.world import World

_AFTER = ("lost_after", "timeout_after", "html_after", "cut", "broken_json")
_WRITES_ONLY = ("lands_late", "poison_400", "poison_500")
_PAGE = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1></body></html>"


@dataclass(slots=True)
class Plan:
    """What will happen to a call. `refusal` or `instead` end it before it is applied; `late` keeps it for later."""

    refusal: GraphError | None = None
    instead: GraphAnswer | None = None
    late: Fault | None = None
    after: Fault | None = None
    delay: float = 0.0
    name: str = ""

    @property
    def stops(self) -> bool:
        """Whether the call ends without being applied now."""
        return bool(self.refusal or self.instead or self.late)


def plan(world: World, call: Call) -> Plan:
    """Pick the faults that hit this call and count them as used."""
    made = Plan()
    if not world.faults.active():
        return made
    slow = world.faults.take("slow", call)
    made.delay = (slow.seconds if slow.seconds is not None else 5.0) if slow else 0.0
    for kind, act in _BEFORE.items():
        ids = call.retailer_ids
        if kind == "too_large" and (call.edge != "items_batch" or not _is_too_large(world, call)):
            continue
        if kind == "page_too_large" and not _is_large_page(world, call):
            continue
        if kind in _WRITES_ONLY and not call.writes:
            continue
        fault = world.faults.take(kind, call, ids)
        if fault:
            act(made, fault, call)
            made.name = kind
            return made
    for kind in _AFTER:
        made.after = world.faults.take(kind, call, call.retailer_ids)
        if made.after:
            made.name = kind
            return made
    return made


def _is_too_large(world: World, call: Call) -> bool:
    return any(len(call.rows or []) > fault.rows for fault in world.faults.active("too_large") if fault.fits(call))


def _is_large_page(world: World, call: Call) -> bool:
    if call.edge != "products.list" or "filter" in call.params:
        return False
    limit = int(call.params.get("limit") or 25)
    return any(limit > fault.rows for fault in world.faults.active("page_too_large") if fault.fits(call))


def _lost_before(made: Plan, fault: Fault, call: Call) -> None:
    made.instead = GraphAnswer(0, {}, b"", fault="reset_before")


def _hang(made: Plan, fault: Fault, call: Call) -> None:
    made.instead = GraphAnswer(0, {}, b"", fault="hang", delay=fault.seconds or 60.0)


def _late(made: Plan, fault: Fault, call: Call) -> None:
    made.late = fault
    made.instead = GraphAnswer(0, {}, b"", fault="hang", delay=60.0)


def _outage(made: Plan, fault: Fault, call: Call) -> None:
    message = "Service temporarily unavailable"
    made.refusal = GraphError(2, message, status=fault.status or 503, transient=True)


def _throttle(made: Plan, fault: Fault, call: Call) -> None:
    made.refusal = usage.throttled(call, fault.minutes)
    if fault.code:
        made.refusal.code = fault.code
    made.refusal.status = fault.status or 400


def _bad_token(made: Plan, fault: Fault, call: Call) -> None:
    subcode = fault.subcode or 463
    message = "Error validating access token: Session has expired. The current time is later than the expiry of the session."
    made.refusal = GraphError(190, message, status=fault.status or 401, subcode=subcode)


def _error(made: Plan, fault: Fault, call: Call) -> None:
    code = fault.code or 1_349_195
    made.refusal = GraphError(code, f"(#{code}) The sandbox was asked for this error", status=fault.status or 400, subcode=fault.subcode)


def _html(made: Plan, fault: Fault, call: Call) -> None:
    made.instead = GraphAnswer(fault.status or 502, {"Content-Type": "text/html; charset=utf-8"}, _PAGE)


def _poison_400(made: Plan, fault: Fault, call: Call) -> None:
    made.refusal = GraphError(fault.code or 100, f"(#{fault.code or 100}) Invalid parameter", status=fault.status or 400)


def _poison_500(made: Plan, fault: Fault, call: Call) -> None:
    made.refusal = GraphError(fault.code or 1, "An unknown error has occurred.", status=fault.status or 500)


def _too_large(made: Plan, fault: Fault, call: Call) -> None:
    made.refusal = reduce_data()
    if fault.status:
        made.refusal.status = fault.status


_BEFORE = {
    "lost_before": _lost_before, "hang": _hang, "lands_late": _late, "html": _html, "outage": _outage, "bad_token": _bad_token,
    "throttle": _throttle, "error": _error, "too_large": _too_large, "page_too_large": _too_large,
    "poison_400": _poison_400, "poison_500": _poison_500,
}  # fmt: skip


def disturb(answer: GraphAnswer, made: Plan) -> GraphAnswer:
    """The answer as it leaves, spoiled where the plan says so."""
    answer.delay = max(answer.delay, made.delay)
    kind = made.after.kind if made.after else ""
    if kind == "lost_after":
        answer.fault = "reset_after"
    elif kind == "timeout_after":
        answer.fault, answer.delay = "timeout_after", made.after.seconds or 60.0 if made.after else 60.0
    elif kind == "cut":
        answer.fault = "cut"
    elif kind == "broken_json":
        answer.body = answer.body[: max(1, len(answer.body) // 2)]
    elif kind == "html_after":
        answer.status, answer.headers, answer.body = 200, {"Content-Type": "text/html; charset=utf-8"}, _PAGE
    return answer


def envelope(error: GraphError, headers: dict[str, str]) -> GraphAnswer:
    """A refusal as an answer."""
    return GraphAnswer(error.status, {**headers, **error.headers}, json.dumps(error.body()).encode())
