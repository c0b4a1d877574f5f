"""The few ways in which most fields are read: an attribute, an entry, a global id, a moment, always the same.

Readers get (sight, thing, arguments).
"""

from typing import Any

from sandbox.shops.shopify.gids import gid, moment
from sandbox.shops.shopify.running import Reader


def own(name: str) -> Reader:
    """The attribute of that name."""
    return lambda sight, thing, args: getattr(thing, name)


def entry(name: str) -> Reader:
    """The entry of that name; null where there is none."""
    return lambda sight, thing, args: thing.get(name)


def own_id(kind: str) -> Reader:
    """The thing's number as a global id of this kind."""
    return lambda sight, thing, args: gid(kind, thing.id)


def own_time(name: str) -> Reader:
    """The attribute as a moment."""
    return lambda sight, thing, args: moment(getattr(thing, name))


def always(value: Any) -> Reader:
    """The same for everything."""
    return lambda sight, thing, args: value


def itself(sight: Any, thing: Any, args: dict[str, Any]) -> Any:
    """The thing again, seen as another type."""
    return thing
