"""Meta's review of its items: a new or changed one is looked at for a while, then approved, or judged as a person has ruled.

A ruling is about a retailer_id and lasts: each new version is reviewed again and ends the same way, until the ruling is taken back.
"""

from typing import Any

from sandbox.graph.world import World

Item = dict[str, Any]
# kind: (what it does, the reason where none is given)
RULINGS = {
    "reject": ("The item is rejected by the review", "Your item does not comply with our Commerce Policies."),
    "picture": ("The picture cannot be fetched", "The image link is broken."),
    "warn": ("The item is shown, with a warning", "The image is smaller than 500 x 500 pixels."),
    "stuck": ("The review never ends", ""),
}
LONGEST_REASON = 300


def rule(world: World, catalog_id: str, retailer_id: str, kind: str, reason: str = "") -> None:
    """Judge every version of this item so from now on; kind "approve" takes the ruling back. Unknown kinds raise ValueError."""
    if kind == "approve":
        world.store.drop("note", _key(catalog_id, retailer_id))
    elif kind in RULINGS:
        words = (reason.strip() or RULINGS[kind][1])[:LONGEST_REASON]
        world.store.put("note", _key(catalog_id, retailer_id), {"kind": kind, "reason": words})
    else:
        raise ValueError(f"ruling must be one of {', '.join(RULINGS)} or approve")


def ruling_on(world: World, catalog_id: str, retailer_id: str) -> dict[str, str]:
    """{"kind", "reason"} of the ruling in force, or {}."""
    return world.store.notes.get(_key(catalog_id, retailer_id), {})


def status(world: World, item: Item) -> str:
    """review_status: what a hand edit of the item says, else pending for `review_delay` seconds, then approved or as ruled."""
    if "review_status" in item:
        return str(item["review_status"])
    kind = _ruling(world, item).get("kind")
    if kind == "stuck" or _waited(world, item) < world.review_delay:
        return "pending"
    return "rejected" if kind == "reject" else "approved"


def rejection_reasons(world: World, item: Item) -> list[str] | None:
    """Why it was rejected."""
    if "review_rejection_reasons" in item or status(world, item) != "rejected":
        return item.get("review_rejection_reasons")
    return [_ruling(world, item)["reason"]] if _ruling(world, item) else None


def image_fetch_status(world: World, item: Item) -> str:
    """The picture is fetched in the first half of the review."""
    if "image_fetch_status" in item:
        return str(item["image_fetch_status"])
    if _waited(world, item) < world.review_delay / 2:
        return "NO_STATUS"
    return "FETCH_FAILED" if _ruling(world, item).get("kind") == "picture" else "FETCHED"


def capabilities(world: World, item: Item) -> list[dict[str, str]]:
    """capability_to_review_status: WhatsApp follows the review."""
    return [{"key": "WHATSAPP", "value": status(world, item).upper()}]


def diagnostics(world: World, item: Item) -> list[dict[str, str]]:
    """The entries of `errors` that come from the review rather than from the item's own values."""
    ruling = _ruling(world, item)
    if status(world, item) == "pending":
        return []
    kinds = {"reject": ("WHATSAPP_POLICY_VIOLATION", "HIGH"), "picture": ("IMAGE_FETCH_FAILED_LINK_BROKEN", "HIGH"),
             "warn": ("IMAGE_RESOLUTION_LOW", "MEDIUM")}  # fmt: skip
    if ruling.get("kind") not in kinds:
        return []
    error_type, priority = kinds[ruling["kind"]]
    return [{"error_type": error_type, "error_priority": priority, "title": ruling["reason"], "description": ruling["reason"]}]


def _waited(world: World, item: Item) -> float:
    return world.now() - float(item.get("changed_at") or 0)


def _ruling(world: World, item: Item) -> dict[str, str]:
    return ruling_on(world, item["catalog_id"], item["retailer_id"])


def _key(catalog_id: str, retailer_id: str) -> str:
    return f"ruling:{catalog_id}:{retailer_id}"
