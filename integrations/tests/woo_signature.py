"""OAuth 1.0a checked the way a shop checks it, written apart from the signing: the string is put together from the parts as they arrive."""

import hashlib
import hmac
from base64 import b64decode

UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


def percent(text: str) -> bytes:
    return b"".join(bytes([byte]) if byte in UNRESERVED else b"%%%02X" % byte for byte in text.encode())


def as_woocommerce_checks_it(method: str, address: str, query: dict[str, str], secret: str) -> bool:
    """address: as the shop knows itself; query: decoded, signature included."""
    given = b64decode(query["oauth_signature"])
    rest = [(name, value) for name, value in sorted(query.items()) if name != "oauth_signature"]
    joined = b"%26".join(percent((percent(name) + b"=" + percent(value)).decode()) for name, value in rest)
    text = method.encode() + b"&" + percent(address) + b"&" + joined
    return hmac.compare_digest(given, hmac.digest(secret.encode() + b"&", text, hashlib.sha256))
