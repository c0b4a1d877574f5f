"""Time passes: handles become ready and are applied, lost calls land late. Also the status poll that tells of it."""

from typing import Any

from sandbox.graph import items, money
from sandbox.graph.call import Call
from sandbox.graph.errors import invalid
from sandbox.graph.schema import BATCH_REQUIRED, ERROR_SAMPLE
from sandbox.graph.world import World

Batch = dict[str, Any]


def advance(world: World) -> None:
    """Apply every batch whose time has come, in the order the stand-in is told to use."""
    if not world.store.pending:
        return
    now = world.now()
    due = [h for h in world.store.pending if (moment := world.store.batches[h]["due"]) is not None and moment <= now]
    if due:
        land(world, due)


def land(world: World, handles: list[str], status: str = "finished", by_hand: bool = False) -> None:
    """Apply the batches with these handles and end them, held ones only by hand or after their fault is cleared."""
    for handle in _ordered(world, handles):
        batch = world.store.batches[handle]
        if batch["held"] and not by_hand:
            if batch["applied_early"] and not batch.get("done"):
                world.store.put("batch", handle, {**_applied(world, batch), "status": "started", "done": True})
            continue
        ended = batch if batch.get("done") or status in ("canceled", "error") else _applied(world, batch)
        world.store.put("batch", handle, {**ended, "status": status, "rows": [], "held": False})


def release(world: World) -> None:
    """After `endless_handle` is cleared, held handles go on."""
    for handle in list(world.store.pending):
        if world.store.batches[handle]["held"]:
            world.store.put("batch", handle, {**world.store.batches[handle], "held": False})


def _ordered(world: World, handles: list[str]) -> list[str]:
    batches = world.store.batches
    known = sorted((h for h in handles if h in world.store.pending), key=lambda h: (batches[h]["due"] or 0, batches[h]["seq"]))
    if callable(world.settle_order):
        return list(world.settle_order(known))
    return known[::-1] if world.settle_order == "lifo" else known


def _applied(world: World, batch: Batch) -> Batch:
    errors = []
    call = Call("POST", 26, [batch["catalog_id"], "items_batch"], {}, edge="items_batch", catalog_id=batch["catalog_id"])
    for row in batch["rows"]:
        message = row["error"] or _apply_row(world, call, batch, row)
        if message:
            errors.append({"line": row["line"], "id": row["id"], "message": message})
    warnings = [{"line": row["line"], "id": row["id"], "message": text} for row in batch["rows"] for text in row["warnings"]]
    return {**batch, "errors": errors, "warnings": warnings}


def _apply_row(world: World, call: Call, batch: Batch, row: dict[str, Any]) -> str | None:
    """Apply one row; returns the reason where it is not saved."""
    existing = world.find_item(batch["catalog_id"], row["id"])
    if world.faults.take("reject_item", call, (row["id"],)):
        return f"The sandbox was asked to refuse the item {row['id']}."
    if row["method"] == "DELETE":
        if existing is None:
            return f"The item {row['id']} cannot be deleted: no item with this id exists in the catalog."
        world.store.drop("item", existing["id"])
        return None
    if existing is None and row["method"] == "UPDATE" and not batch["upsert"]:
        return f"The item {row['id']} cannot be updated: no item with this id exists in the catalog."
    if existing is not None and row["method"] == "CREATE" and not batch["upsert"]:
        return f"The item {row['id']} cannot be created: an item with this id exists in the catalog."
    problem = _missing(row["values"]) if existing is None else _clash(row["values"], existing)
    if problem is None:
        values = {key: value for key, value in row["values"].items() if key != "retailer_id"}
        items.save(world, batch["catalog_id"], row["id"], values)
    return problem


_READ_NAMES = {"image_link": "image_url", "link": "url", "title": "name"}


def _missing(values: dict[str, Any]) -> str | None:
    missing = [name for name in BATCH_REQUIRED if not values.get(_READ_NAMES.get(name, name))]
    return f"A required field is missing: {', '.join(missing)}." if missing else None


def _clash(values: dict[str, Any], existing: dict[str, Any]) -> str | None:
    """A price in a new currency takes the sale price along only where the row brings one."""
    sale = values.get("sale_price")
    if sale and not values.get("price") and not sale.endswith(existing.get("currency", "")):
        return "The currencies of 'price' and 'sale_price' differ."
    old = existing.get("sale_price")
    if values.get("price") and old and "sale_price" not in values and values["currency"] != existing.get("currency"):
        values["sale_price"] = money.with_currency(old, values["currency"])
    return None


def check_status(world: World, call: Call) -> dict[str, Any]:
    """GET /{catalog_id}/check_batch_request_status: a sample of the errors, their number, and the ids only where asked for."""
    handle = call.handle = str(call.params.get("handle") or "")
    if not handle:
        raise invalid("The parameter handle is required.")
    batch = world.store.batches.get(handle)
    if batch is None or batch["catalog_id"] != call.catalog_id:
        raise invalid("Invalid parameter: the handle is not valid for this catalog")
    call.retailer_ids = tuple(batch.get("ids", ()))
    ended = batch["status"] == "finished"
    errors, warnings = (batch["errors"], batch["warnings"]) if ended else ([], [])
    load = str(call.params.get("load_ids_of_invalid_requests", "")).lower() in ("true", "1") and not batch["quiet"]
    sample = 1 if batch["quiet"] else ERROR_SAMPLE
    entry = {
        "handle": handle,
        "status": batch["status"] if handle not in world.store.pending else _phase(world, batch),
        "errors": errors[:sample],
        "errors_total_count": len(errors),
        "warnings": warnings[:sample],
        "warnings_total_count": len(warnings),
        "ids_of_invalid_requests": [error["id"] for error in errors] if load else [],
    }
    return {"data": [entry]}


def _phase(world: World, batch: Batch) -> str:
    half = batch["created"] + ((batch["due"] - batch["created"]) / 2 if batch["due"] is not None else 0)
    return "started" if world.now() >= half else "scheduled"


def keep_for_later(world: World, call: Call, account_key: str, seconds: float) -> None:
    """Keep a call whose answer was lost; it is applied after so many seconds."""
    key = str(world.store.next_number())
    row = {
        "due": world.now() + seconds, "method": call.method, "version": call.version, "segments": call.segments, "account": account_key,
        "params": {name: value for name, value in call.params.items() if name not in ("access_token", "appsecret_proof")},
        "size": call.size,
    }  # fmt: skip
    world.store.put("late", key, row)


def late_calls(world: World, everything: bool = False) -> list[tuple[Call, str]]:
    """The kept calls whose time has come, taken off the list, with the account each was made with."""
    if not world.store.late:
        return []
    now = world.now()
    ready = [(key, row) for key, row in world.store.late.items() if everything or row["due"] <= now]
    for key, _ in ready:
        world.store.drop("late", key)
    return [(Call(row["method"], row["version"], row["segments"], row["params"], size=row["size"]), row["account"]) for _, row in ready]
