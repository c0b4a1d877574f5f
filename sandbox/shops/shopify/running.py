"""Running a checked query: a plan is made once from its tree, then walked over the shop's rows. What a field says: fields*.py.

graphql-core checks queries; it does not run them here, because its own way takes ten times as long, and benchmarks read 10,000 products.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import collect_fields, collect_sub_fields
from graphql.execution.values import get_argument_values
from graphql.language import OperationDefinitionNode

from sandbox.shops.shopify.admin_schema import admin_schema
from sandbox.shops.shopify.errors import Trouble

Reader = Callable[[Any, Any, dict[str, Any]], Any]
Readers = Mapping[str, Mapping[str, Reader]]


@dataclass(slots=True)
class Step:
    """One field of a plan: where its value goes, how it is read, and the plans of what lies below, by type, made when first needed."""

    key: str
    name: str
    read: Reader
    args: dict[str, Any]
    kind: GraphQLOutputType
    leaf: bool
    nodes: list[FieldNode]
    below: dict[str, "Plan"] = field(default_factory=dict)


Plan = list[Step]


class Run:
    """One request being answered. `world` is what readers get first; `troubles` are the errors met, as they are sent."""

    def __init__(self, world: Any, readers: Readers, fragments: dict[str, FragmentDefinitionNode], variables: dict[str, Any]) -> None:
        self.world, self._readers, self._fragments, self.variables = world, readers, fragments, variables
        self.schema = admin_schema()
        self.troubles: list[dict[str, Any]] = []

    def root_plan(self, operation: OperationDefinitionNode) -> Plan:
        """The plan of a whole operation."""
        root = self.schema.get_root_type(operation.operation)
        assert root is not None  # noqa: S101 - the schema has both roots
        return self._plan(root, collect_fields(self.schema, self._fragments, self.variables, root, operation.selection_set))

    def answer(self, plan: Plan) -> dict[str, Any] | None:
        """The data of the root; None where a field that must not be null failed."""
        try:
            return self.record(None, plan, [])
        except Trouble:
            return None

    def record(self, thing: Any, plan: Plan, path: list[Any]) -> dict[str, Any]:
        """One object. Raises Trouble where a field failed that must not be null; the error stands in `troubles` already."""
        made = {}
        for step in plan:
            try:
                value = step.read(self.world, thing, step.args)
            except Trouble as trouble:
                if not getattr(trouble, "told", False):
                    self._tell(trouble, step, [*path, step.key])
                if isinstance(step.kind, GraphQLNonNull):
                    raise
                value = None
            made[step.key] = value if step.leaf or value is None else self._whole(step, value, step.kind, [*path, step.key])
        return made

    def plan_below(self, step: Step, name: str) -> Plan:
        """What is asked of an object of the type `name` below a field."""
        plan = step.below.get(name)
        if plan is None:
            kind = self.schema.type_map[name]
            assert isinstance(kind, GraphQLObjectType)  # noqa: S101 - things say their own type
            grouped = collect_sub_fields(self.schema, self._fragments, self.variables, kind, step.nodes)
            plan = step.below[name] = self._plan(kind, grouped)
        return plan

    def _whole(self, step: Step, value: Any, kind: GraphQLOutputType, path: list[Any]) -> Any:
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        if isinstance(kind, GraphQLList):
            return [None if row is None else self._whole(step, row, kind.of_type, [*path, place]) for place, row in enumerate(value)]
        name, thing = typed(value, kind)
        try:
            return self.record(thing, self.plan_below(step, name), path)
        except Trouble:
            if isinstance(step.kind, GraphQLNonNull):
                raise
            return None

    def _plan(self, kind: GraphQLObjectType, grouped: Mapping[str, list[FieldNode]]) -> Plan:
        return [self._step(kind, key, list(nodes)) for key, nodes in grouped.items()]

    def _step(self, kind: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Step:
        name = nodes[0].name.value
        if name == "__typename":
            return Step(key, name, lambda world, thing, args: kind.name, {}, GraphQLNonNull(self.schema.type_map["String"]), True, nodes)
        known = kind.fields[name]
        args = get_argument_values(known, nodes[0], self.variables)
        named = get_named_type(known.type)
        return Step(key, name, self._reader(kind.name, name), args, known.type, is_leaf_type(named), nodes)

    def _reader(self, kind: str, name: str) -> Reader:
        found = self._readers.get(kind, {}).get(name)
        if found:
            return found
        shared = "Connection" if kind.endswith("Connection") else "Edge" if kind.endswith("Edge") else ""
        return self._readers.get(shared, {}).get(name) or _not_modelled(kind, name)

    def _tell(self, trouble: Trouble, step: Step, path: list[Any]) -> None:
        where = step.nodes[0].loc
        spot = where.start_token if where else None
        spots = [{"line": spot.line, "column": spot.column}] if spot else []
        self.troubles.append({"message": trouble.message, "locations": spots, "extensions": trouble.extensions, "path": path})
        trouble.told = True  # type: ignore[attr-defined]


class Typed(tuple[str, Any]):
    """(type name, thing), where the schema leaves several types open."""


def typed(value: Any, kind: Any) -> tuple[str, Any]:
    """The type of a value, and the value itself."""
    return value if isinstance(value, Typed) else (kind.name, value)


def steps_of(plan: Plan) -> Iterator[tuple[Step, bool]]:
    """(step, whether it leads to a connection)."""
    for step in plan:
        named = get_named_type(step.kind)
        yield step, named.name.endswith("Connection")


def _not_modelled(kind: str, name: str) -> Reader:
    def read(world: Any, thing: Any, args: dict[str, Any]) -> Any:
        raise Trouble(f"The sandbox knows {kind}.{name}, but has nothing to say there", "SANDBOX_NOT_MODELLED")

    return read
