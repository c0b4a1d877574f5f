"""GET /{catalog_id}/products: filter, cursor paging, summary, and the ways in which a listing may lie."""

import base64
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from sandbox.graph.call import Call
from sandbox.graph.errors import invalid
from sandbox.graph.fields import item_fields, show_item
from sandbox.graph.filters import read_filter
from sandbox.graph.schema import MAX_PAGE
from sandbox.graph.world import World

Items = list[dict[str, Any]]
_KNOWN = frozenset({"fields", "filter", "limit", "after", "before", "summary", "bulk_pagination", "return_only_approved_products"})
_OWN = frozenset({"access_token", "appsecret_proof", "locale", "method"})


def list_products(world: World, call: Call) -> dict[str, Any]:
    """One page. A filtered look-up is exact and current; a full listing may be told to lie by a fault."""
    for name in call.params:
        if name not in _KNOWN and name not in _OWN:
            world.ignore(call.edge, name)
    tree = item_fields(str(call.params.get("fields") or ""))
    items, full = _chosen(world, call)
    page, more = _page(world, call, items, full)
    answer: dict[str, Any] = {"data": [show_item(world, item, tree) for item in page]}
    if page:
        answer["paging"] = _paging(call, page, more)
    if str(call.params.get("summary", "")).lower() in ("true", "1", "total_count"):
        answer["summary"] = {"total_count": len(items) if full is None else len(full)}
    return answer


def _chosen(world: World, call: Call) -> tuple[Items, Items | None]:
    """The items of the listing, and the whole catalog where a fault left some out."""
    catalog_id = call.catalog_id or ""
    store = world.store
    if "filter" in call.params:
        fits, ids = read_filter(call.params["filter"])
        if ids is not None:
            call.retailer_ids = tuple(ids)
            return [item for retailer_id in dict.fromkeys(ids) for item in world.find_every(catalog_id, retailer_id)], None
        return [item for item in store.items_of(catalog_id) if fits(item)], None
    items = store.items_of(catalog_id)
    stale = world.faults.take("listing_stale", call)
    if stale:
        items = stale.frozen.get(catalog_id, [])
    hidden = world.faults.take("listing_incomplete", call, None)
    if hidden:
        left_out = set(hidden.retailer_ids)
        return [i for n, i in enumerate(items) if (i["retailer_id"] not in left_out if left_out else n % 3 != 1)], items
    return items, None


def _page(world: World, call: Call, items: Items, full: Items | None) -> tuple[Items, bool]:
    limit = _limit(call.params.get("limit", 25))
    items = sorted(items, key=lambda item: item["seq"])
    if call.params.get("before"):
        before = _cursor(call.params["before"])
        return [item for item in items if item["seq"] < before][-limit:], True
    after = _cursor(call.params["after"]) if call.params.get("after") else 0
    if after and world.faults.take("listing_loops", call):
        after = 0
    rest = list(islice((item for item in items if item["seq"] > after), limit + 1))
    page, more = rest[:limit], len(rest) > limit
    if after and world.faults.take("listing_repeats", call):
        page = [item for item in items if item["seq"] <= after][-2:] + page
    return page, more or (bool(page) and bool(world.faults.active("listing_loops")))


def _limit(raw: Any) -> int:
    try:
        limit = int(raw)
    except (TypeError, ValueError):
        raise invalid("Param limit must be an integer") from None
    if limit < 1:
        raise invalid("Param limit must be greater than 0")
    return min(limit, MAX_PAGE)


def _cursor(raw: Any) -> int:
    try:
        return int(base64.urlsafe_b64decode(str(raw)).decode().removeprefix("seq:"))
    except ValueError:
        raise invalid("Invalid cursors values: the cursor is not valid", status=400) from None


def _mark(item: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(f"seq:{item['seq']}".encode()).decode()


def _paging(call: Call, page: Items, more: bool) -> dict[str, Any]:
    paging: dict[str, Any] = {"cursors": {"before": _mark(page[0]), "after": _mark(page[-1])}}
    if more:
        kept = {key: str(value) for key, value in call.params.items() if key not in ("access_token", "appsecret_proof", "before")}
        query = urlencode({**kept, "after": paging["cursors"]["after"]})
        paging["next"] = f"https://graph.facebook.com/v{call.version}.0/{call.catalog_id}/products?{query}"
    return paging
