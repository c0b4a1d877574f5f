"""How a request says who asks. WooCommerce knows four ways; which of them works depends on the shop's web server. Pure.

Basic: only where WordPress itself believes to be on https, and only where the web server hands the header on. Signed (OAuth 1.0a): always,
if the address that is signed is the one the shop takes for its own: with http in it where a proxy hides the https from WordPress. Query:
as Basic, but it needs no header; the key then stands in the shop's log files, so it comes last.
"""

import base64
from collections.abc import Sequence

from common.errors import RemoteError
from integrations.providers.woocommerce import addresses, oauth

BASIC, SIGNED, SIGNED_AS_HTTP, QUERY = "basic", "oauth-https", "oauth-http", "query"
_SCHEMES = {SIGNED: "https", SIGNED_AS_HTTP: "http"}
# What may mean that the key did not arrive.
_UNHEARD = frozenset({"header_stripped", "rest_locked"})
_BY_NAME = frozenset({"bad_key", "clock_wrong", "repeated_request"})


def ways_to(store_url: str) -> tuple[str, ...]:
    """The ways to try, in this order. Over plain http the secret never travels."""
    return (BASIC, SIGNED, SIGNED_AS_HTTP, QUERY) if store_url.startswith("https://") else (SIGNED_AS_HTTP,)


def signed(
    way: str, url: str, params: dict[str, str], key: str, secret: str, *, home: str, timestamp: int, nonce: str, method: str = "GET"
) -> tuple[dict[str, str], dict[str, str]]:
    """Parameters and headers of a request; a JSON body is no part of what is signed.

    home: the shop's idea of its own address; timestamp: seconds since 1970; nonce: used once.
    """
    if way == BASIC:
        return params, {"Authorization": f"Basic {base64.b64encode(f'{key}:{secret}'.encode()).decode()}"}
    if way == QUERY:
        return {**params, "consumer_key": key, "consumer_secret": secret}, {}
    known_as = addresses.under_another_name(url, _SCHEMES[way], home)
    return oauth.signed(method, known_as, params, key, secret, timestamp=timestamp, nonce=nonce), {}


def may_work_otherwise(error: RemoteError, way: str) -> bool:
    """True when the key may be right although it was refused.

    A signature is also refused when the shop knows itself by another name; only where it says that there is no such key, that is the end.
    """
    if error.status == 401 and error.kind in _UNHEARD:
        return True
    return way in _SCHEMES and error.kind in _BY_NAME and "key is invalid" not in error.data.get("said", "")


def clearest(errors: Sequence[RemoteError]) -> RemoteError:
    """Of several refusals the one that says most: the last that is more than "not heard"."""
    return next((error for error in reversed(errors) if error.kind not in _UNHEARD), errors[0])
