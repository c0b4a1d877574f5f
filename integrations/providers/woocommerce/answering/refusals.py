"""Which trouble a refusal means that WooCommerce or WordPress wrote as JSON: by status and code. Pure.

Texts come in the shop's language; where only a text tells causes apart (a key that may only write, a signature used twice), the English one
sharpens what would be said anyway.
"""

import re

_CORE = re.compile(r"(products|settings|orders|system_status|data)(/|$)")  # Every WooCommerce that we read knows these.
_BY_STATUS = {408: "timeout", 413: "too_long", 414: "too_long", 431: "too_long", 500: "php_error", 504: "timeout"}
_NO_RIGHTS = ("woocommerce_rest_cannot", "rest_cannot", "rest_forbidden")


def kind_of_refusal(status: int, code: str, message: str, *, path: str, clock_is_off: bool, writes: bool = False) -> str:
    """The code of troubles/. path: below wc/v3; clock_is_off: the request was signed, and the shop's clock tells another time than ours;
    writes: it was to change something in the shop."""
    if status == 429:
        return "throttled"
    if status == 401:
        return _kind_of_401(code, message, clock_is_off, writes)
    if status == 403:
        return "no_rights" if code.startswith(_NO_RIGHTS) else "rest_locked" if code else "firewall"
    if status == 404:
        if code == "rest_no_route":
            return "woo_off" if _CORE.match(path) else "no_route"
        return "not_found" if code.endswith("_invalid_id") else "unexpected"
    if status == 400 and code:
        return "bad_request"
    return _BY_STATUS.get(status) or ("overloaded" if status > 500 else "unexpected")


def _kind_of_401(code: str, message: str, clock_is_off: bool, writes: bool) -> str:
    if code == "woocommerce_rest_authentication_missing_parameter":
        return "header_stripped"
    if code == "woocommerce_rest_authentication_error":
        if clock_is_off or "Invalid timestamp" in message:  # A Date that somebody in front of the shop has written tells nothing.
            return "clock_wrong"
        if "nonce has already been used" in message:
            return "repeated_request"
        if writes:  # Reading works with this key: the way to sign is the same, so what is missing is the right to write.
            return "read_only_key"
        return "write_only_key" if "does not have read permissions" in message else "bad_key"
    return "header_stripped" if code.startswith("woocommerce_rest_cannot") else "rest_locked"
