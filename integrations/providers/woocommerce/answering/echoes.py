"""Our key in what a shop answers: plugins build links out of the address that they were asked at, and in it may be how we sign. Pure.

Such links would take the key to the product's page and to Meta; and a signature in them, new each time, would make every product look
changed.
"""

import re
from typing import Any

from common.redaction import MASK

_AND = r"&(?:amp;|#0?38;)?"
_OURS = r"(?:oauth_[a-z_]+|consumer_(?:key|secret))=[^&\"'\s<>#]*"
_IN_ADDRESS = re.compile(rf"(\?|{_AND}){_OURS}(?:{_AND}{_OURS})*({_AND})?")


def without_our_key(data: Any, secrets: tuple[str, ...]) -> Any:
    """The same answer, its texts without the parameters that say who asks, and with a mask where a secret still stands."""
    if isinstance(data, str):
        return _clean(data, secrets)
    if isinstance(data, dict):
        return {name: without_our_key(value, secrets) for name, value in data.items()}
    return [without_our_key(value, secrets) for value in data] if isinstance(data, list) else data


def _clean(text: str, secrets: tuple[str, ...]) -> str:
    if "=" in text:
        text = _IN_ADDRESS.sub(lambda found: found[1] if found[2] else "", text)
    for secret in secrets:
        if secret and secret in text:
            text = text.replace(secret, MASK)
    return text
