"""Answers for / and /_sandbox/..: the page and its live news. How it is rendered: rendering.py."""

import json
from collections.abc import Callable
from typing import Any

from sandbox.graph import KINDS, GraphStandIn
from sandbox.meta_side.cards import SHOWS, CardSet, make_cards
from sandbox.rendering import JSON, admin_origin, html_page, render, static_file
from sandbox.serving import Page

# What a fault button switches on, beyond the kind and the catalog.
BUTTONS: dict[str, tuple[str, dict[str, Any]]] = {
    "outage": ("Outage", {}),
    "throttle": ("Too many calls", {"minutes": 1}),
    "bad_token": ("Token expired", {}),
    "slow": ("Slow answers", {"seconds": 5}),
    "lost_after": ("Answer lost after applying", {}),
    "lost_before": ("Connection lost before", {}),
    "html": ("HTML instead of JSON", {}),
    "broken_json": ("Truncated answers", {}),
    "empty_handles": ("Batches not taken", {}),
    "endless_handle": ("Batches never end", {}),
    "reverse_handles": ("Batches in reverse order", {}),
    "error": ("Unknown error code", {}),
    "listing_incomplete": ("Listing leaves items out", {}),
    "listing_stale": ("Listing shows the past", {}),
}
_SHOWN_AT_ONCE = 5


def page_maker(standin: GraphStandIn, own_origin: str = "") -> Callable[[str, dict[str, str]], Page]:
    """The function that answers for people: (path, query) -> Page. Pictures of the sandbox's own shops lie at `own_origin`."""

    def make(path: str, query: dict[str, str]) -> Page:
        if path == "/":
            return _whole(standin, _Choice(standin, query, own_origin))
        if path == "/_sandbox/news":
            return Page(200, JSON, json.dumps(_news(standin, _Choice(standin, query, own_origin))).encode())
        return static_file(path.removeprefix("/_sandbox/static/"))

    return make


class _Choice:
    """What the person looks at: catalog, search and filter, each a known value."""

    def __init__(self, standin: GraphStandIn, query: dict[str, str], own_origin: str) -> None:
        catalogs = standin.store.catalogs
        self.catalog_id = query["catalog"] if query.get("catalog") in catalogs else next(iter(catalogs), "")
        self.search = query.get("q", "").strip()[:100]
        self.show = query["show"] if query.get("show") in SHOWS else "all"
        self.origin, self.own_origin = admin_origin(), own_origin


def _whole(standin: GraphStandIn, choice: _Choice) -> Page:
    catalogs = [{**row, "chosen": key == choice.catalog_id} for key, row in standin.store.catalogs.items()]
    shows = [{"value": value, "text": text, "chosen": value == choice.show} for value, text in SHOWS.items()]
    context = {**_parts(standin, choice), "catalogs": catalogs, "shows": shows, "choice": choice, "admin_url": choice.origin}
    return html_page("page.html", context, pictures_from=choice.origin)  # other pictures are named, not shown


def _news(standin: GraphStandIn, choice: _Choice) -> dict[str, Any]:
    """What the script lays over the page each second: one piece of HTML per card and per part."""
    parts = _parts(standin, choice)
    cards = [{"key": card.retailer_id, "html": render("card.html", {"card": card})} for card in parts["set"].cards]
    names = ("numbers", "faults", "calls", "notices", "empty")
    return {"cards": cards, "parts": {name: render(f"{name}.html", parts) for name in names}}


def _parts(standin: GraphStandIn, choice: _Choice) -> dict[str, Any]:
    found: CardSet = make_cards(standin, choice.catalog_id, choice.search, choice.show, choice.origin, choice.own_origin)
    with standin.lock:
        active = standin.faults.active()
        recent = [call for call in standin.calls() if call.catalog_id == choice.catalog_id][-12:][::-1]
        ignored = standin.ignored_parameters.most_common(6)
        counts = dict(standin.audit.counts)
        waiting = len(standin.handles(choice.catalog_id))
    on = {fault.kind for fault in active if fault.catalog_id in (None, choice.catalog_id)}
    buttons = [
        {"kind": kind, "text": text, "about": KINDS[kind], "on": kind in on, "options": json.dumps(options)}
        for kind, (text, options) in BUTTONS.items()
    ]
    groups = [
        {"more": more, "buttons": some, "on": sum(button["on"] for button in some)}
        for more, some in ((False, buttons[:_SHOWN_AT_ONCE]), (True, buttons[_SHOWN_AT_ONCE:]))
    ]
    others = [fault for fault in active if fault.kind in on and fault.kind not in BUTTONS]
    return {
        "set": found, "buttons": groups, "others": others, "calls": recent, "ignored": ignored, "counts": counts,
        "ignored_total": sum(standin.ignored_parameters.values()), "waiting": waiting, "catalog_id": choice.catalog_id, "choice": choice,
    }  # fmt: skip
