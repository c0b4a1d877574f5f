"""Connections: pages by key, as Shopify's cursors are. A cursor names the last row's value and id, so edits in between shift nothing."""

import base64
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.shops.shopify.errors import Trouble

LARGEST = 250
Key = tuple[Any, int]


@dataclass(slots=True)
class Rows:
    """One page of a connection: (key, thing) in order, and whether there is more on either side."""

    rows: list[tuple[Key, Any]]
    before: bool = False
    after: bool = False


def page_of(keys: Sequence[Any], args: dict[str, Any], load: Callable[[int], Any], largest: int = LARGEST) -> Rows:
    """One page out of `keys`, which are sorted: (value, id) pairs, or bare ids where the order is by id. `load` makes a thing of an id."""
    first, last = args.get("first"), args.get("last")
    _check(first, last, largest)
    bare = not keys or isinstance(keys[0], int)
    start, end = 0, len(keys)
    low, high = args.get("after"), args.get("before")
    reverse = bool(args.get("reverse"))
    if reverse:
        low, high = high, low
    if low:
        start = bisect_right(keys, _at(low, bare))
    if high:
        end = max(start, bisect_left(keys, _at(high, bare)))
    count: int = first if first is not None else args["last"]
    from_start = (first is not None) != reverse
    chosen = keys[start : min(end, start + count)] if from_start else keys[max(start, end - count) : end]
    more = end - start > count
    rows = [(key, thing) for key in map(_pair, chosen) if (thing := load(key[1])) is not None]
    page = Rows(rows, before=(start > 0) or (more and not from_start), after=(end < len(keys)) or (more and from_start))
    if reverse:
        page = Rows(rows[::-1], page.after, page.before)
    return page


def cursor_of(key: Key) -> str:
    """As Shopify writes it; callers take it for opaque."""
    value, number = key
    return base64.b64encode(json.dumps({"last_id": number, "last_value": value}, separators=(",", ":")).encode()).decode()


def _pair(key: Any) -> Key:
    return (str(key), key) if isinstance(key, int) else key


def _at(cursor: str, bare: bool) -> Any:
    try:
        found = json.loads(base64.b64decode(cursor, validate=True))
        number, value = int(found["last_id"]), found["last_value"]
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble("Malformed cursor", "BAD_REQUEST") from error
    return number if bare else (value, number)


def _check(first: Any, last: Any, largest: int) -> None:
    if first is None and last is None:
        raise Trouble("you must provide one of first or last", "BAD_REQUEST")
    if first is not None and last is not None:
        raise Trouble("providing both first and last is not supported", "BAD_REQUEST")
    count = first if first is not None else last
    if count < 0:
        raise Trouble(f"{count} is not a valid page size", "BAD_REQUEST")
    if count > largest:
        raise Trouble(f"The input size of {count} is greater than the maximum allowed of {largest}.", "MAX_INPUT_SIZE_EXCEEDED")


def _page_info(world: Any, rows: Rows, args: dict[str, Any]) -> dict[str, Any]:
    keys = [key for key, _ in rows.rows]
    ends = {"startCursor": cursor_of(keys[0]), "endCursor": cursor_of(keys[-1])} if keys else {"startCursor": None, "endCursor": None}
    return {"hasNextPage": rows.after, "hasPreviousPage": rows.before, **ends}


PAGING: dict[str, dict[str, Callable[[Any, Any, dict[str, Any]], Any]]] = {
    "Connection": {
        "nodes": lambda world, rows, args: [thing for _, thing in rows.rows],
        "edges": lambda world, rows, args: rows.rows,
        "pageInfo": _page_info,
    },
    "Edge": {
        "node": lambda world, edge, args: edge[1],
        "cursor": lambda world, edge, args: cursor_of(edge[0]),
    },
    "PageInfo": {
        name: (lambda world, info, args, name=name: info[name])  # type: ignore[misc]
        for name in ("hasNextPage", "hasPreviousPage", "startCursor", "endCursor")
    },
}
