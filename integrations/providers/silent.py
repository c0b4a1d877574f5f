"""The webhook module of a kind of shop that has none: it tells nothing by itself, so whatever comes in its name is nobody's. Pure.

See WebhookModule in hooks.py.
"""

from collections.abc import Sequence

from integrations.providers.hooks import Event, Headers

SIGNED_WITH: tuple[str, ...] = ()
WRONGLY_SIGNED = ""


def is_ping(_headers: Headers, _body: bytes) -> bool:
    """No."""
    return False


def signature(_headers: Headers) -> str:
    """None that we know."""
    return ""


def verify(_body: bytes, _headers: Headers, _secrets: Sequence[str]) -> bool:
    """By nobody."""
    return False


def parse(_headers: Headers, _body: bytes) -> Event:
    """Nothing."""
    return Event("")
