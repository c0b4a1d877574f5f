"""A progress bar that begins anew when the work gets to its next part; silent where nobody watches."""

import sys
from typing import Any

from tqdm import tqdm


class Bar:
    """Called with (what, done, total); total 0 = nobody knows."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._what = ""

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the part that is shown; the next call begins a new one."""
        if self._bar is not None:
            self._bar.close()
        self._bar, self._what = None, ""

    def __call__(self, what: str, done: int, total: int) -> None:
        if what != self._what:
            self.close()
            self._bar = tqdm(desc=what, total=total or None, unit="", unit_scale=True, disable=not sys.stderr.isatty())
            self._what = what
        self._bar.update(done - self._bar.n)
