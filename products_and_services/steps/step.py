"""What a plan to write catalog rows consists of. Pure: no Django, no database."""

from dataclasses import dataclass, field
from typing import Any

Key = tuple[str, int]
"""("product" | "variant" | "image", id)"""
Values = dict[str, Any]
"""{column: value as a Revision notes it}; a product's further categories are a sorted list under "categories"."""
State = dict[Key, Values]

EMPTY: tuple[Any, ...] = (None, "", [], {})
FIXED = frozenset({"tenant_id"})
ORDER = {"product": 0, "variant": 1, "image": 2}


@dataclass
class Step:
    """One row to write. action: changed, created (under its old number or one taken for it) or deleted.

    changes: {column: [is, shall be]}
    """

    product_id: int
    entity: str
    entity_id: int
    action: str
    changes: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """("variant", 12)"""
        return self.entity, self.entity_id

    @property
    def wanted_sku(self) -> str | None:
        """The SKU the row shall have, as far as the step says."""
        return self.changes["sku"][1] if "sku" in self.changes else None


def same(one: Any, other: Any) -> bool:
    """Equal as columns; an empty value is not noted when a row is created, so all empty values are one."""
    return one == other or (_is_empty(one) and _is_empty(other))


def _is_empty(value: Any) -> bool:
    return not isinstance(value, (bool, int)) and value in EMPTY


def made(product_id: int, key: Key, values: Values) -> Step:
    """The step that creates a row, or creates it again."""
    changes = {name: [None, value] for name, value in values.items() if not _is_empty(value) and name not in FIXED}
    return Step(product_id, *key, "created", changes)


def removed(product_id: int, key: Key, values: Values) -> Step:
    """The step that deletes a row; its history keeps the last values."""
    return Step(product_id, *key, "deleted", {name: [value, None] for name, value in values.items() if not _is_empty(value)})


def in_order(steps: list[Step]) -> list[Step]:
    """Products before their variants before their pictures, by number."""
    return sorted(steps, key=lambda step: (ORDER[step.entity], step.entity_id))
