"""What runs of a kind tell programs beyond all others: said by the upper app whose work they are."""

from collections.abc import Callable
from typing import Any

from operations.models import Run

_describers: dict[str, Callable[[Run], dict[str, Any]]] = {}


def tell_more(kind: str, describe: Callable[[Run], dict[str, Any]]) -> None:
    """describe(run) -> JSON values by name, {} for none. Called once, when Django starts."""
    _describers[kind] = describe


def details_of(run: Run) -> dict[str, Any]:
    """{} for kinds nobody said anything about."""
    describe = _describers.get(run.kind)
    return describe(run) if describe else {}
