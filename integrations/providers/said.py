"""A shop's own words, made safe to be shown: short, and without any key of ours that it repeats. Pure."""

import base64
import re
from urllib.parse import quote

from common.redaction import MASK, clean_error_text

_SAID_CHARACTERS, _LOOKED_AT = 300, 6000


def without_secrets(text: str, secrets: tuple[str, ...]) -> str:
    """A shop's words, short, with our keys and secrets masked in every form in which they may be repeated (two are also name and password).
    """
    forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""), quote(secret))}
    if len(secrets) == 2 and all(secrets):
        forms.add(base64.b64encode(":".join(secrets).encode()).decode())
    rest = max(map(len, forms), default=0) if len(text) > _LOOKED_AT else 0  # Half a secret may stand where it was cut.
    text = text[:_LOOKED_AT]
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, MASK)
    text = text[: len(text) - rest]
    return clean_error_text(" ".join(re.sub(r"<[^<>]*>", " ", text).split()), _SAID_CHARACTERS)
