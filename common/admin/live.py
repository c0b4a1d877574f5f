"""Cells that refresh themselves: `live_cell` wraps a display method, `live_answer` renders many of them for common/live.js.

The script asks the model's `live/` address every two seconds for the cells it sees, and pauses while the tab is hidden.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, JsonResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

MOST_CELLS = 400


def live_url(model: type[Model]) -> str:
    """Address of a model's live cells; empty when its admin is not registered."""
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_live")
    except NoReverseMatch:
        return ""


def live_cell(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], SafeString]:
    """Decorator for a display method (self, obj) -> text or safe HTML: its cell refreshes without reload. Put it below @display."""

    @wraps(method)
    def wrapped(self: Any, obj: Any) -> SafeString:
        inner = method(self, obj)
        if obj is None or obj.pk is None:
            return format_html("{}", inner)
        cell = f"{obj.pk}:{method.__name__}"
        return format_html('<span data-live-url="{}" data-live-id="{}">{}</span>', live_url(type(obj)), cell, inner)

    wrapped.live_inner = method  # type: ignore[attr-defined]
    return wrapped


def live_answer(request: HttpRequest, rows: Any, owners: list[Any]) -> JsonResponse:
    """`?ids=12:status,13:status` -> {"items": {"12:status": html}}. rows: what this person may see; owners: objects with live methods.

    Cells of rows that are gone, foreign or unknown are simply missing from the answer.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    for cell in request.GET.get("ids", "").split(",")[:MOST_CELLS]:
        pk, _, name = cell.partition(":")
        if name:
            wanted[pk].add(name)
    methods = {name: _live_method(owners, name) for names in wanted.values() for name in names}
    items = {}
    for obj in rows.filter(pk__in=_valid_keys(rows.model, wanted)):
        for name in wanted[str(obj.pk)]:
            if methods[name] is not None:
                items[f"{obj.pk}:{name}"] = str(format_html("{}", methods[name](obj)))
    return JsonResponse({"items": items}, headers={"Cache-Control": "no-store"})


def _valid_keys(model: type[Model], keys: Any) -> list[Any]:
    valid = []
    for key in keys:
        try:
            valid.append(model._meta.pk.to_python(key))
        except Exception:  # noqa: BLE001, S112 - not a key of this model: nothing to answer
            continue
    return valid


def _live_method(owners: list[Any], name: str) -> Callable[[Any], Any] | None:
    for owner in owners:
        inner = getattr(getattr(owner, name, None), "live_inner", None)
        if inner is not None:
            return lambda obj, owner=owner, inner=inner: inner(owner, obj)
    return None
