"""Control addresses that every kind of shop has: recorded calls, faults, hand edits, knobs.

One function per address: shop, query and JSON body in, status and JSON-ready body out. Senseless calls raise ValueError or TypeError,
unknown products KeyError.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from typing import Any

Body = dict[str, Any]
Answer = tuple[int, Any]
Control = Callable[[Any, Body, Body], Answer]
Edit = Callable[[Any, int, Body], object]


def common_routes(
    kinds: Mapping[str, str], fault: type, knobs: Sequence[str], edits: Mapping[str, Edit]
) -> dict[tuple[str, str], Control]:
    """The addresses of a kind of shop: `kinds` and `fault` of its faults.py, the names of its knobs, and what a hand can do to it."""

    def faults(shop: Any, query: Body, body: Body) -> Answer:
        return 200, {"faults": [row.to_dict() for row in shop.faults], "kinds": kinds}

    def add_fault(shop: Any, query: Body, body: Body) -> Answer:
        unknown = set(body) - ({row.name for row in fields(fault)} - {"id"} | {"minutes"})
        if unknown or "kind" not in body:
            raise ValueError(f"unknown options: {', '.join(sorted(unknown))}" if unknown else "kind is missing")
        options = dict(body)
        with shop.work():
            return 201, shop.faults.add(str(options.pop("kind")), **options).to_dict()

    def mend(shop: Any, query: Body, body: Body) -> Answer:
        with shop.work():
            for row in shop.faults.active(query.get("kind") or None):
                if str(row.id) == query.get("id", str(row.id)):
                    shop.faults.remove(row.id)
        return faults(shop, query, body)

    def edit(shop: Any, query: Body, body: Body) -> Answer:
        made = _edit_of(edits, body)(shop, int(body.get("id") or 0), dict(body.get("fields") or {}))
        return 200, {"item": asdict(made) if is_dataclass(made) and not isinstance(made, type) else None}

    def plan(shop: Any, query: Body, body: Body) -> Answer:
        act, number, values = _edit_of(edits, body), int(body.get("id") or 0), dict(body.get("fields") or {})
        if number:
            shop.item(number)
        shop.before(int(body.get("before") or 1), lambda: act(shop, number, values), str(body.get("endpoint") or "products"))
        return 201, {"planned": len(shop.plans)}

    def turn(shop: Any, query: Body, body: Body) -> Answer:
        with shop.work():
            for name in knobs:
                if name in body:
                    setattr(shop, name, body[name])
            return 200, {name: getattr(shop, name) for name in knobs}

    return {
        ("GET", "calls"): calls, ("GET", "faults"): faults, ("POST", "faults"): add_fault, ("DELETE", "faults"): mend,
        ("POST", "products"): edit, ("POST", "plans"): plan, ("POST", "knobs"): turn,
    }  # fmt: skip


def calls(shop: Any, query: Body, body: Body) -> Answer:
    """Recorded calls: `?endpoint=` of one address; `?since=` a call number."""
    found = shop.calls(query.get("endpoint") or None, int(query.get("since") or 0))
    return 200, {"calls": [{**asdict(call), "at": call.at.isoformat()} for call in found]}


def _edit_of(edits: Mapping[str, Edit], body: Body) -> Edit:
    act = edits.get(str(body.get("action")))
    if act is None:
        raise ValueError(f"action must be one of {', '.join(edits)}")
    return act
