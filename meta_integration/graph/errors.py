"""Graph answers -> the four kinds of error. By code and subcode, never by text (messages come in the token owner's language).

Source: Graph API "Handling Errors" and "Rate Limits"; the catalog edges' own error tables.
"""

import json
from typing import Any

from common.errors import AmbiguousError, NeedsConfigurationError, PermanentError, RemoteError, TransientError
from common.redaction import clean_error_text
from meta_integration.graph.usage import pause_seconds

THROTTLED = frozenset({4, 17, 32, 341, 613, 80009, 80014})
REFUSED = frozenset({100, 10800, 10801, 801, 804})
CONFIGURATION = frozenset({3, 10, 102, 104, 190, 368, 2500, 2635, *range(200, 300)})
DUPLICATE, OBJECT_GONE, TOO_BIG = 10800, 33, 413


def error_from(status: int, headers: Any, payload: Any, *, about_item: bool) -> RemoteError:
    """The error a Graph answer means.

    payload: the parsed body, or None when it was not JSON. about_item: the call addressed an item node, where 100/33 means
    "this id is gone"; anywhere else it means the catalog is not ours to use.
    """
    error = payload.get("error") if isinstance(payload, dict) else None
    if not isinstance(error, dict):
        return _without_details(status)
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    kind = _class_for(status, code, subcode, error, about_item)
    throttled = code in THROTTLED
    return (TransientError if throttled else kind)(
        clean_error_text(str(error.get("error_user_msg") or error.get("message") or f"HTTP {status}")),
        code=code,
        subcode=subcode,
        fbtrace_id=str(error.get("fbtrace_id") or "")[:64],
        retry_after=pause_seconds(headers) if throttled else None,
        kind=clean_error_text(str(error.get("type") or ""), 60),
        status=status,
        data=_data(error.get("error_data")),
    )


def outcome_of(error: RemoteError) -> str:
    """One word for /metrics: throttled, ambiguous, transient, permanent or configuration."""
    if error.retry_after is not None:
        return "throttled"
    kinds = {NeedsConfigurationError: "configuration", PermanentError: "permanent", AmbiguousError: "ambiguous"}
    return next((word for kind, word in kinds.items() if isinstance(error, kind)), "transient")


def _class_for(status: int, code: int | None, subcode: int | None, error: dict[str, Any], about_item: bool) -> type[RemoteError]:
    if code in CONFIGURATION:
        return NeedsConfigurationError
    if error.get("is_transient") or status >= 500:
        return AmbiguousError if status >= 500 else TransientError
    if code == 100 and subcode is None and error.get("type") == "GraphMethodException":
        return NeedsConfigurationError  # A missing or bad appsecret_proof.
    if code == 100 and subcode == OBJECT_GONE and not about_item:
        return NeedsConfigurationError  # No such catalog, or no right to it.
    return PermanentError if code in REFUSED else TransientError


def _without_details(status: int) -> RemoteError:
    """HTML, an empty body or truncated JSON: nobody can say whether the call was applied."""
    if status == TOO_BIG:
        return TransientError("The request was too big for Meta.", status=status)
    return AmbiguousError(f"Meta answered with something unreadable (HTTP {status}).", status=status)


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _data(value: Any) -> dict[str, Any]:
    """error_data comes as an object or as a JSON string."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}
