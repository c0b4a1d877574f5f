"""OAuth 1.0a with a key and a secret only (RFC 5849, "one-legged", HMAC-SHA256), as WooCommerce checks it. Pure: time and nonce come in.

The secret never travels, so this is how a shop on plain http is asked, and one whose web server keeps the key header to itself.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

METHOD = "HMAC-SHA256"


def signed(method: str, url: str, params: Mapping[str, str], key: str, secret: str, *, timestamp: int, nonce: str) -> dict[str, str]:
    """The parameters with the six of OAuth among them, to be sent in the query.

    url: letter by letter as the shop knows itself, without query; timestamp: seconds since 1970, at most 15 minutes from the shop's clock;
    nonce: used once.
    """
    every = {
        **params,
        "oauth_consumer_key": key,
        "oauth_nonce": nonce,
        "oauth_signature_method": METHOD,
        "oauth_timestamp": str(timestamp),
    }
    # WooCommerce takes the secret as it is; those it gives out hold nothing that RFC 5849 would have encoded.
    digest = hmac.new(f"{secret}&".encode(), base_string(method, url, every).encode(), hashlib.sha256).digest()
    return every | {"oauth_signature": base64.b64encode(digest).decode()}


def base_string(method: str, url: str, params: Mapping[str, str]) -> str:
    """What is signed (section 3.4.1): method, address and every parameter, sorted."""
    pairs = sorted((encoded(name), encoded(value)) for name, value in params.items())
    normalised = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join((method.upper(), encoded(_base_address(url)), encoded(normalised)))


def encoded(text: str) -> str:
    """Percent-encoding of RFC 3986: letters, digits and -._~ stay."""
    return quote(text, safe="~")


def query(params: Mapping[str, str]) -> str:
    """The same parameters as they stand in an address."""
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in params.items())


def _base_address(url: str) -> str:
    """Without query. The specification wants host and port in their usual form; WooCommerce takes both as its settings have them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path or '/'}"
