"""The stand-in's control addresses, and calls to it past the project (for peers)."""

import http.client
import json
from typing import Any

# The demo's solar business, which the stand-in knows from the start.
TOKEN, APP_SECRET, BUSINESS, CATALOG = "EAASANDBOXSOLAR0001", "sandboxsecretsolar00000000000001", "100000000000001", "200000000000001"


class MetaSide:
    """The stand-in on a port of this machine, over one kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def slow_down(self, seconds: float) -> None:
        """Every answer takes this much longer."""
        self._ask("POST", "/_sandbox/faults", {"kind": "slow", "seconds": seconds})

    def add_account(self, **account: Any) -> None:
        """A further business with its token and catalogs."""
        self._ask("POST", "/_sandbox/accounts", account)

    def skus(self, catalog: str = CATALOG) -> dict[str, Any]:
        """{retailer_id: item} as Meta has them."""
        return self._ask("GET", f"/_sandbox/state?catalog={catalog}")["items"]

    def calls_so_far(self) -> int:
        """How many calls have been made to Graph."""
        return int(self._ask("GET", "/_sandbox/state")["last_call"])

    def calls(self, since: int = 0) -> list[dict[str, Any]]:
        """The calls recorded after the one with this number."""
        return self._ask("GET", f"/_sandbox/calls?since={since}")["calls"]

    def graph(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One call to Graph as a plain client makes it."""
        return self._ask(method, f"/v26.0/{path}", body, {"Authorization": f"Bearer {TOKEN}"})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path} was answered with {answer.status}: {text[:500]!r}")
        return json.loads(text)
