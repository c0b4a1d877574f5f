"""Reading a request: version, path, parameters from query, form, multipart or JSON. What the call means is decided in routes.py."""

import json
import re
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, unquote

from sandbox.graph.errors import GraphError, invalid
from sandbox.graph.messages import GraphRequest

CURRENT_VERSION = 26
OLDEST_ALIVE = 21
# Parameters of the protocol itself. `pretty`, `debug` and `date_format` are gone since 2026-10-27 and are swallowed like unknown ones.
PROTOCOL = frozenset({"access_token", "appsecret_proof", "method", "locale", "fields", "format", "suppress_http_code"})


@dataclass(slots=True)
class Call:
    """One request as the edges see it. `edge`, `catalog_id` and `retailer_ids` are filled in by routes.find_target."""

    method: str
    version: int
    segments: list[str]
    params: dict[str, Any]
    token: str = field(repr=False, default="")
    size: int = 0
    edge: str = "unknown"
    catalog_id: str | None = None
    business_id: str | None = None
    retailer_ids: tuple[str, ...] = ()
    rows: list[Any] | None = None
    handle: str | None = None
    problem: GraphError | None = None

    @property
    def writes(self) -> bool:
        """Whether the call would change something."""
        return self.method != "GET"

    @property
    def node_id(self) -> str:
        """The first path segment after the version."""
        return self.segments[0] if self.segments else ""


def read_call(request: GraphRequest) -> Call:
    """A request as a Call. What cannot be read is kept in `problem`, so that faults and the audit log still see the call."""
    path = request.path.split("?")[0]
    segments = [unquote(part) for part in path.split("/") if part]
    version = OLDEST_ALIVE
    if segments and (match := re.fullmatch(r"v(\d+)\.\d+", segments[0])):
        version = int(match[1])
        segments = segments[1:]
    call = Call(method=request.method.upper(), version=version, segments=segments, params=dict(request.params), size=len(request.body))
    try:
        call.params.update(_body_params(request))
    except ValueError:
        call.problem = invalid("Invalid parameter: the body cannot be read")
    override = str(call.params.get("method", "")).upper()
    if call.method == "POST" and override in ("GET", "POST", "DELETE"):
        call.method = override
    bearer = request.header("Authorization")
    call.token = bearer[7:].strip() if bearer.lower().startswith("bearer ") else str(call.params.get("access_token") or "")
    return call


def _body_params(request: GraphRequest) -> dict[str, Any]:
    if not request.body:
        return {}
    kind = request.header("Content-Type")
    if "json" in kind:
        body = json.loads(request.body)
        if not isinstance(body, dict):
            raise ValueError("the body must be an object")
        return body
    if "multipart/form-data" in kind:
        return _multipart(kind, request.body)
    # Repeated keys: the last one wins, as PHP reads them.
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def _multipart(kind: str, body: bytes) -> dict[str, Any]:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    fields: dict[str, Any] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if name:
            content = part.get_payload(decode=True)
            fields[str(name)] = content.decode() if isinstance(content, bytes) else ""
    return fields
