"""The start page's sections. Each app registers its own; the console draws them. A section is data or a template, never a query here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from common.admin.badges import Banner, Tone


@dataclass(frozen=True)
class Card:
    """A number with a name that leads to the list behind it."""

    label: str
    value: str | int
    url: str = ""
    tone: Tone = "grey"
    hint: str = ""


@dataclass(frozen=True)
class Row:
    """A line of a section. text may be SafeString made with format_html (a badge, a progress bar)."""

    title: str
    text: Any = ""
    url: str = ""
    since: Any = ""


@dataclass(frozen=True)
class Section:
    """One block of the start page: cards, then rows, then the way on. empty: what to do next when there is nothing to show."""

    title: str
    cards: list[Card] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    banners: list[Banner] = field(default_factory=list)
    empty: str = ""
    more_url: str = ""
    more_label: str = "Show all"


SectionSource = Callable[[HttpRequest], Section | None]
_sources: list[tuple[int, SectionSource]] = []


def dashboard_section(order: int) -> Callable[[SectionSource], SectionSource]:
    """Registers a function as a section of the start page, lowest order first. It answers None where the person may not look."""

    def register(source: SectionSource) -> SectionSource:
        _sources.append((order, source))
        return source

    return register


def sections(request: HttpRequest) -> list[Section]:
    """Everything registered that has something to say to this request."""
    built = (source(request) for _, source in sorted(_sources, key=lambda entry: entry[0]))
    return [section for section in built if section is not None]
