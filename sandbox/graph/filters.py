"""The `filter` parameter of the products edge: JSON in, a predicate over items out."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.graph import money
from sandbox.graph.errors import GraphError, invalid

Item = dict[str, Any]
Predicate = Callable[[Item], bool]
_FIELDS = """
retailer_id name brand category product_type availability condition visibility color size material pattern gtin price sale_price
retailer_product_group_id review_status custom_label_0 custom_label_1 custom_label_2 custom_label_3 custom_label_4
"""
_FILTERABLE = frozenset(_FIELDS.split())


def read_filter(raw: Any) -> tuple[Predicate, list[str] | None]:
    """The predicate and, where the filter asks for exact retailer_ids only, these ids (so that a look-up needs no scan)."""
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            raise invalid("Param filter must be a valid JSON object") from None
    if not isinstance(raw, dict) or not raw:
        raise invalid("Param filter must be a valid JSON object")
    return _build(raw), _exact_ids(raw)


def _exact_ids(rule: dict[str, Any]) -> list[str] | None:
    if list(rule) != ["retailer_id"] or not isinstance(rule["retailer_id"], dict) or len(rule["retailer_id"]) != 1:
        return None
    operator, operand = next(iter(rule["retailer_id"].items()))
    if operator == "eq":
        return [str(operand)]
    return [str(entry) for entry in operand] if operator == "is_any" and isinstance(operand, list) else None


def _build(rule: Any) -> Predicate:
    if not isinstance(rule, dict) or not rule:
        raise invalid("Invalid filter rule")
    parts = [_clause(name, operand) for name, operand in rule.items()]
    return parts[0] if len(parts) == 1 else lambda item: all(part(item) for part in parts)


def _clause(name: str, operand: Any) -> Predicate:
    if name in ("and", "or"):
        if not isinstance(operand, list) or not operand:
            raise invalid(f"Filter operator '{name}' needs a list of rules")
        parts = [_build(entry) for entry in operand]
        together = all if name == "and" else any
        return lambda item: together(part(item) for part in parts)
    if name not in _FILTERABLE:
        raise invalid(f"Filter field '{name}' is not supported")
    if not isinstance(operand, dict) or not operand:
        raise invalid(f"Filter field '{name}' needs an operator")
    tests = [_test(name, operator, value) for operator, value in operand.items()]
    return lambda item: all(test(item) for test in tests)


def _test(name: str, operator: str, operand: Any) -> Predicate:
    if operator in ("is_any", "is_not_any"):
        if not isinstance(operand, list):
            raise invalid(f"Filter operator '{operator}' needs a list")
        wanted = {str(entry) for entry in operand}
        return lambda item: (str(item.get(name, "")) in wanted) == (operator == "is_any")
    if operator in ("gt", "gte", "lt", "lte"):
        return _numeric(name, operator, operand)
    compare = _TEXT.get(operator)
    if compare is None:
        raise _unknown(operator)
    text = str(operand)
    return lambda item: compare(str(item.get(name, "")), text)


def _numeric(name: str, operator: str, operand: Any) -> Predicate:
    """Amounts are compared in cents, as they are written on this edge."""
    if not isinstance(operand, int | float) or name not in ("price", "sale_price"):
        raise invalid(f"Filter operator '{operator}' needs a number and a price field")
    limit, compare = Decimal(str(operand)), _NUMBER[operator]
    return lambda item: name in item and compare(money.amount_of(item[name]) * 100, limit)


def _unknown(operator: str) -> GraphError:
    return invalid(f"Filter operator '{operator}' is not supported")


_TEXT: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "neq": lambda value, wanted: value != wanted,
    "contains": lambda value, wanted: wanted in value,
    "i_contains": lambda value, wanted: wanted.lower() in value.lower(),
}
_NUMBER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "gt": lambda a, b: a > b, "gte": lambda a, b: a >= b, "lt": lambda a, b: a < b, "lte": lambda a, b: a <= b,
}  # fmt: skip
