"""Names in front of lines, colours for terminals only, and no end with a traceback when the reader has gone."""

import io

import pytest

from supervisor.output import Console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class ClosedPipe(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_lines_carry_the_name_of_who_printed_them() -> None:
    stream = io.StringIO()
    Console(stream).child_line("web", "hello")
    assert stream.getvalue() == "web      | hello\n"


def test_each_program_has_a_colour_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    console = Console(stream)
    console.child_line("web", "a")
    console.child_line("io", "b")
    first, second = stream.getvalue().splitlines()
    assert first.startswith("\x1b[36m")
    assert second.startswith("\x1b[33m")


def test_no_colour_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    Console(stream).say("hello")
    assert "\x1b" not in stream.getvalue()


def test_a_reader_that_went_away_is_no_reason_to_crash() -> None:
    console = Console(ClosedPipe())
    console.say("nobody hears this")
    console.say("nor this")
