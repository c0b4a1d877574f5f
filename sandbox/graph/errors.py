"""Graph's error envelope and the refusals this stand-in knows, by code. Deciding when to refuse lives with the edges.

Shape: https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

import secrets
from typing import Any

OAUTH = "OAuthException"
METHOD = "GraphMethodException"


class GraphError(Exception):
    """A refusal that becomes an error envelope. `transient` is left out of the body where it is None."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: int = 400,
        subcode: int | None = None,
        kind: str = OAUTH,
        transient: bool | None = None,
        title: str = "",
        user_message: str = "",
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.subcode, self.kind = code, message, status, subcode, kind
        self.transient, self.title, self.user_message, self.data = transient, title, user_message, data
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """The envelope as Graph sends it, with a fresh fbtrace_id."""
        optional = {
            "error_data": self.data,
            "error_subcode": self.subcode,
            "is_transient": self.transient,
            "error_user_title": self.title or None,
            "error_user_msg": self.user_message or None,
        }
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        error.update({key: value for key, value in optional.items() if value is not None})
        error["fbtrace_id"] = new_trace_id()
        return {"error": error}


def new_trace_id() -> str:
    """An id in the look of Graph's fbtrace_id."""
    return "A" + secrets.token_urlsafe(16)[:20]


def invalid(message: str, **extra: Any) -> GraphError:
    """Code 100: permanent for this payload."""
    return GraphError(100, f"(#100) {message}", **extra)


def gone(method: str, object_id: str) -> GraphError:
    """100/33: the object is gone, foreign, or has no such edge. Graph tells these three apart for nobody."""
    return GraphError(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api",
        subcode=33,
        kind=METHOD,
    )


def nonexisting_field(name: str, node: str) -> GraphError:
    """What a read of an unknown field name is answered with."""
    return invalid(f"Tried accessing nonexisting field ({name}) on node type ({node})")


def reduce_data() -> GraphError:
    """Code 1 that must be split, not repeated: too many rows or too many bytes in one call."""
    return GraphError(1, "Please reduce the amount of data you're asking for, then retry your request", status=500)
