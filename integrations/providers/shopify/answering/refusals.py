"""Which trouble a refusal of Shopify's means: by status, by the codes of GraphQL errors, by the words of the token endpoint. Pure.

Shopify answers most refusals with HTTP 200 and a list of errors. https://shopify.dev/docs/api/admin-graphql, "Status and error codes"
"""

import re
from dataclasses import dataclass, field
from typing import Any

# The codes of errors in an answer with status 200, the first ones say most: one of them among others decides.
_BY_CODE = {
    "ACCESS_DENIED": "missing_scope", "SHOP_INACTIVE": "frozen", "MAX_COST_EXCEEDED": "too_costly", "RESOURCE_NOT_FOUND": "not_found",
    "THROTTLED": "throttled", "INTERNAL_SERVER_ERROR": "shop_error", "TIMEOUT": "shop_error",
}  # fmt: skip
# Validation: the question itself is wrong. Shopify writes most of these codes small, those of variables and parsing large.
_OUR_FAULT = frozenset({
    "undefinedfield", "undefinedtype", "argumentnotaccepted", "missingrequiredarguments", "argumentliteralsincompatible", "bad_request",
    "selectionmismatch", "invalid_variable", "parse_error", "max_input_size_exceeded", "variablemismatch", "variablenotdefined",
    "variablenotused", "missingrequiredinputobjectattribute", "fieldconflict", "unusedfragment", "undefineddirective",
})  # fmt: skip
_SAYS_MOST = ("missing_scope", "frozen", "too_costly", "bad_query", "throttled", "not_found", "shop_error", "unexpected")
_BY_STATUS = {
    401: "bad_token", 402: "frozen", 403: "forbidden", 404: "no_such_shop", 408: "timeout", 423: "locked", 429: "throttled",
    430: "security", 504: "timeout",
}  # fmt: skip
_OF_TOKENS = re.compile(
    r"(?i)\b(shop_not_permitted|app_not_installed|invalid_client|application_cannot_be_found)\b(?:\s*:\s*[^<\n\"]{0,200})?"
)
_SCOPES = re.compile(r"`((?:read|write)_\w+)`")


@dataclass(frozen=True, slots=True)
class Refusal:
    """kind: a code of troubles/; said: Shopify's own words; code: its code; scopes: the ones that it names as missing."""

    kind: str
    said: str = ""
    code: str = ""
    scopes: tuple[str, ...] = field(default=())


def refusal_of(errors: Any) -> Refusal | None:
    """What the errors of a GraphQL answer mean, None where there are none. A text instead of a list comes with statuses of their own."""
    if not errors:
        return None
    if not isinstance(errors, list):
        return Refusal("unexpected", said=str(errors))
    found = [_of_one(one) for one in errors]
    return min(found, key=lambda one: _SAYS_MOST.index(one.kind))


def kind_of_status(status: int) -> str:
    """The code of troubles/ for an answer of which the status says most."""
    return _BY_STATUS.get(status) or ("overloaded" if status >= 500 else "unexpected")


def refusal_of_token(status: int, text: str) -> Refusal:
    """What an answer of the token endpoint that brings no token means: a web page or JSON, mostly with status 400."""
    found = _OF_TOKENS.search(text)
    if found:
        code = found[1].lower()
        return Refusal("invalid_client" if code == "application_cannot_be_found" else code, said=found[0], code=code)
    if "cannot be performed on this shop" in text:
        return Refusal("shop_not_permitted", said=text)
    if status in (400, 401, 403):
        return Refusal("token_denied", said=text)
    return Refusal(kind_of_status(status))


def search_warnings(extensions: Any) -> str:
    """Shopify's words about a filter that it has left out because it does not understand it; "" without."""
    searches = extensions.get("search") if isinstance(extensions, dict) else None
    searches = searches if isinstance(searches, list) else []
    warnings = [warning for one in searches if isinstance(one, dict) for warning in one.get("warnings") or []]
    return "; ".join(str(one.get("message") or one.get("code") or one) if isinstance(one, dict) else str(one) for one in warnings)


def _of_one(error: Any) -> Refusal:
    if not isinstance(error, dict):
        return Refusal("unexpected", said=str(error))
    extensions = error.get("extensions")
    extensions = extensions if isinstance(extensions, dict) else {}
    code, said = str(extensions.get("code") or ""), str(error.get("message") or "")
    named = _SCOPES.findall(f"{extensions.get('requiredAccess') or ''} {said}")
    return Refusal(_kind_of(code, said), said, code, tuple(dict.fromkeys(named)))


def _kind_of(code: str, said: str) -> str:
    if code.upper() in _BY_CODE:
        return _BY_CODE[code.upper()]
    ours = code.lower() in _OUR_FAULT or said.startswith(("Invalid global id", "Malformed cursor", "you must provide one of"))
    return "bad_query" if ours else "unexpected"
