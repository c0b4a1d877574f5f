"""Who is calling: Basic or query keys where WordPress believes it is on TLS, OAuth 1.0a (one-legged) anywhere."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from sandbox.shops.messages import ShopRequest
from sandbox.shops.woocommerce.errors import WooError, not_signed_in
from sandbox.shops.woocommerce.query import Params, flat, text

if TYPE_CHECKING:
    from sandbox.shops.woocommerce.shop import WooShop

CLOCK_SECONDS = 15 * 60
_OAUTH = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")
_METHODS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


@dataclass(slots=True)
class Key:
    """A REST key. `permissions`: read, write or read_write; `rights` False: its user may not manage the shop; `nonces`: nonce -> time."""

    consumer_key: str
    consumer_secret: str = field(repr=False)
    permissions: str = "read_write"
    rights: bool = True
    revoked: bool = False
    nonces: dict[str, int] = field(default_factory=dict, repr=False)


def sign_in(shop: "WooShop", request: ShopRequest, params: Params, keys: Mapping[str, Key]) -> Key | None:
    """The key behind a request, one of `keys`; None for nobody. Raises WooError where somebody tried and failed."""
    header = "" if shop.strips_authorization else request.header("Authorization")
    failed: WooError | None = None
    if shop.is_ssl:
        try:
            key = _basic(keys, header, params)
        except WooError as error:
            key, failed = None, error
        if key:
            return key
    key = _oauth(shop, request, header, params, keys)
    if key is None and failed:
        raise failed
    return key


def check_permission(key: Key, method: str) -> None:
    """A key may be for reading or writing alone."""
    needed = "read" if method in ("GET", "HEAD") else "write"
    if key.permissions not in (needed, "read_write"):
        raise WooError("woocommerce_rest_authentication_error", f"The API key provided does not have {needed} permissions.", 401)


def oauth_signature(method: str, address: str, pairs: list[tuple[str, str]], secret: str, how: str = "HMAC-SHA256") -> str:
    """The signature over method, address (no query) and every parameter but the signature itself."""
    encoded = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in pairs if name != "oauth_signature")
    joined = "&".join(f"{name}={value}" for name, value in encoded)
    base = "&".join(quote(part, safe="~") for part in (method.upper(), address, joined))
    return base64.b64encode(hmac.new(f"{secret}&".encode(), base.encode(), _METHODS[how]).digest()).decode()


def _find(keys: Mapping[str, Key], consumer_key: str) -> Key | None:
    key = keys.get(consumer_key)
    return None if key is None or key.revoked else key


def _basic(keys: Mapping[str, Key], header: str, params: Params) -> Key | None:
    name, secret = text(params.get("consumer_key", "")), text(params.get("consumer_secret", ""))
    if not (name and secret) and header.lower().startswith("basic "):
        name, _, secret = _decoded(header[6:].strip()).partition(":")
    key = _find(keys, name) if name and secret else None
    if key and not hmac.compare_digest(key.consumer_secret.encode(), secret.encode()):
        raise not_signed_in("Consumer secret is invalid.")
    return key


def _decoded(text_: str) -> str:
    try:
        return base64.b64decode(text_, validate=True).decode()
    except ValueError:
        return ""


def _oauth(shop: "WooShop", request: ShopRequest, header: str, params: Params, keys: Mapping[str, Key]) -> Key | None:
    given = {**params, **_header_parameters(header)}
    missing = [name for name in _OAUTH if not given.get(name)]
    if len(missing) == len(_OAUTH):
        return None
    if missing:
        plural = "s" if len(missing) > 1 else ""
        code = "woocommerce_rest_authentication_missing_parameter"
        raise not_signed_in(f"Missing OAuth parameter{plural} {', '.join(missing)}", code)
    key = _find(keys, text(given["oauth_consumer_key"]))
    if key is None:
        raise not_signed_in("Consumer key is invalid.")
    _check_signature(shop, request, key, given)
    _check_nonce(shop, key, text(given["oauth_timestamp"]), text(given["oauth_nonce"]))
    return key


def _header_parameters(header: str) -> dict[str, str]:
    if not header.lower().startswith("oauth "):
        return {}
    found = re.findall(r'(\w+)="([^"]*)"', header)
    return {name: unquote(value) for name, value in found if name != "realm"}


def _check_signature(shop: "WooShop", request: ShopRequest, key: Key, given: Params) -> None:
    how = text(given["oauth_signature_method"])
    if how not in _METHODS:
        raise not_signed_in("Invalid signature - signature method is invalid.")
    # The shop signs what it believes its own address to be, whatever the caller has typed.
    address = shop.address + urlsplit(request.url).path.removeprefix(urlsplit(shop.address).path)
    expected = oauth_signature(request.method, address, flat(given), key.consumer_secret, how)
    if not hmac.compare_digest(expected.encode(), text(given["oauth_signature"]).encode()):
        raise not_signed_in("Invalid signature - provided signature does not match.")


def _check_nonce(shop: "WooShop", key: Key, stamp: str, nonce: str) -> None:
    now = int(shop.clock().timestamp())
    if not stamp.isdigit() or abs(int(stamp) - now) > CLOCK_SECONDS:
        raise not_signed_in("Invalid timestamp.")
    if nonce in key.nonces:
        raise not_signed_in("Invalid nonce - nonce has already been used.")
    key.nonces[nonce] = int(stamp)
    if len(key.nonces) % 500 == 0:
        for old in [name for name, seen in key.nonces.items() if seen < now - CLOCK_SECONDS]:
            del key.nonces[old]
