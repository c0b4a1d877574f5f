"""kill -9 at a named point, for engine tests: nothing that tidies up may run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest


class SimulatedDeath(BaseException):
    """No Exception: `except Exception` and `release()` must not see it. Leases and claims stay as the dead worker left them."""


@contextmanager
def death_in(owner: Any, name: str, *, after: bool = False) -> Iterator[None]:
    """The process dies at the first call of owner.name in the block: before it does anything, or right after it."""

    def dying(*args: Any, **kwargs: Any) -> None:
        if after:
            original(*args, **kwargs)
        raise SimulatedDeath(name)

    original = getattr(owner, name)
    with pytest.MonkeyPatch.context() as patches, pytest.raises(SimulatedDeath):
        patches.setattr(owner, name, dying)
        yield


def once(action: Callable[[], None]) -> Callable[..., None]:
    """A hook that acts at its first call only (and may itself make calls)."""
    done: list[bool] = []

    def hook(*_: Any) -> None:
        if not done:
            done.append(True)
            action()

    return hook


def first_write(action: Callable[[], None]) -> Callable[..., None]:
    """The same for the first call that would change something at Meta."""
    act = once(action)

    def hook(call: Any, *_: Any) -> None:
        if call.method != "GET":
            act()

    return hook
