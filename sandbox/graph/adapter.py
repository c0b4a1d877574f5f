"""The stand-in behind a requests.Session: requests in, responses and network errors out, no socket involved.

Mount it with `session.mount("https://graph.facebook.com", StandInAdapter(standin))`.
"""

import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import ProtocolError
from urllib3.response import HTTPResponse

from sandbox.graph.messages import GraphAnswer, GraphRequest
from sandbox.graph.standin import GraphStandIn


class StandInAdapter(BaseAdapter):
    """Faults become what the real network would have raised: ConnectionError, ReadTimeout, ChunkedEncodingError while reading."""

    def __init__(self, standin: GraphStandIn) -> None:
        super().__init__()
        self.standin = standin

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Hand the request to the stand-in. A delay above the read timeout is a ReadTimeout, applied or not."""
        answer = self.standin.handle(_to_graph(request))
        self._wait(answer, request, _read_timeout(timeout))
        if answer.fault in ("reset_before", "reset_after"):
            broken = ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))
            raise requests.ConnectionError(broken, request=request)
        response = HTTPAdapter().build_response(request, _raw(answer))
        if not stream:
            _ = response.content  # reads the body, as a session without stream does; a cut body raises here
        return response

    def close(self) -> None:
        """Nothing is held open."""

    def _wait(self, answer: GraphAnswer, request: requests.PreparedRequest, limit: float | None) -> None:
        silent = answer.fault in ("hang", "timeout_after")
        too_slow = limit is not None and answer.delay > limit
        if self.standin.sleep and answer.delay:
            self.standin.sleep(min(answer.delay, limit) if limit is not None else answer.delay)
        if silent or too_slow:
            raise requests.ReadTimeout(f"Read timed out. (read timeout={limit})", request=request)


def _read_timeout(timeout: Any) -> float | None:
    if isinstance(timeout, tuple):
        return timeout[1]
    return getattr(timeout, "read_timeout", timeout)


def _to_graph(request: requests.PreparedRequest) -> GraphRequest:
    parts = urlsplit(request.url or "")
    body = request.body or b""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = body.read() if hasattr(body, "read") else b"".join(body)
    params = dict(parse_qsl(parts.query, keep_blank_values=True))
    return GraphRequest(request.method or "GET", parts.path, params, dict(request.headers), body)


def _raw(answer: GraphAnswer) -> HTTPResponse:
    headers = {**answer.headers, "Content-Length": str(len(answer.body))}
    body = answer.body[: len(answer.body) // 2] if answer.fault == "cut" else answer.body
    return HTTPResponse(
        body=io.BytesIO(body), headers=headers, status=answer.status, reason=None, version=11, version_string="HTTP/1.1",
        preload_content=False, enforce_content_length=True, request_method="GET",
    )  # fmt: skip
