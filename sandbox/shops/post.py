"""Webhooks on their way: what waits, what is tried again, and what a broken post does to them. The shops say what stands in a letter."""

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.fault_box import AimedFaults

HOOK_FAULTS: dict[str, str] = {
    "hooks_lost": "No webhook is delivered",
    "hooks_late": "Webhooks are delivered after the given seconds (60)",
    "hooks_doubled": "Every webhook is delivered twice",
    "hooks_forged": "Webhooks are signed with a wrong secret",
    "hooks_reversed": "Webhooks that wait together are delivered newest first",
}
HOOK_BUTTONS: dict[str, tuple[str, dict[str, object]]] = {
    "hooks_lost": ("Webhooks are lost", {}),
    "hooks_late": ("Webhooks are a minute late", {"seconds": 60}),
    "hooks_doubled": ("Webhooks come twice", {}),
    "hooks_forged": ("Webhooks are forged", {}),
    "hooks_reversed": ("Webhooks overtake each other", {}),
}
LATE, MOST_WAITING = 60.0, 10_000
Written = tuple[dict[str, str], bytes]
Send = Callable[[str, dict[str, str], bytes], int]


@dataclass(slots=True)
class Letter:
    """One delivery. `write(forged)` makes headers and body when it is sent; `ended(status)` hears how it went (0: no answer).

    `retries` are the waits in seconds after a failure; `failed(status)` says what a failure is.
    """

    url: str
    write: Callable[[bool], Written]
    ended: Callable[[int], None]
    failed: Callable[[int], bool]
    retries: tuple[float, ...] = ()
    due: float = 0.0
    number: int = 0
    forged: bool = False
    wanted: Callable[[], bool] = field(default=lambda: True)


class PostOffice:
    """The letters of one shop. Thread-safe. `send` may be replaced, as tests do; `deliver` is called by the street's postman."""

    def __init__(self, now: Callable[[], float], faults: AimedFaults, send: Send) -> None:
        self.send = send
        self._now, self._faults = now, faults
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: list[Letter] = []

    @property
    def waiting(self) -> int:
        """Letters that have not arrived yet."""
        return len(self._waiting)

    def put(self, letter: Letter, after: float = 0.0) -> None:
        """Post a letter, as the faults let it."""
        if self._faults.active("hooks_lost"):
            return
        late = self._faults.active("hooks_late")
        letter.due = self._now() + after + (late[0].seconds or LATE if late else 0.0)
        letter.forged = bool(self._faults.active("hooks_forged"))
        for _ in range(2 if self._faults.active("hooks_doubled") else 1):
            self._wait(letter)

    def deliver(self) -> int:
        """Send what is due; the number of letters sent."""
        due = [letter for letter in self._due() if letter.wanted()]
        for letter in due:
            self._send(letter)
        return len(due)

    def _send(self, letter: Letter) -> None:
        headers, body = letter.write(letter.forged)
        status = self.send(letter.url, headers, body)
        letter.ended(status)
        if letter.failed(status) and letter.retries:
            letter.due, letter.retries = self._now() + letter.retries[0], letter.retries[1:]
            self._wait(letter)

    def _wait(self, letter: Letter) -> None:
        with self._lock:
            letter.number = next(self._numbers)
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(letter)

    def _due(self) -> list[Letter]:
        now = self._now()
        with self._lock:
            due = [letter for letter in self._waiting if letter.due <= now]
            self._waiting = [letter for letter in self._waiting if letter.due > now]
        return due[::-1] if self._faults.active("hooks_reversed") else due
