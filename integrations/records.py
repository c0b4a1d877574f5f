"""What a shop says of its products, in the words of our own columns: the one form that every provider's transform ends in. Pure.

The importer knows these records and nothing of the shop they come from.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Something in the shop's answer that could not be taken over; the rest of the product comes in.

    field: column of Product or ProductVariant ("" = the whole thing); code: short name of the kind of problem; message: what was wrong
    and what to do, for a merchant; subject: which variation it is about ("" = the product itself).
    """

    field: str
    code: str
    message: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class StoreCategory:
    """A shelf of the shop. name: plain text, entities decoded; parent_id: the shop's id of the shelf above, "" = top."""

    external_id: str
    name: str
    parent_id: str = ""


@dataclass(frozen=True, slots=True)
class StoreImage:
    """url: absolute address at the shop."""

    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class StoreVariant:
    """One variation. None means: as the product. Prices: major units in the product's currency; times: UTC; attributes: {name: value}."""

    external_id: str
    name: str = ""
    sku: str | None = None
    price: Decimal | None = None
    sale_price: Decimal | None = None
    sale_starts_at: datetime | None = None
    sale_ends_at: datetime | None = None
    track_stock: bool | None = None
    stock_quantity: int | None = None
    allow_backorder: bool | None = None
    is_active: bool = True
    attributes: dict[str, str] = field(default_factory=dict)
    image: StoreImage | None = None
    sort_order: int = 0


@dataclass(frozen=True, slots=True)
class StoreProduct:
    """One product as the shop has it. Attributes are named like the columns of Product; prices: major units; times: UTC.

    sku: the shop's own, None where it has none; category_ids: the shop's ids, the main one first; images: main one first;
    variants: empty for a simple product; variants_are_complete: False when some could not be read, so that none is taken for gone;
    unspoken: columns that this shop (or its version) says nothing about: they are left as they are.
    """

    external_id: str
    name: str
    sku: str | None = None
    description: str = ""
    short_description: str = ""
    price: Decimal | None = None
    sale_price: Decimal | None = None
    sale_starts_at: datetime | None = None
    sale_ends_at: datetime | None = None
    currency: str = ""
    track_stock: bool = False
    stock_quantity: int = 0
    allow_backorder: bool = False
    is_active: bool = True
    website_url: str = ""
    gtin: str = ""
    brand: str = ""
    vendor: str = ""
    product_type: str = ""
    tags: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()
    images: tuple[StoreImage, ...] = ()
    variants: tuple[StoreVariant, ...] = ()
    variants_are_complete: bool = True
    unspoken: frozenset[str] = frozenset()
    problems: tuple[FieldProblem, ...] = ()


# The columns a shop owns once a product comes from it. A merchant may lock any of them (Product.locked_fields holds these names).
PRODUCT_COLUMNS = (
    "name", "sku", "description", "short_description", "price", "sale_price", "sale_starts_at", "sale_ends_at", "currency", "track_stock",
    "stock_quantity", "allow_backorder", "is_active", "website_url", "gtin", "brand", "vendor", "product_type", "tags",
)  # fmt: skip
PARTS = ("categories", "images", "variants")
LOCKABLE = (*PRODUCT_COLUMNS, *PARTS)
