"""What the pages of all kinds of shops have in common: search and pages, the buttons that break a shop, the news that come each second."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from sandbox.rendering import JSON, admin_origin, html_page, render
from sandbox.serving import Page

PER_PAGE = 24
_SHOWN_AT_ONCE = 6
Buttons = Mapping[str, tuple[str, Mapping[str, Any]]]


class Choice:
    """What the person looks at. `shows`: value -> words of what can be shown; the first is the usual one."""

    def __init__(self, query: dict[str, str], shows: Mapping[str, str]) -> None:
        self.search = query.get("q", "").strip()[:100]
        self.usual = next(iter(shows))
        self.show = query["show"] if query.get("show") in shows else self.usual
        self.page = int(query["page"]) if query.get("page", "").isdigit() and int(query["page"]) else 1
        self.shows = [{"value": value, "text": text, "chosen": value == self.show} for value, text in shows.items()]

    def address(self, page: int) -> str:
        """This choice on another page."""
        return f"?{urlencode({'q': self.search, 'show': self.show, 'page': page})}"

    def cut(self, ids: Sequence[int]) -> tuple[Sequence[int], dict[str, Any]]:
        """The ids on the chosen page, and what the pager says."""
        pages = max(1, -(-len(ids) // PER_PAGE))
        self.page = min(self.page, pages)
        pager = {
            "found": len(ids), "pages": pages, "previous": self.address(self.page - 1) if self.page > 1 else "",
            "next": self.address(self.page + 1) if self.page < pages else "",
        }  # fmt: skip
        return ids[(self.page - 1) * PER_PAGE : self.page * PER_PAGE], pager


def buttons_of(known: Buttons, about: Mapping[str, str], active: set[str]) -> list[dict[str, Any]]:
    """Two groups of buttons. `about` says what a kind does; kinds that are on without having a button get one, to be switched off."""
    rows = [
        {"kind": kind, "text": text, "about": about[kind], "options": json.dumps(options), "on": kind in active}
        for kind, (text, options) in known.items()
    ]
    others = [{"kind": kind, "text": kind, "about": about[kind], "options": "{}", "on": True} for kind in sorted(active - set(known))]
    more = rows[_SHOWN_AT_ONCE:] + others
    return [
        {"more": False, "buttons": rows[:_SHOWN_AT_ONCE], "on": 0},
        {"more": True, "buttons": more, "on": sum(row["on"] for row in more)},
    ]


def whole_page(kind: str, parts: dict[str, Any], several: bool) -> Page:
    """A shop's page; `several`: there are other shops to go to. The kind's templates lie in shop/{kind}/."""
    templates = {"card_template": f"shop/{kind}/card.html", "numbers_template": f"shop/{kind}/numbers.html"}
    return html_page(f"shop/{kind}/page.html", {**parts, **templates, "several": several, "admin_url": admin_origin()})


def news_page(kind: str, parts: dict[str, Any]) -> Page:
    """What the script lays over the page."""
    cards = [{"key": str(card.id), "html": render(f"shop/{kind}/card.html", {"card": card})} for card in parts["cards"]]
    names = {"numbers": f"shop/{kind}/numbers.html"} | {name: f"shop/{name}.html" for name in ("faults", "calls", "empty", "pager")}
    body = {"cards": cards, "parts": {name: render(template, parts) for name, template in names.items()}}
    return Page(200, JSON, json.dumps(body).encode())


def searched(ids: Sequence[int], search: str, matches: Callable[[int, str], bool]) -> list[int]:
    """Ids that a search finds, the newest first."""
    words = search.lower()
    return [key for key in reversed(ids) if not words or matches(key, words)]
