"""POST /{catalog_id}/items_batch: reading and judging the rows, and the handle. Applying them later lives in settle.py."""

import json
from collections import Counter
from typing import Any

from sandbox.graph.call import PROTOCOL, Call
from sandbox.graph.errors import invalid, reduce_data
from sandbox.graph.schema import BATCH, MANDATORY, MAX_BATCH_BYTES, MAX_ROWS, Rule
from sandbox.graph.values import CLEAR, BadValue, parse
from sandbox.graph.world import World

_METHODS = ("CREATE", "UPDATE", "DELETE")
_UPSERT = Rule("bool")
_KNOWN = frozenset({"item_type", "requests", "allow_upsert", "item_sub_type", "version"})


def rows_of(params: dict[str, Any]) -> list[Any] | None:
    """The `requests` of a call, or None where they are no array."""
    rows = params.get("requests")
    if isinstance(rows, str):
        try:
            rows = json.loads(rows)
        except ValueError:
            return None
    return rows if isinstance(rows, list) else None


def ids_of(rows: list[Any] | None) -> tuple[str, ...]:
    """The retailer_ids named in the rows, as far as they can be read."""
    found = [row["data"].get("id") for row in rows or [] if isinstance(row, dict) and isinstance(row.get("data"), dict)]
    return tuple(str(entry) for entry in found if entry)


def accept(world: World, call: Call) -> dict[str, Any]:
    """Take a batch: a handle means accepted, not applied. Rows that cannot be read are named at once and never applied."""
    rows = _checked_envelope(world, call)
    if world.faults.take("empty_handles", call, call.retailer_ids):
        return {"handles": []}
    parsed = [judge_row(line, row) for line, row in enumerate(rows)]
    twice = {rid for rid, count in Counter(row["id"] for row in parsed if row["id"]).items() if count > 1}
    for row in parsed:
        if row["id"] in twice:
            row["error"] = f"Duplicate retailer_id in batch api call - {row['id']}."
    call.handle = _open_handle(world, call, parsed)
    answer: dict[str, Any] = {"handles": [call.handle]}
    remarks = [_remark(row) for row in parsed if row["error"] or row["warnings"]]
    if remarks:
        answer["validation_status"] = remarks
    return answer


def _checked_envelope(world: World, call: Call) -> list[Any]:
    for name in call.params:
        if name not in _KNOWN and name not in PROTOCOL:
            world.ignore(call.edge, name)
    if not call.params.get("item_type"):
        raise invalid("The parameter item_type is required.")
    if call.params["item_type"] != "PRODUCT_ITEM":
        raise invalid("Param item_type must be one of {PRODUCT_ITEM}")
    if "requests" not in call.params:
        raise invalid("The parameter requests is required.")
    if not call.rows:
        raise invalid("Param requests must be a non-empty JSON array")
    if len(call.rows) > MAX_ROWS or call.size > MAX_BATCH_BYTES:
        raise reduce_data()
    return call.rows


def judge_row(line: int, raw: Any) -> dict[str, Any]:
    """One row, judged: {"line", "id", "method", "values", "error", "warnings"}; `error` is None where the row can be tried."""
    row: dict[str, Any] = {"line": line, "id": "", "method": "", "values": {}, "error": None, "warnings": []}
    data = raw.get("data") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(data, dict):
        return {**row, "error": "A request must be an object with 'method' and 'data'."}
    row["id"], row["method"] = str(data.get("id") or ""), str(raw.get("method", ""))
    row["warnings"] = [_unknown(row["id"], name) for name in raw if name not in ("method", "data")]
    if not row["id"]:
        return {**row, "error": "A required field is missing: 'id'. The retailer id belongs into data.id."}
    if row["method"] not in _METHODS:
        return {**row, "error": f"The method '{row['method']}' is not one of {', '.join(_METHODS)}."}
    try:
        _read_data(row, data)
    except BadValue as error:
        row["error"] = f"{error}."
    return row


def _read_data(row: dict[str, Any], data: dict[str, Any]) -> None:
    values: dict[str, Any] = row["values"]
    for name, raw in data.items():
        rule = BATCH.get(name)
        if rule is None:
            row["warnings"].append(_unknown(row["id"], name))
        elif raw is not None:
            value = parse(name, raw, rule)
            target = rule.target or name
            if value is CLEAR and target in MANDATORY:
                raise BadValue(f"The field '{name}' must not be empty")
            _lay(values, name, target, value)
    currencies = {values[name].split(" ")[1] for name in ("price", "sale_price") if values.get(name)}
    if len(currencies) > 1:
        raise BadValue("The currencies of 'price' and 'sale_price' differ")
    if values.get("price"):
        values["currency"] = currencies.pop()


def _lay(values: dict[str, Any], name: str, target: str, value: Any) -> None:
    """Put a batch value onto the item's own names."""
    if name == "sale_price_effective_date":
        start, end = value or (None, None)
        values.update(sale_price_start_date=start, sale_price_end_date=end)
    elif name == "image":
        values["image_url"] = value[0]
        values.setdefault("additional_image_urls", value[1:] or None)
    elif target == "visibility":
        values["visibility"] = "staging" if value in ("hidden", "archived") else "published"
    else:
        values[target] = value


def _unknown(retailer_id: str, name: str) -> str:
    return f"Unrecognised field: A request for item {retailer_id} contains unrecognised field: '{name}'"


def _remark(row: dict[str, Any]) -> dict[str, Any]:
    remark: dict[str, Any] = {"retailer_id": row["id"]}
    if row["error"]:
        remark["errors"] = [{"message": row["error"]}]
    if row["warnings"]:
        remark["warnings"] = [{"message": text} for text in row["warnings"]]
    return remark


def _open_handle(world: World, call: Call, rows: list[dict[str, Any]]) -> str:
    number = world.store.next_number()
    handle = f"AczSandbox{number:06d}{'x' * 24}{number * 7919 % 9973:04d}"
    now = world.now()
    endless = world.faults.take("endless_handle", call, call.retailer_ids)
    upsert = parse("allow_upsert", call.params.get("allow_upsert", True), _UPSERT)
    batch = {
        "handle": handle, "seq": number, "catalog_id": call.catalog_id, "status": "scheduled", "created": now,
        "due": None if world.batch_delay is None else now + world.batch_delay,
        "held": bool(endless and endless.seconds is None), "applied_early": bool(endless and endless.applied),
        "upsert": upsert, "rows": rows, "errors": [], "warnings": [],
        "quiet": bool(world.faults.take("hidden_errors", call, call.retailer_ids)), "ids": list(call.retailer_ids),
    }  # fmt: skip
    if endless and endless.seconds is not None:
        batch["due"] = now + endless.seconds
    if world.faults.take("reverse_handles", call):
        _push_back(world, batch)
    world.store.put("batch", handle, batch)
    return handle


def _push_back(world: World, newest: dict[str, Any]) -> None:
    """Older waiting batches of the catalog land after the newest one, but not later than ten delays after they came."""
    patience = 10 * (world.batch_delay or 0)
    for handle in list(world.store.pending):
        batch = world.store.batches[handle]
        if batch["catalog_id"] == newest["catalog_id"] and batch["due"] is not None and newest["due"] is not None:
            late = min(newest["due"] + 0.001, batch["created"] + patience)
            world.store.put("batch", handle, {**batch, "due": max(batch["due"], late)})
