"""Who is acting right now: set at the edge (middleware, API authentication, command, task), read where evidence is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """name: what people read ("person ada", "API key shop-export (ab12…)", "command seed_demo"); run_id: the run at work, if any."""

    name: str = "system"
    run_id: str = ""
    request_id: str = ""
    ip_address: str | None = None


_current: ContextVar[Actor] = ContextVar("actor", default=Actor())


def current_actor() -> Actor:
    """The actor of this thread or task; "system" when nobody said."""
    return _current.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Everything inside is done by this actor."""
    token = _current.set(actor)
    try:
        yield
    finally:
        _current.reset(token)


def name_actor(name: str) -> None:
    """Renames the current actor within the running `acting_as` block: API authentication learns the key only inside the view."""
    held = _current.get()
    _current.set(Actor(name, held.run_id, held.request_id, held.ip_address))
