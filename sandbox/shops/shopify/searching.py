"""The `query` argument of lists: terms, AND, OR, NOT, brackets. A field nobody knows is passed over with a warning, as Shopify does.

A term says which things fit; what each field of a list means, roots.py and orders.py say.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Test = Callable[[Any], bool]
# A field: (operator, text) -> the test. Operators: "", ">", ">=", "<", "<=".
Fields = Mapping[str, Callable[[str, str], Test]]
_TOKEN = re.compile(
    r"""\s*(?:(?P<bracket>[()])|(?P<word>AND|OR|NOT)(?=[\s(])|
    (?P<minus>-(?=[A-Za-z(]))|(?:(?P<field>[A-Za-z_.]+):(?P<op>>=|<=|>|<)?)?(?P<value>"(?:[^"\\]|\\.)*"|'[^']*'|[^\s()]+))""",
    re.VERBOSE,
)


class Quoted(str):
    """A value that stood in quotes: a comma in it separates nothing."""

    __slots__ = ()


@dataclass(slots=True)
class Search:
    """A read query: the test, and what the answer's `extensions.search` tells of it."""

    fits: Test
    warnings: list[dict[str, Any]] = field(default_factory=list)


def read_search(query: str | None, fields: Fields) -> Search | None:
    """The query as a test; None where there is none."""
    if not (query or "").strip():
        return None
    reader = _Reader(query or "", fields)
    return Search(reader.any_of(), reader.warnings)


def note_of(path: list[Any], query: str, search: Search) -> dict[str, Any]:
    """One entry of `extensions.search`."""
    warned = {"warnings": search.warnings} if search.warnings else {}
    return {"path": path, "query": query, "parsed": {"match_all": query}, **warned}


class _Reader:
    """Recursive descent: OR of ANDs of terms."""

    def __init__(self, query: str, fields: Fields) -> None:
        self._tokens = [match for match in _TOKEN.finditer(query) if match.group().strip()]
        self._fields = fields
        self.warnings: list[dict[str, Any]] = []

    def any_of(self) -> Test:
        tests = [self._all_of()]
        while self._take("word", "OR"):
            tests.append(self._all_of())
        return tests[0] if len(tests) == 1 else lambda thing: any(test(thing) for test in tests)

    def _all_of(self) -> Test:
        tests = []
        while self._tokens and not self._next("word", "OR") and not self._next("bracket", ")"):
            if not self._take("word", "AND"):
                tests.append(self._term())
        return lambda thing: all(test(thing) for test in tests)

    def _term(self) -> Test:
        if self._take("word", "NOT") or self._take("minus", "-"):
            inner = self._term()
            return lambda thing: not inner(thing)
        if self._take("bracket", "("):
            test = self.any_of()
            self._take("bracket", ")")
            return test
        match = self._tokens.pop(0)
        return self._test(match["field"] or "", match["op"] or "", _read_value(match["value"] or ""))

    def _test(self, name: str, operator: str, value: str) -> Test:
        make = self._fields.get(name)
        if make is None:
            self._warn(name, "Invalid search field for this query.", "invalid_field")
            return lambda thing: True
        try:
            return make(operator, value)
        except ValueError:
            self._warn(name, f"Input `{value}` is not an accepted value.", "invalid_value")
            return lambda thing: True

    def _warn(self, name: str, words: str, code: str) -> None:
        self.warnings.append({"field": name, "message": words, "code": code})

    def _next(self, group: str, text: str) -> bool:
        return bool(self._tokens) and self._tokens[0][group] == text

    def _take(self, group: str, text: str) -> bool:
        if self._next(group, text):
            self._tokens.pop(0)
            return True
        return False


def _read_value(raw: str) -> str:
    return Quoted(re.sub(r"\\(.)", r"\1", raw[1:-1])) if raw[:1] in "\"'" and len(raw) > 1 else raw


def by_text(read: Callable[[Any], Any]) -> Callable[[str, str], Test]:
    """A field of one text or several: equal whatever the case, `a*` as a beginning, `a,b` as one of them."""

    def make(operator: str, value: str) -> Test:
        parts = [value] if isinstance(value, Quoted) else value.split(",")
        wanted = [part.strip().lower() for part in parts]

        def test(thing: Any) -> bool:
            found = read(thing)
            texts = [str(part).lower() for part in (found if isinstance(found, list | tuple) else [found])]
            return any(text.startswith(part[:-1]) if part.endswith("*") else text == part for text in texts for part in wanted)

        return test

    return make


def by_number(read: Callable[[Any], int]) -> Callable[[str, str], Test]:
    """A whole number, compared; an id may also be a global one."""

    def make(operator: str, value: str) -> Test:
        numbers = {int(part.rsplit("/", 1)[-1]) for part in value.split(",")}
        return _compared(read, operator, min(numbers)) if operator else lambda thing: read(thing) in numbers

    return make


def by_time(read: Callable[[Any], int | None], zone: str) -> Callable[[str, str], Test]:
    """A moment, compared; without an offset it is read in the shop's time zone."""

    def make(operator: str, value: str) -> Test:
        found = datetime.fromisoformat(value.replace("Z", "+00:00"))
        aware = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
        return _compared(read, operator, int(aware.timestamp()))

    return make


def _compared(read: Callable[[Any], int | None], operator: str, wanted: int) -> Test:
    def test(thing: Any) -> bool:
        found = read(thing)
        if found is None:
            return False
        return {">": found > wanted, ">=": found >= wanted, "<": found < wanted, "<=": found <= wanted}.get(operator, found == wanted)

    return test
