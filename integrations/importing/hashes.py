"""The fingerprint of what a shop says of a product: while it is the same, there is nothing to do. Pure."""

import json
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson


def content_hash(raw: Any, salt: str) -> str:
    """32 hexadecimal digits. salt: whatever else decides what becomes of the answer (version of the transform, options)."""
    try:
        text = orjson.dumps(raw)
    except TypeError:  # Half a surrogate pair, or a number beyond 64 bits.
        text = json.dumps(raw, default=str).encode()
    return blake2b(text, digest_size=16, person=_person(salt)).hexdigest()


@lru_cache(maxsize=64)
def _person(salt: str) -> bytes:
    """blake2b keeps 16 bytes apart from the text for exactly this."""
    return blake2b(salt.encode(), digest_size=16).digest()
