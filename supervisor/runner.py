"""The loop: starts programs, passes their output on, restarts what dies, stops everything. Knows nothing of this project."""

import contextlib
import os
import selectors
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from supervisor.child import Child, Program
from supervisor.errors import Stopped
from supervisor.output import Console
from supervisor.watchman import Watchman

TICK_SECONDS = 0.25
BETWEEN_LOOKS_SECONDS = 0.2
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STABLE_SECONDS = 30.0
GRACE_SECONDS = 7.0
GRACE_FOR_NEEDED_SECONDS = 2.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Runner:
    """Owns the children. Use as a context manager: leaving it, for whatever reason, leaves no process behind."""

    def __init__(
        self, root: Path, console: Console, env: Mapping[str, str], stop_with_parent: bool = False, grace: float = GRACE_SECONDS
    ) -> None:
        self.console = console
        self.watchman = Watchman()
        self.stop_requests = 0
        self._last_signal = float("-inf")
        self._root = root
        self._grace = grace
        self._env = env
        self._parent = os.getppid() if stop_with_parent else 0
        self._programs: dict[str, Program] = {}
        self._children: dict[str, Child] = {}
        self._pause: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> "Runner":
        self._wake_read, self._wake_write = os.pipe()
        for end in (self._wake_read, self._wake_write):
            os.set_blocking(end, False)
        # A signal writes one byte here, so that the wait for output ends at once.
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        for number in SIGNALS:
            signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.watchman.dismiss()
        signal.set_wakeup_fd(-1)
        self._selector.close()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        # `make` passes on a SIGTERM that the whole group has already got: signals within a second are one wish, not impatience.
        if time.monotonic() - self._last_signal > 1.0:
            self.stop_requests += 1
        self._last_signal = time.monotonic()

    # --- before everything runs -------------------------------------------------------------------------------------

    def run_once(self, program: Program) -> int:
        """Runs a set-up step to its end and answers its exit code. Raises Stopped on Ctrl-C."""
        self._start(program)
        while (code := self._children[program.name].exit_code()) is None:
            self._tick()
            self._raise_if_stopping()
        self._bury(program.name)
        return code

    def keep(self, program: Program) -> None:
        """Starts a program and keeps it running from now on."""
        self._programs[program.name] = program
        self._pause[program.name] = FIRST_PAUSE_SECONDS
        self._start(program)

    def wait_until_ready(self, seconds: float) -> list[str]:
        """Waits until all kept programs can be used; answers the names of those that cannot when time is up."""
        deadline = time.monotonic() + seconds
        waiting = list(self._programs)
        next_look = 0.0
        while waiting and time.monotonic() < deadline:
            self._tick()
            self._raise_if_stopping()
            if time.monotonic() >= next_look:  # each look may make a server print a line, which must not cause the next look
                waiting = [name for name in waiting if not self._is_ready(name)]
                next_look = time.monotonic() + BETWEEN_LOOKS_SECONDS
        return waiting

    def _is_ready(self, name: str) -> bool:
        child = self._children.get(name)
        if child is None:
            return False
        if child.program.answers:
            return child.program.answers()
        return child.seen_ready_line or not child.program.ready_line

    def _raise_if_stopping(self) -> None:
        if self._stopping():
            raise Stopped

    def _stopping(self) -> bool:
        return bool(self.stop_requests) or bool(self._parent) and os.getppid() != self._parent

    # --- while everything runs --------------------------------------------------------------------------------------

    def forever(self) -> None:
        """Passes output on and restarts what dies, until a signal asks to stop."""
        while not self._stopping():
            self._tick()

    def _tick(self) -> None:
        self._listen(TICK_SECONDS)
        self.watchman.ensure_alive()
        if not self._stopping():
            self._restart_what_died()

    def _listen(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if key.data is not None:
                self._on_output(key.data)
                continue
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_read, 512)

    def _restart_what_died(self) -> None:
        for name, child in list(self._children.items()):
            if name in self._programs and child.exit_code() is not None:
                self._plan_restart(name, child)
        for name in [name for name, due in self._due.items() if due <= time.monotonic()]:
            del self._due[name]
            self._start_again(name)

    def _start_again(self, name: str) -> None:
        try:
            self._start(self._programs[name])
        except OSError as error:  # no memory, or the file was just replaced by an update
            self._due[name] = time.monotonic() + LONGEST_PAUSE_SECONDS
            self.console.say(f"{name} cannot be started ({error}). Trying again in {LONGEST_PAUSE_SECONDS:.0f} s.")

    def _plan_restart(self, name: str, child: Child) -> None:
        if child.age > STABLE_SECONDS:
            self._pause[name] = FIRST_PAUSE_SECONDS
        pause = self._pause[name]
        self._pause[name] = min(pause * 2, LONGEST_PAUSE_SECONDS)
        self._due[name] = time.monotonic() + pause
        self._bury(name)
        self.console.say(f"{name} ended ({describe(child.exit_code())}) after {child.age:.0f} s. Starting it again in {pause:.0f} s.")

    # --- one child --------------------------------------------------------------------------------------------------

    def _start(self, program: Program) -> None:
        child = Child(program, self._env, self._root, self.watchman.pipe)
        self._children[program.name] = child
        self.watchman.started(child.group)
        self._selector.register(child.stdout, selectors.EVENT_READ, child)

    def _pass_on(self, child: Child) -> bool:
        lines, anything = child.read_lines()
        for line in lines:
            self.console.child_line(child.program.name, line)
        return anything

    def _on_output(self, child: Child) -> None:
        if not self._pass_on(child):
            self._selector.unregister(child.stdout)  # end of file: it closed its output, or it ended

    def _bury(self, name: str) -> None:
        """Ends what is left of a child's group, prints its last words and forgets it."""
        child = self._children.pop(name)
        child.kill_group()
        while self._pass_on(child):
            pass
        with contextlib.suppress(KeyError):
            self._selector.unregister(child.stdout)
        child.close()
        self.watchman.gone(child.group)

    # --- the end ----------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Asks everybody to stop, waits, kills what remains; those that others need go last. A further signal skips the waiting."""
        self._due.clear()
        needed = [name for name, child in self._children.items() if child.program.needed_by_others]
        others = [name for name in self._children if name not in needed]
        patience = self.stop_requests
        for names, grace in ((others, self._grace), (needed, GRACE_FOR_NEEDED_SECONDS)):
            for name in names:
                self._children[name].ask_to_stop()
            deadline = time.monotonic() + grace
            while self._any_alive(names) and time.monotonic() < deadline and self.stop_requests <= patience:
                self._listen(0.05)
            for name in names:
                self._bury(name)

    def _any_alive(self, names: list[str]) -> bool:
        return any(self._children[name].exit_code() is None for name in names)



def describe(code: int | None) -> str:
    """An exit code in words."""
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
