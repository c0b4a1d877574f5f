"""Answers for / and /_sandbox/..: the page, its live news, its script and style. Plain templates, everything escaped."""

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox.graph import KINDS, GraphStandIn
from sandbox.meta_side.cards import SHOWS, CardSet, make_cards
from sandbox.serving import Page

HERE = Path(__file__).resolve().parents[1]
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_HTML, _JSON = "text/html; charset=utf-8", "application/json"
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


def page_maker(standin: GraphStandIn) -> Callable[[str, dict[str, str]], Page]:
    """The function that answers for people: (path, query) -> Page."""

    def make(path: str, query: dict[str, str]) -> Page:
        if path == "/":
            return _whole(standin, query)
        if path == "/_sandbox/news":
            return Page(200, _JSON, json.dumps(_news(standin, _Choice(standin, query))).encode())
        return _static(path.removeprefix("/_sandbox/static/"))

    return make


class _Choice:
    """What the person looks at: catalog, search and filter, each a known value."""

    def __init__(self, standin: GraphStandIn, query: dict[str, str]) -> None:
        catalogs = standin.store.catalogs
        self.catalog_id = query["catalog"] if query.get("catalog") in catalogs else next(iter(catalogs), "")
        self.search = query.get("q", "").strip()[:100]
        self.show = query["show"] if query.get("show") in SHOWS else "all"
        self.origin = _picture_origin()


def _whole(standin: GraphStandIn, query: dict[str, str]) -> Page:
    choice = _Choice(standin, query)
    catalogs = [{**row, "chosen": key == choice.catalog_id} for key, row in standin.store.catalogs.items()]
    shows = [{"value": value, "text": text, "chosen": value == choice.show} for value, text in SHOWS.items()]
    context = {**_parts(standin, choice), "catalogs": catalogs, "shows": shows, "choice": choice, "admin_url": choice.origin}
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src 'self' {choice.origin}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    return Page(200, _HTML, _render("page.html", context).encode(), headers)


def _news(standin: GraphStandIn, choice: _Choice) -> dict[str, Any]:
    """What the script lays over the page each second: one piece of HTML per card and per part."""
    parts = _parts(standin, choice)
    cards = [{"key": card.retailer_id, "html": _render("card.html", {"card": card})} for card in parts["set"].cards]
    names = ("numbers", "faults", "calls", "notices", "empty")
    return {"cards": cards, "parts": {name: _render(f"{name}.html", parts) for name in names}}


def _parts(standin: GraphStandIn, choice: _Choice) -> dict[str, Any]:
    found: CardSet = make_cards(standin, choice.catalog_id, choice.search, choice.show, choice.origin)
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


def _static(name: str) -> Page:
    path = HERE / "static" / Path(name).name
    if path.suffix not in _TYPES or not path.is_file():
        return Page(404, "text/plain; charset=utf-8", b"not found")
    return Page(200, _TYPES[path.suffix], path.read_bytes(), {"X-Content-Type-Options": "nosniff"})


def _picture_origin() -> str:
    """Pictures are loaded from the shop's own address only; others are named, not shown."""
    from django.conf import settings

    parts = urlsplit(settings.PUBLIC_BASE_URL)
    return f"{parts.scheme}://{parts.netloc}"


@lru_cache(maxsize=1)
def _engine() -> Any:
    from django.template import Engine

    return Engine(dirs=[str(HERE / "templates")], autoescape=True)


def _render(name: str, context: dict[str, Any]) -> str:
    from django.template import Context

    return _engine().get_template(name).render(Context(context))
