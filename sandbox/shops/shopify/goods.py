"""What a Shopify shop holds, as plain rows: products, variants, pictures, collections, orders. Times are seconds since 1970."""

from dataclasses import dataclass, field
from typing import Any

STATUSES = ("ACTIVE", "DRAFT", "ARCHIVED", "UNLISTED")
POLICIES = ("DENY", "CONTINUE")
DEFAULT_OPTION, DEFAULT_VALUE = "Title", "Default Title"


@dataclass(slots=True, kw_only=True)
class Picture:
    """One medium of a product. `src` is a path below the shop's address or a whole URL; while `status` is not READY there is no image."""

    id: int = 0
    src: str = ""
    alt: str = ""
    kind: str = "IMAGE"
    status: str = "READY"
    width: int = 800
    height: int = 800


@dataclass(slots=True, kw_only=True)
class Product:
    """A product. `options`: (name, values) in order; `published`: since when the online store has it, None: it has not."""

    id: int = 0
    title: str = ""
    handle: str = ""
    html: str = ""
    vendor: str = ""
    product_type: str = ""
    status: str = "ACTIVE"
    tags: tuple[str, ...] = ()
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()
    pictures: tuple[Picture, ...] = ()
    collections: tuple[int, ...] = ()
    category: str = ""
    gift_card: bool = False
    bundle: bool = False
    published: int | None = None
    created: int = 0
    updated: int = 0


@dataclass(slots=True, kw_only=True)
class Variant:
    """A variant. `values` go with the product's options in order; `item_id` is its inventory item; `available` is sum over one location."""

    id: int = 0
    product_id: int = 0
    item_id: int = 0
    values: tuple[str, ...] = (DEFAULT_VALUE,)
    price: str = "0.00"
    compare_at_price: str | None = None
    sku: str | None = None
    barcode: str | None = None
    available: int = 0
    tracked: bool = True
    policy: str = "DENY"
    picture: int = 0
    taxable: bool = True
    position: int = 1
    weight: float = 0.0
    created: int = 0
    updated: int = 0

    @property
    def title(self) -> str:
        """The values, joined; a value may hold " / " itself."""
        return " / ".join(self.values)

    @property
    def for_sale(self) -> bool:
        """Whether it can be bought now."""
        return not self.tracked or self.policy == "CONTINUE" or self.available > 0


@dataclass(slots=True, kw_only=True)
class Collection:
    """A collection."""

    id: int = 0
    title: str = ""
    handle: str = ""
    updated: int = 0


@dataclass(slots=True, kw_only=True)
class OrderLine:
    """One line of an order; `variant_id` 0: a custom item."""

    id: int = 0
    title: str = ""
    quantity: int = 1
    variant_id: int = 0
    sku: str | None = None
    price: str = "0.00"


@dataclass(slots=True, kw_only=True)
class Order:
    """An order made through the API. `given` is the input as it came, for whoever wants to look closer."""

    id: int = 0
    name: str = ""
    number: int = 0
    lines: tuple[OrderLine, ...] = ()
    note: str | None = None
    email: str | None = None
    phone: str | None = None
    tags: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    source_identifier: str | None = None
    source_name: str | None = None
    po_number: str | None = None
    financial: str = "PENDING"
    currency: str = "USD"
    total: str = "0.00"
    test: bool = False
    cancelled: int | None = None
    created: int = 0
    given: dict[str, Any] = field(default_factory=dict)
