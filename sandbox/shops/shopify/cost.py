"""What a query costs, and the bucket it is paid from.

The formula was fitted to some thousand recorded answers of real shops: an object 1, a list of objects 1 and what is in it, counts of
the root and mutations 10, a connection of n rows 2 + floor(2 ln n) times what one row costs. It is logarithmic: big pages are cheap.
"""

import math
from collections.abc import Callable
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, get_named_type, is_leaf_type

from sandbox.shops.shopify.running import Plan, Run, Step

DEAREST = 1000
_FREE = frozenset({"MoneyV2", "MoneyBag", "Weight", "PageInfo", "InventoryItemMeasurement"})


def cost_of(run: Run, plan: Plan, root: bool = True, mutation: bool = False) -> int:
    """Points of a plan, before it is run."""
    return sum(_step(run, step, root, mutation) for step in plan)


def _step(run: Run, step: Step, root: bool, mutation: bool) -> int:
    named = get_named_type(step.kind)
    if is_leaf_type(named):
        return 0
    if root and (mutation or named.name == "Count"):
        return 10
    below = _below(run, step, named)
    if named.name.endswith("Connection"):
        return _connection(run, step, named)
    bare = step.kind.of_type if isinstance(step.kind, GraphQLNonNull) else step.kind
    if isinstance(bare, GraphQLList):
        return 1 + below
    return (0 if named.name in _FREE else 1) + below


def _connection(run: Run, step: Step, named: Any) -> int:
    size = step.args.get("first") or step.args.get("last") or 1
    factor = math.floor(2 * math.log(size)) if size > 0 else 0
    rows = 0
    for inner in run.plan_below(step, named.name):
        if inner.name == "nodes":
            rows += 1 + _below(run, inner, get_named_type(inner.kind))
        elif inner.name == "edges":
            edge = get_named_type(inner.kind)
            nodes = [node for node in run.plan_below(inner, edge.name) if node.name == "node"]
            rows += 1 + sum(_below(run, node, get_named_type(node.kind)) for node in nodes)
    return 2 + factor * rows


def _below(run: Run, step: Step, named: Any) -> int:
    """What the dearest of the possible types costs."""
    kinds = [named] if isinstance(named, GraphQLObjectType) else run.schema.get_possible_types(named)
    if named.name.endswith("Connection"):
        return 0
    return max((cost_of(run, run.plan_below(step, kind.name), root=False) for kind in kinds), default=0)


class Bucket:
    """Points that flow back with time. `size` and `rate` (points a second) are the plan's; they may be turned at any time."""

    def __init__(self, now: Callable[[], float], size: float = 2000.0, rate: float = 100.0) -> None:
        self._now, self.size, self.rate = now, size, rate
        self._left, self._at = size, now()

    @property
    def left(self) -> float:
        """Points that are there now."""
        now = self._now()
        self._left = round(min(self.size, self._left + max(0.0, now - self._at) * self.rate), 3)
        self._at = now
        return self._left

    def take(self, points: float) -> None:
        """Pay; it is not asked whether there are enough."""
        self._left = self.left - points

    def status(self) -> dict[str, float]:
        """As `throttleStatus` shows it."""
        return {"maximumAvailable": self.size, "currentlyAvailable": int(self.left), "restoreRate": self.rate}
