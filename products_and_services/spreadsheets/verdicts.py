"""What is said about a row: what would become of it, what changes, what is wrong; and a person's choices for the whole file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from products_and_services.models import ProductVariant
from products_and_services.spreadsheets.columns import BY_NAME
from products_and_services.spreadsheets.dialects import SheetRow
from products_and_services.spreadsheets.stored import Entity

BOTH, CREATE, UPDATE = "both", "create", "update"
MODES = {BOTH: "Create new products and update existing ones", UPDATE: "Only update existing ones", CREATE: "Only create new ones"}
CREATED, UPDATED, UNCHANGED, SKIPPED, FAILED = "created", "updated", "unchanged", "skipped", "failed"
OUTCOMES = (CREATED, UPDATED, UNCHANGED, SKIPPED, FAILED)


@dataclass(frozen=True)
class Options:
    """A person's choices for an import. default_category: id for new products without one."""

    mode: str = BOTH
    create_categories: bool = True
    default_category: int | None = None


@dataclass(frozen=True)
class Change:
    """One difference in words, as the cells of a file say it."""

    heading: str
    old: str
    new: str


@dataclass(frozen=True)
class Problem:
    """What is wrong (or was left alone), with the heading of its column."""

    heading: str
    message: str
    code: str = "invalid"


@dataclass
class Verdict:
    """entity: with its new values, not saved; fields: its columns that change; parts: categories and images to set afterwards."""

    row: SheetRow
    outcome: str
    entity: Entity | None = None
    fields: set[str] = field(default_factory=set)
    parts: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """What a person knows the row by."""
        named = self.entity
        if isinstance(named, ProductVariant):
            return f"{named.product.name} – {named.name or named.sku or 'variant'}"
        return (named.name or named.sku or "" if named else "") or str(self.row.cells.get("name") or self.row.cells.get("sku") or "")


class RowFault(Exception):
    """Ends the judging of a row."""

    def __init__(self, heading: str, message: str, code: str = "invalid") -> None:
        super().__init__(message)
        self.problem = Problem(heading, message, code)


def problems_from(errors: Mapping[str, Iterable[Any]]) -> list[Problem]:
    """{field: [words]} with headings."""
    return [Problem(BY_NAME[name].heading if name in BY_NAME else "", str(text)) for name, words in errors.items() for text in words]
