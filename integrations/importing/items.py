"""One product of the shop on its way in: what the shop says, which of our rows it is, and what those rows hold now."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.importing.fitting import Fitted, FittedVariant
from integrations.records import FieldProblem, StoreProduct
from products_and_services.steps.step import Values

KNOWN, NEW, LINKED = "known", "new", "linked"


@dataclass(slots=True)
class Ref:
    """A product's ExternalRef. read_at: None also where it was not asked for."""

    id: int
    product_id: int
    content_hash: str
    is_gone: bool
    glance: str = ""
    read_at: datetime | None = None


@dataclass(slots=True)
class VariantRef:
    """A variation's ExternalRef."""

    id: int
    external_id: str
    product_id: int
    variant_id: int
    is_gone: bool


@dataclass(slots=True)
class Slot:
    """A variation and its row. fitted None: the default variant of a simple product; variant_id 0: no row yet; stored None: to be made."""

    fitted: FittedVariant | None
    variant_id: int = 0
    ref: VariantRef | None = None
    stored: Values | None = None


@dataclass(slots=True)
class Picture:
    """A picture and its row. image_id 0: no row yet; stored None: to be made; variant_id: None for the product's own."""

    url: str
    alt: str
    place: int
    variant_id: int | None = None
    image_id: int = 0
    stored: Values | None = None


@dataclass(slots=True)
class Item:
    """fate: KNOWN (it has a ref), NEW or LINKED (to a product entered here); "" as long as nothing is decided, or when it does not come in.

    glance: the cheap text of what the shop says (providers/base.py).
    is_open: something could not be settled now, so it is looked at again next time whatever the shop says. gone: variations that the shop
    no longer has; retired: further rows that are none any more; lost: pictures that it no longer has.
    """

    external_id: str
    content_hash: str
    record: StoreProduct
    fitted: Fitted
    glance: str = ""
    ref: Ref | None = None
    product_id: int = 0
    fate: str = ""
    is_open: bool = False

    stored: Values = field(default_factory=dict)
    locked: frozenset[str] = frozenset()
    further: list[int] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    gone: list[VariantRef] = field(default_factory=list)
    retired: list[int] = field(default_factory=list)
    parts: dict[int, Values] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    lost: dict[int, Values] = field(default_factory=dict)
    category: tuple[int | None, list[int]] | None = None
    skus: dict[tuple[str, int], str | None] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)

    @property
    def name(self) -> str:
        """As it is called in the shop."""
        return self.fitted.name

    @property
    def wanted_skus(self) -> list[str]:
        """Its own and its variations', as far as the shop knows any."""
        own = [self.fitted.sku] if self.fitted.sku else []
        return own + [one.sku for one in self.fitted.variants if one.sku and one.sku != self.fitted.sku]

    def leaves(self, part: str) -> bool:
        """True when this part ("variants", "images", "categories") is locked here, or the shop says nothing about it."""
        return part in self.locked or part in self.record.unspoken

    def again(self, **fresh: Any) -> "Item":
        """The same without anything read from the database: for another try."""
        is_open = not self.record.variants_are_complete
        return Item(self.external_id, self.content_hash, self.record, self.fitted, self.glance, is_open=is_open, **fresh)
