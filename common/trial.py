"""What came of trying the way to another system: the answer of every “Test connection”."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TrialResult:
    """tone: green, orange (works, with a reservation) or red; text: what is so; to_do: what to do about it; said: the other side's own
    words, secrets masked."""

    tone: str
    text: str
    to_do: str = ""
    said: str = ""
