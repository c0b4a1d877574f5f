"""A dry run's result for people: numbers by kind, and the first products of each kind with what would change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import groupby
from operator import itemgetter
from typing import Any

from common.admin import Badge, render_badge
from integrations.runs.preview import Preview, PreviewRow

KINDS = {
    "new": ("green", "new", "They would be added here."),
    "changed": ("blue", "changed", "What differs is taken over; locked fields stay."),
    "linked": ("blue", "linked by SKU", "They were entered here with the same SKU, and come from the shop from then on."),
    "asked": ("orange", "to decide", "It is not clear which of your products is meant. They are left out until you answer."),
    "inactive": ("red", "would become inactive", "They came from this shop, which does not have them any more."),
    "unchanged": ("grey", "unchanged", ""),
}
MOST_OF_A_KIND = 50


@dataclass
class Group:
    """The first products of a kind. rows: {"name", "is_new", "changes": [(field, old, new)], "remarks"}; more: how many are not shown."""

    title: str
    help: str
    badge: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0


def cards_of(found: Preview) -> list[tuple[str, str, str]]:
    """(words, number, tone) of each kind that occurs."""
    return [(words, f"{found.kinds[kind]:,}", tone) for kind, (tone, words, _) in KINDS.items() if found.kinds.get(kind)]


def groups_of(found: Preview) -> list[Group]:
    """The kinds with something to look at, the most important first."""
    groups = []
    for kind, (tone, words, explained) in KINDS.items():
        rows = [row for row in found.rows if row.kind == kind]
        if not rows:
            continue
        shown = [_row(row) for row in rows[:MOST_OF_A_KIND]]
        badge = render_badge(Badge(tone, words))  # type: ignore[arg-type]
        groups.append(
            Group(f"{found.kinds.get(kind, len(rows)):,} {words}", explained, badge, shown, found.kinds.get(kind, 0) - len(shown))
        )
    return groups


def _row(row: PreviewRow) -> dict[str, Any]:
    """Changes with the field's name; what stands alone is a remark."""
    changes = [(column_words(name), said(old, name), said(new, name)) for name, old, new in row.changes if name]
    return {
        "name": row.name,
        "is_new": row.kind == "new",
        "changes": list(_together(changes)),
        "remarks": [said(new) for name, _, new in row.changes if not name],
    }


def _together(changes: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """What comes new to the same field (variants) stands in one line."""
    for (title, old), group in groupby(changes, key=itemgetter(0, 1)):
        alike = list(group)
        yield from [(title, old, ", ".join(new for _, _, new in alike))] if not old else alike


def column_words(name: str) -> str:
    """ "sale_price" -> "Sale price" """
    words = name.replace("_", " ")
    return "SKU" if name == "sku" else words[:1].upper() + words[1:]


def said(value: Any, column: str = "") -> str:
    """A value as people read it: prices with their cents."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value)
    return _amount(text) if column.lower().endswith("price") else text


def _amount(text: str) -> str:
    try:
        return format(Decimal(text).quantize(Decimal("0.01")), "f") if Decimal(text) == round(Decimal(text), 2) else text
    except InvalidOperation:
        return text
