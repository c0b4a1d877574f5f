"""POST / with `batch`: up to 50 calls in one request. Each is judged, recorded and counted as if it had come alone.

https://developers.facebook.com/docs/graph-api/batch-requests
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.graph import usage
from sandbox.graph.call import Call
from sandbox.graph.errors import GraphError, invalid
from sandbox.graph.messages import GraphAnswer, GraphRequest

MOST_CALLS = 50
_FORM = "application/x-www-form-urlencoded"


def is_bundle(call: Call) -> bool:
    """Whether the request carries calls instead of being one."""
    return call.method == "POST" and not call.segments and "batch" in call.params


def answer_bundle(handle: Callable[[GraphRequest], GraphAnswer], call: Call) -> GraphAnswer:
    """One entry per call, in order: {"code", "headers", "body": text}, or null for a call whose answer was lost."""
    headers = usage.common_headers(call)
    try:
        inner = _inner_requests(call)
    except GraphError as error:
        return GraphAnswer(error.status, headers, json.dumps(error.body()).encode())
    answers = [handle(request) for request in inner]
    body = json.dumps([_entry(answer) for answer in answers]).encode()
    return GraphAnswer(200, headers, body, delay=max(answer.delay for answer in answers))


def _inner_requests(call: Call) -> list[GraphRequest]:
    entries = call.params["batch"]
    if isinstance(entries, str):
        try:
            entries = json.loads(entries)
        except ValueError:
            entries = None
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise invalid("Param batch must be a non-empty JSON array of objects")
    if len(entries) > MOST_CALLS:
        raise GraphError(100, f"Too many requests in batch message. Maximum batch size is {MOST_CALLS}")
    return [_inner_request(call, entry) for entry in entries]


def _inner_request(call: Call, entry: dict[str, Any]) -> GraphRequest:
    address = urlsplit("/" + str(entry.get("relative_url") or "").lstrip("/"))
    query = dict(parse_qsl(address.query, keep_blank_values=True))
    headers = {"Authorization": f"Bearer {call.token}", "Content-Type": _FORM}
    proof = {name: call.params[name] for name in ("appsecret_proof",) if name in call.params}
    path = address.path if address.path.startswith("/v") else f"/v{call.version}.0{address.path}"
    return GraphRequest(str(entry.get("method") or "GET"), path, {**proof, **query}, headers, str(entry.get("body") or "").encode())


def _entry(answer: GraphAnswer) -> dict[str, Any] | None:
    if answer.fault:
        return None
    headers = [{"name": name, "value": value} for name, value in answer.headers.items()]
    return {"code": answer.status, "headers": headers, "body": answer.body.decode(errors="replace")}
