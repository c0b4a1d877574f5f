"""The usage headers and, where switched on, the limits behind them. https://developers.facebook.com/docs/graph-api/overview/rate-limiting

Limits are per catalog: 8 batch calls a minute and 20,000 management calls an hour for a shop without traffic.
"""

import json
from collections import deque

from sandbox.graph.call import CURRENT_VERSION, Call
from sandbox.graph.errors import GraphError, new_trace_id
from sandbox.graph.world import World

_LIMITS = {"batch": (8, 60), "management": (20_000, 3600)}


def family(call: Call) -> str:
    """Which of the two limits a call counts against; status polls are management."""
    return "batch" if call.edge == "items_batch" else "management"


def throttled(call: Call, minutes: int | None) -> GraphError:
    """80014 for batch calls, 80009 for the rest, with the regain time in minutes where one is given."""
    code, what = (80014, "batch uploads") if family(call) == "batch" else (80009, "calls to this catalog account")
    headers = _usage(call, 100, minutes) if minutes is not None else {}
    message = f"There have been too many {what}. Wait a bit and try again. For more info, please refer to the rate limiting page."
    return GraphError(code, f"(#{code}) {message}", subcode=2446079 if code == 80009 else None, headers=headers)


def count(world: World, call: Call) -> dict[str, str]:
    """Count the call and give its usage headers; raises GraphError where limits are enforced and used up."""
    limit, seconds = _LIMITS[family(call)]
    now = world.now()
    window: deque[float] = world.windows.setdefault(f"{call.catalog_id}:{family(call)}", deque())
    while window and window[0] <= now - seconds:
        window.popleft()
    if world.enforce_limits and len(window) >= limit:
        raise throttled(call, max(1, round((window[0] + seconds - now) / 60)))
    window.append(now)
    return _usage(call, min(100, len(window) * 100 // limit), 0)


def common_headers(call: Call) -> dict[str, str]:
    """Headers of every answer."""
    return {
        "Content-Type": "application/json; charset=UTF-8",
        "facebook-api-version": f"v{min(max(call.version, 1), CURRENT_VERSION)}.0",
        "x-fb-trace-id": new_trace_id(),
        "Cache-Control": "private, no-cache, no-store, must-revalidate",
    }


def _usage(call: Call, percent: int, minutes: int | None) -> dict[str, str]:
    kind = "catalog_batch" if family(call) == "batch" else "catalog_management"
    entry = {"type": kind, "call_count": percent, "total_cputime": percent // 4, "total_time": percent // 4}
    entry["estimated_time_to_regain_access"] = minutes or 0
    app = {"call_count": percent // 10, "total_time": percent // 10, "total_cputime": percent // 10}
    owner = call.catalog_id or call.business_id or "0"
    return {"X-Business-Use-Case-Usage": json.dumps({owner: [entry]}), "X-App-Usage": json.dumps(app)}
