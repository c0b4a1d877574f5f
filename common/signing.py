"""Signing and verifying webhooks: the one place that compares signatures. Pure: `now` is passed in.

Standard Webhooks 1.0.0, symmetric scheme: HMAC-SHA256 over `{id}.{timestamp}.{body}`, base64, prefixed with `v1,`; the header may carry
several signatures, separated by spaces, while a secret is being changed. https://www.standardwebhooks.com
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)


def equal(given: str | bytes, expected: str | bytes) -> bool:
    """Compares in constant time. An empty expectation equals nothing: a secret that is not set never lets anybody in."""
    given, expected = _bytes(given), _bytes(expected)
    return bool(expected) and hmac.compare_digest(given, expected)


def key_of(secret: str) -> bytes:
    """The key inside a secret: base64 after `whsec_`, as the standard writes it; any other text is its own key."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            pass
    return secret.encode()


def standard_headers(secrets: Iterable[str], message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """webhook-id, webhook-timestamp and, where there is a secret, webhook-signature (one signature per secret)."""
    timestamp = str(int(now.timestamp()))
    signatures = [_sign(secret, message_id, timestamp, body) for secret in secrets if secret]
    headers = {"webhook-id": message_id, "webhook-timestamp": timestamp}
    return headers | ({"webhook-signature": " ".join(signatures)} if signatures else {})


def verified(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """True when one of the signatures fits one of the secrets and the timestamp is within five minutes. headers: lower-case names."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    try:
        age = abs(now.timestamp() - int(timestamp))
    except ValueError:
        return False
    given = headers.get("webhook-signature", "").split()
    expected = [_sign(secret, message_id, timestamp, body) for secret in secrets if secret]
    # Every pair is compared, whatever an earlier one said.
    return any([equal(one, other) for one in given for other in expected]) and age <= TOLERANCE.total_seconds()  # noqa: C419


def _sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    signed = _bytes(f"{message_id}.{timestamp}.") + body
    return "v1," + base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()


def _bytes(value: str | bytes) -> bytes:
    """Whatever stood in a header: a server may hand odd bytes on as surrogates, which plain UTF-8 refuses."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
