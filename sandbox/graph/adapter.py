"""The stand-in behind a requests.Session: `session.mount("https://graph.facebook.com", StandInAdapter(standin))`."""

from urllib.parse import parse_qsl, urlsplit

import requests

from sandbox.graph.messages import GraphAnswer, GraphRequest
from sandbox.graph.standin import GraphStandIn
from sandbox.wire import WireAdapter, body_of


class StandInAdapter(WireAdapter):
    """A read timeout may come before or after the call is applied; that is the fault's choice."""

    resets = frozenset({"reset_before", "reset_after"})
    silences = frozenset({"hang", "timeout_after"})

    def __init__(self, standin: GraphStandIn) -> None:
        super().__init__()
        self.standin = standin

    def ask(self, request: requests.PreparedRequest) -> GraphAnswer:
        """Hand the request to the stand-in."""
        parts = urlsplit(request.url or "")
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        return self.standin.handle(GraphRequest(request.method or "GET", parts.path, params, dict(request.headers), body_of(request)))

    def wait(self, seconds: float) -> None:
        """By the stand-in's own sleep, if it has one."""
        if self.standin.sleep:
            self.standin.sleep(seconds)
