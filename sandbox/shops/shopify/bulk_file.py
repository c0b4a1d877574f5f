"""The file of a bulk operation: a line an object, children with __parentId and in no order to rely on."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import orjson
from graphql import OperationDefinitionNode

from sandbox.shops.shopify.admin_schema import parsed
from sandbox.shops.shopify.bulk_state import BulkOperation, new_file
from sandbox.shops.shopify.paging import LARGEST, cursor_of
from sandbox.shops.shopify.query_readers import QUERY_READERS, fragments_of
from sandbox.shops.shopify.running import Plan, Run, Step, steps_of, typed

if TYPE_CHECKING:
    from sandbox.shops.shopify.sight import Sight

_CHUNK = 50
_LINES_OF_A_FAILURE = 7
_HOLDERS = ("InventoryItem", "Product", "ProductVariant")  # plain objects that may hold connections
Line = dict[str, Any]


def plan_of(sight: "Sight", query: str) -> tuple[Run, Plan]:
    """A checked query, ready to be read."""
    document = parsed(query)
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    run = Run(sight, QUERY_READERS, fragments_of(document), {})
    return run, run.root_plan(operation)


def finish(sight: "Sight", operation: BulkOperation) -> None:
    """Write the file, as the shop is now."""
    shop, file = sight.shop, new_file()
    failed = bool(shop.faults.active("bulk_failed"))
    lines = iter(()) if shop.faults.active("bulk_empty") else _Writer(sight, operation).lines()
    for line in itertools.islice(lines, _LINES_OF_A_FAILURE) if failed else lines:
        file.write(line)
        operation.size += len(line)
    file.flush()
    operation.file, operation.completed, operation.partial = file, shop.now(), failed
    operation.status, operation.error = ("FAILED", "INTERNAL_SERVER_ERROR") if failed else ("COMPLETED", None)
    if shop.faults.active("bulk_short"):
        operation.size = operation.size * 2 // 3


def kind_of(step: Step) -> str:
    """The name of a field's type, lists and "!" taken away."""
    kind: Any = step.kind
    while not hasattr(kind, "name"):
        kind = kind.of_type
    return str(kind.name)


def node_plan(run: Run, step: Step, name: str = "") -> Plan:
    """What is asked of a connection's nodes, of the type `name` where they may be of several; nothing without `edges { node }`."""
    node = _node(run, step)
    return run.plan_below(node, name or _concrete(kind_of(node))) if node else []


def inner_connections(run: Run, plan: Plan) -> Iterator[Step]:
    """Connections in a node, those inside its plain objects too."""
    for step, connection in steps_of(plan):
        if connection:
            yield step
        elif kind_of(step) in _HOLDERS:
            yield from inner_connections(run, run.plan_below(step, kind_of(step)))


def _node(run: Run, step: Step) -> Step | None:
    edges = next((inner for inner in run.plan_below(step, kind_of(step)) if inner.name == "edges"), None)
    return next((inner for inner in run.plan_below(edges, kind_of(edges)) if inner.name == "node"), None) if edges else None


def _concrete(name: str) -> str:
    return "MediaImage" if name == "Media" else name


class _Writer:
    """Reads the whole answer row by row; counts go into the operation."""

    def __init__(self, sight: "Sight", operation: BulkOperation) -> None:
        self._run, self._plan = plan_of(sight, operation.query)
        self._operation = operation
        self._parts: dict[int, tuple[Plan, Plan, Plan]] = {}

    def lines(self) -> Iterator[bytes]:
        """The file's lines. Without grouping, every second chunk of products comes after its own children."""
        for step, connection in steps_of(self._plan):
            rows = self._rows(step, None) if connection else iter(())
            for number in itertools.count():
                found = [self._object(step, thing, None) for thing in itertools.islice(rows, _CHUNK)]
                if not found:
                    break
                self._operation.roots += len(found)
                for line in self._ordered(found, number):
                    self._operation.objects += 1
                    yield orjson.dumps(line).replace(b"/", b"\\/") + b"\n"

    def _ordered(self, found: list[tuple[Line, list[Line]]], number: int) -> Iterator[Line]:
        if self._operation.grouped:
            return itertools.chain.from_iterable([own, *children] for own, children in found)
        parents = [own for own, _ in found]
        children = [child for _, below in found for child in below]
        return itertools.chain(*((parents, children) if number % 2 == 0 else (children, parents)))

    def _object(self, step: Step, value: Any, parent: str | None) -> tuple[Line, list[Line]]:
        """One object, and all that hangs below it."""
        node = _node(self._run, step)
        assert node is not None  # noqa: S101 - refused before it was started
        name, thing = typed(value, self._run.schema.type_map[kind_of(node)])
        children: list[Line] = []
        line = self._record(self._run.plan_below(node, name), thing, children)
        if parent:
            line["__parentId"] = parent
        return line, children

    def _record(self, plan: Plan, thing: Any, children: list[Line]) -> Line:
        plain, holders, connections = self._parts.get(id(plan)) or self._split(plan)
        line = self._run.record(thing, plain, [])
        for step in holders:
            below = self._run.plan_below(step, kind_of(step))
            line[step.key] = self._record(below, step.read(self._run.world, thing, step.args), children)
        for step in connections:
            for child in self._rows(step, thing):
                own, further = self._object(step, child, line.get("id"))
                children += [own, *further]
        return line

    def _split(self, plan: Plan) -> tuple[Plan, Plan, Plan]:
        connections = [step for step, connection in steps_of(plan) if connection]
        holders = [
            step for step, connection in steps_of(plan)
            if not connection and kind_of(step) in _HOLDERS and any(inner_connections(self._run, self._run.plan_below(step, kind_of(step))))
        ]  # fmt: skip
        plain = [step for step in plan if step not in connections and step not in holders]
        found = self._parts[id(plan)] = (plain, holders, connections)
        return found

    def _rows(self, step: Step, thing: Any) -> Iterator[Any]:
        """Every row of a connection: first and after are not heard."""
        after = None
        while True:
            page = step.read(self._run.world, thing, {**step.args, "first": LARGEST, "after": after, "last": None, "before": None})
            yield from (row for _, row in page.rows)
            if not page.after:
                return
            after = cursor_of(page.rows[-1][0])
