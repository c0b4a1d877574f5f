"""What a question costs at Shopify, and how long to wait until the shop has points for it again. Pure: times come in.

A bucket per app and shop: each question takes its (requested) cost out of it, `restoreRate` points a second come back. All three numbers
stand in each answer, so nothing of a shop's plan is assumed. https://shopify.dev/docs/api/usage/limits
"""

from dataclasses import dataclass
from typing import Any

UNKNOWN_WAIT = 2.0  # seconds, where the shop says that it is too much but not how much
SHORTEST_WAIT = 0.2


@dataclass(frozen=True, slots=True)
class Cost:
    """Points. requested: what had to be there; available: what was left after the answer; maximum: the whole bucket; restored: a second."""

    requested: float
    available: float
    maximum: float
    restored: float

    @property
    def can_never_be_paid(self) -> bool:
        """The question asks for more than the bucket holds: waiting is in vain."""
        return self.requested > self.maximum > 0

    def seconds_until(self, points: float, *, passed: float = 0.0) -> float:
        """How long until there are so many points. passed: seconds since the answer."""
        there = min(self.available + passed * self.restored, self.maximum or self.available)
        missing = min(points, self.maximum or points) - there
        return max(missing / self.restored, SHORTEST_WAIT) if missing > 0 else 0.0


def read_cost(extensions: Any) -> Cost | None:
    """The cost that an answer tells; None where it tells none."""
    cost = extensions.get("cost") if isinstance(extensions, dict) else None
    status = cost.get("throttleStatus") if isinstance(cost, dict) else None
    if not isinstance(cost, dict) or not isinstance(status, dict):
        return None
    numbers = (cost.get("requestedQueryCost"), *(status.get(name) for name in ("currentlyAvailable", "maximumAvailable", "restoreRate")))
    points = [float(one) for one in numbers if isinstance(one, int | float) and one >= 0]
    return Cost(*points) if len(points) == 4 and points[-1] else None


class Bucket:
    """What is known of a shop's points: what each question cost last time, and what was left then."""

    def __init__(self) -> None:
        self._last: Cost | None = None
        self._at = 0.0
        self._costs: dict[str, float] = {}

    def note(self, question: str, cost: Cost | None, now: float) -> None:
        """After an answer. now: seconds of a clock that only goes on."""
        if cost is not None:
            self._last, self._at = cost, now
            self._costs[question] = cost.requested

    def seconds_until(self, question: str, now: float) -> float:
        """How long to wait before asking it (again); 0 where nothing is known of it."""
        points = self._costs.get(question)
        if self._last is None or points is None:
            return 0.0
        return self._last.seconds_until(points, passed=now - self._at)
