"""What must never be written down, and the masks for it. No Django, no clock; it knows the environment's secrets when settings named them.
"""

import re
from typing import Any

MASK = "***"
SECRET_NAMES = re.compile(r"(?i)^(.*(token|secret|password|passwd|authorization|api[-_]?key|appsecret_proof|consumer_key|signature).*)$")
_IN_TEXT = re.compile(
    r"(?i)\b(access_token|appsecret_proof|client_secret|app_secret|(?:oauth_)?consumer_(?:secret|key)|oauth_signature|password|api_key|"
    r"verify_token)"
    r"(\"?'?\s*[=:]\s*\"?'?)([^\s\"'&,;}]{4,})"
)
_BEARER = re.compile(r"(?i)\bbearer\s+[^\s\"']{4,}")
_USERINFO = re.compile(r"(://[^\s/@:\"']{0,100}:)[^\s/@\"']+(?=@)")  # smtp://user:password@host
# Tokens of Meta's, keys and secrets of WooCommerce's and of Shopify's.
_BY_THEIR_LOOKS = re.compile(r"\bEAA[A-Za-z0-9]{8,}|c[ks]_[0-9a-f]{40}(?![0-9a-f])|\bshp[a-z]{2}_[A-Za-z0-9]{8,}")
MAX_TEXT = 20_000
SHORTEST_KNOWN = 12  # Shorter ones would mask ordinary words.
_known: tuple[str, ...] = ()


def hide(*secrets: str) -> None:
    """Names the environment's secrets: these very texts are masked wherever they stand. Called once, from settings."""
    global _known
    parts = {part for secret in secrets for part in (secret, *secret.split(",")) if len(part) >= SHORTEST_KNOWN}
    _known = tuple(sorted({*_known, *parts}, key=len, reverse=True))


def redact_text(text: str) -> str:
    """The text with tokens, proofs and secrets masked; cut to 20,000 characters first so that no input is slow."""
    text = text[:MAX_TEXT]
    for secret in _known:
        if secret in text:
            text = text.replace(secret, MASK)
    text = _IN_TEXT.sub(lambda found: f"{found[1]}{found[2]}{MASK}", text)
    text = _USERINFO.sub(rf"\1{MASK}", text)
    return _BY_THEIR_LOOKS.sub(MASK, _BEARER.sub(f"Bearer {MASK}", text))


def redact(value: Any) -> Any:
    """A copy of a JSON-like value in which every secret-named key and every secret inside a text is masked."""
    if isinstance(value, dict):
        return {key: MASK if _is_secret(key, item) else redact(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact(item) for item in value]
    return redact_text(value) if isinstance(value, str) else value


def _is_secret(key: Any, item: Any) -> bool:
    return isinstance(key, str) and bool(item) and not isinstance(item, (int, float, bool)) and bool(SECRET_NAMES.match(key))


def redact_event(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """structlog processor: masks every field of a log event (internal fields that start with "_" pass untouched)."""
    return {key: value if key.startswith("_") else MASK if _is_secret(key, value) else redact(value) for key, value in event.items()}


def clean_error_text(text: str, limit: int = 1000) -> str:
    """Remote text made safe for an error column: secrets masked, control characters removed, at most `limit` characters."""
    printable = "".join(char if char.isprintable() or char in "\n\t" else " " for char in text[: limit * 4])
    return redact_text(printable).strip()[:limit]
