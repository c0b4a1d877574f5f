"""JSON from strangers in a form that can be stored. Pure."""

from typing import Any

import orjson

NUL = b"\\u0000"  # As JSON writes it.


def parse_json(body: bytes) -> Any:
    """The parsed body. Raises ValueError: no JSON, or NUL characters in something nested absurdly."""
    try:
        return without_nul(orjson.loads(body)) if NUL in body else orjson.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def breaks_off(body: bytes) -> bool:
    """True when all is well up to the end, where more should come."""
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return error.pos >= len(error.doc)
    return False


def without_nul(answer: Any) -> Any:
    """Spaces in the place of NUL characters: valid JSON, but PostgreSQL stores none, and one odd item must not end work on the others."""
    if isinstance(answer, str):
        return answer.replace("\0", " ")
    if isinstance(answer, dict):
        return {key.replace("\0", " "): without_nul(value) for key, value in answer.items()}
    return [without_nul(value) for value in answer] if isinstance(answer, list) else answer
