"""What the person sees: our own messages, and the lines of the children with their names in front."""

import os
import sys
from typing import TextIO

COLOURS = ("36", "33", "35", "32", "34", "31")
OWN_NAME = "up"
NAME_WIDTH = 8


class Console:
    """Writes to one stream. Colours only for a terminal, and never with NO_COLOR set (https://no-color.org)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._colour_of: dict[str, str] = {}
        self._coloured = self._stream.isatty() and not os.environ.get("NO_COLOR")

    def say(self, text: str) -> None:
        """A message of the supervisor itself; several lines are fine."""
        for line in text.splitlines() or [""]:
            self._write(f"{self._prefix(OWN_NAME, '1')}{line}")

    def block(self, text: str) -> None:
        """Text without a prefix, for the summary that people copy addresses from."""
        self._write(text)

    def child_line(self, name: str, line: str) -> None:
        """One line that a child printed."""
        colour = self._colour_of.setdefault(name, COLOURS[len(self._colour_of) % len(COLOURS)])
        self._write(f"{self._prefix(name, colour)}{line}")

    def _prefix(self, name: str, colour: str) -> str:
        label = f"{name:<{NAME_WIDTH}} | "
        return f"\x1b[{colour}m{label}\x1b[0m" if self._coloured else label

    def _write(self, line: str) -> None:
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            # The reader went away (`make up | head`, a closed terminal): stopping cleanly matters more than saying so.
            self._stream = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
