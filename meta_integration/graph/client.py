"""The Graph API over HTTP: address, credentials, deadline, errors. Knows no products."""

import hashlib
import hmac
import logging
import time
from collections.abc import Mapping
from typing import Any

import orjson

from common import http, metering
from common.errors import AmbiguousError, RemoteError, TransientError
from common.parsed_json import parse_json
from meta_integration.graph.errors import error_from, outcome_of

logger = logging.getLogger("graph")


def appsecret_proof(app_secret: str, access_token: str) -> str:
    """Hex HMAC-SHA256 of the token under the app secret ("Securing Graph API Requests")."""
    return hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()


def edge_of(method: str, path: str) -> str:
    """The label of a call for /metrics, without ids: "POST items_batch", "POST products", "DELETE {id}"."""
    last = path.rpartition("/")[2]
    return f"{method} {'{id}' if not last.replace('_', '').isalpha() else last[:40]}"


class GraphClient:
    """Calls for one token. The token travels in a header only, so that no log or proxy shows it."""

    def __init__(self, access_token: str, *, app_secret: str = "", version: str, base_url: str) -> None:
        self._token = access_token
        self._proof = appsecret_proof(app_secret, access_token) if app_secret else ""
        self._root = f"{base_url}/{version}"
        self.last_usage: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"<GraphClient {self._root}>"

    def get(self, path: str, params: dict[str, str] | None = None, *, about_item: bool = False) -> dict[str, Any]:
        """GET; the parsed answer. Raises one of the four errors."""
        return self._call("GET", path, params or {}, None, about_item)

    def post(
        self, path: str, payload: dict[str, Any], *, about_item: bool = False, deadline: float = http.DEADLINE_SECONDS
    ) -> dict[str, Any]:
        """POST as JSON; the parsed answer. deadline: seconds. Raises one of the four errors."""
        return self._call("POST", path, {}, payload, about_item, deadline)

    def delete(self, path: str, *, about_item: bool = False) -> dict[str, Any]:
        """DELETE; the parsed answer. Raises one of the four errors."""
        return self._call("DELETE", path, {}, None, about_item)

    def _call(self, method: str, path: str, params: dict[str, str], payload: dict[str, Any] | None, about_item: bool,
              deadline: float = http.DEADLINE_SECONDS) -> dict[str, Any]:
        started, outcome = time.monotonic(), "ok"
        try:
            return self._exchange(method, path, params, payload, about_item, deadline)
        except RemoteError as error:
            outcome = outcome_of(error)
            raise
        finally:
            metering.observe("meta_calls", edge_of(method, path), outcome, seconds=time.monotonic() - started)

    def _exchange(self, method: str, path: str, params: dict[str, str], payload: dict[str, Any] | None, about_item: bool,
                  deadline: float) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if self._proof:
            params = {**params, "appsecret_proof": self._proof}
        body = None
        if payload is not None:
            headers["Content-Type"] = "application/json"
            body = orjson.dumps(payload)
        try:
            answer = http.call(method, f"{self._root}/{path}", params=params, headers=headers, body=body, deadline=deadline)
        except http.NeverSent as error:
            raise TransientError("Meta could not be reached.", kind=str(error)) from None
        except http.AnswerLost as error:
            raise AmbiguousError("Meta's answer did not arrive.", kind=str(error)) from None
        self.last_usage = answer.headers
        return self._parse(method, path, answer, about_item)

    def _parse(self, method: str, path: str, answer: http.Answer, about_item: bool) -> dict[str, Any]:
        try:
            parsed = parse_json(answer.body)
        except ValueError:
            parsed = None
        logger.debug("%s %s -> %s (version %s)", method, path, answer.status, answer.headers.get("facebook-api-version", "?"))
        if answer.status == 200 and isinstance(parsed, dict) and "error" not in parsed:
            return parsed
        raise error_from(answer.status, answer.headers, parsed, about_item=about_item)
