"""Bulk operations: what may be asked, and how many at once. What they write: bulk_file.py."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from graphql import GraphQLSyntaxError

from sandbox.shops.shopify.admin_schema import mistakes
from sandbox.shops.shopify.bulk_file import inner_connections, kind_of, node_plan, plan_of
from sandbox.shops.shopify.bulk_state import AT_ONCE, BulkOperation
from sandbox.shops.shopify.running import Run, Step, steps_of

if TYPE_CHECKING:
    from sandbox.shops.shopify.sight import Sight

MOST_CONNECTIONS, DEEPEST = 5, 2


def start(sight: "Sight", query: str, grouped: bool) -> dict[str, Any]:
    """bulkOperationRunQuery: a new operation, or what is wrong."""
    shop = sight.shop
    for operation in shop.bulk.running(sight.app.client_id):
        shop.bulk_operation(operation.id)  # it may be done by now
    running = shop.bulk.running(sight.app.client_id)
    if len(running) >= AT_ONCE or shop.faults.active("bulk_busy"):
        other = running[0].id if running else 1
        words = f"A bulk query operation for this app and shop is already in progress: gid://shopify/BulkOperation/{other}."
        return {"bulkOperation": None, "userErrors": [{"field": None, "message": words, "code": "OPERATION_IN_PROGRESS"}]}
    wrong = _wrong_with(sight, query)
    if wrong:
        return {"bulkOperation": None, "userErrors": [{"field": ["query"], "message": wrong, "code": "INVALID"}]}
    now = shop.clock().timestamp()
    number = shop.shelf.new_id()
    operation = BulkOperation(number, query, sight.app.client_id, created=now, due=now + shop.bulk_seconds, grouped=grouped)
    return {"bulkOperation": shop.bulk.add(operation), "userErrors": []}


def _wrong_with(sight: "Sight", query: str) -> str:
    """Why a query cannot be run in bulk, or ""."""
    try:
        found = mistakes(query)
    except GraphQLSyntaxError as error:
        return f"Invalid bulk query: {error.message}"
    if found:
        return f"Invalid bulk query: {found[0].message}"
    run, plan = plan_of(sight, query)
    roots = [step for step, connection in steps_of(plan) if connection]
    if any(step.name in ("node", "nodes") for step in plan):
        return "Bulk queries cannot contain a top level `node` or `nodes` field."
    if not roots:
        return "Bulk queries must contain at least one connection."
    problems = [problem for step in roots for problem in _objections(run, step, 0)]
    count = sum(_connections(run, step) for step in roots)
    if count > MOST_CONNECTIONS:
        return f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections."
    return problems[0] if problems else ""


def _objections(run: Run, step: Step, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        yield f"Bulk queries cannot contain connections with a nesting depth greater than {DEEPEST}."
        return
    plan = run.plan_below(step, kind_of(step))
    if any(inner.name == "nodes" for inner in plan):
        yield "Bulk queries do not support `nodes`: use `edges { node }`."
        return
    below = node_plan(run, step)
    children = list(inner_connections(run, below))
    if children and not any(inner.name == "id" for inner in below):
        yield "The parent 'node' field for a nested connection must select the 'id' field."
    for child in children:
        yield from _objections(run, child, depth + 1)


def _connections(run: Run, step: Step) -> int:
    return 1 + sum(_connections(run, child) for child in inner_connections(run, node_plan(run, step)))
