"""Refusals: those that stand in a 200 under `errors`, and those of HTTP itself."""

from typing import Any

_SCOPES = "https://shopify.dev/api/usage/access-scopes"
_LIMITS = "https://shopify.dev/api/usage/rate-limits"


class Trouble(Exception):
    """One field could not be answered. `nullable` fields become null, others take what is above them along."""

    def __init__(self, message: str, code: str, **more: Any) -> None:
        super().__init__(message)
        self.message, self.extensions = message, {"code": code, **more}


def denied(field: str, scope: str) -> Trouble:
    """The token lacks a scope."""
    access = f"`{scope}` access scope."
    words = f"Access denied for {field} field. Required access: {access}"
    return Trouble(words, "ACCESS_DENIED", documentation=_SCOPES, requiredAccess=access)


def throttled() -> dict[str, Any]:
    """The bucket is empty."""
    return {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": _LIMITS}}


def too_costly(cost: int, limit: int) -> dict[str, Any]:
    """A query may cost so much at most, whatever is in the bucket."""
    words = f"Query cost is {cost}, which exceeds the single query max cost limit ({limit})."
    return {"message": words, "extensions": {"code": "MAX_COST_EXCEEDED", "cost": cost, "maxCost": limit, "documentation": _LIMITS}}


def internal() -> dict[str, Any]:
    """Something broke at Shopify."""
    words = "Internal error. Looks like something went wrong on our end.\nRequest ID: 8f0e1d2c-0000 (include this in support requests)."
    return {"message": words, "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "8f0e1d2c-0000"}}
