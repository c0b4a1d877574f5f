"""What others may know of a product: plain, frozen records. Pure: no Django, no clock.

The rooms above (catalog sync, chat) decide on these and never on model instances, so that a rule can be tested without a database.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PictureSnapshot:
    """What a look at a picture found. status: ok, unreachable, not_a_picture, refused; format: "JPEG"; width, height: pixels.

    reason: why it could not be looked at, in words; jpeg_url: the absolute address of a JPEG copy, where there is one.
    """

    status: str
    format: str = ""
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    reason: str = ""
    jpeg_url: str = ""


@dataclass(frozen=True, slots=True)
class ImageSnapshot:
    """url: absolute; is_local: served by us, so the outside world may be unable to reach it; facts: None when nobody has looked yet."""

    url: str
    is_local: bool
    facts: PictureSnapshot | None = None


@dataclass(frozen=True, slots=True)
class CategorySnapshot:
    """path: names from the top ("Food > Pizza"); ancestor_ids: itself first, then upwards; excluded: kept away from Meta."""

    id: int
    path: str
    google_category: str
    ancestor_ids: tuple[int, ...] = ()
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class VariantSnapshot:
    """None means: as the product (see terms.py). Times are UTC. images: main one first. reserved: what open orders hold of it."""

    id: int
    name: str
    sku: str | None
    price: Decimal | None
    sale_price: Decimal | None
    stock_quantity: int | None
    attributes: dict[str, str]
    is_default: bool
    is_active: bool
    sale_starts_at: datetime | None = None
    sale_ends_at: datetime | None = None
    track_stock: bool | None = None
    allow_backorder: bool | None = None
    reserved: int = 0
    images: tuple[ImageSnapshot, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductSnapshot:
    """Prices are major units in `currency` (ISO code, never blank); times are UTC; images: main one first.

    reserved: what open orders hold of the product's own count, variants that are counted with it included.
    """

    id: int
    name: str
    sku: str | None
    currency: str
    description: str = ""
    short_description: str = ""
    brand: str = ""
    vendor: str = ""
    condition: str = "new"
    product_type: str = ""
    category: CategorySnapshot | None = None
    excluded_by_category: str = ""
    price: Decimal | None = None
    sale_price: Decimal | None = None
    sale_starts_at: datetime | None = None
    sale_ends_at: datetime | None = None
    track_stock: bool = True
    stock_quantity: int = 0
    allow_backorder: bool = False
    reserved: int = 0
    is_active: bool = True
    is_available: bool = True
    sync_to_meta: bool = True
    website_url: str = ""
    gtin: str = ""
    mpn: str = ""
    origin_country: str = ""
    importer_name: str = ""
    importer_address: str = ""
    wa_compliance_category: str = ""
    google_product_category: str = ""
    meta_title: str = ""
    meta_description: str = ""
    custom_labels: tuple[str, ...] = ("", "", "", "", "")
    images: tuple[ImageSnapshot, ...] = ()
    variants: tuple[VariantSnapshot, ...] = field(default_factory=tuple)

    @property
    def is_simple(self) -> bool:
        """True when there is nothing to choose: no variants but, at most, the default one."""
        return not self.variants or (len(self.variants) == 1 and self.variants[0].is_default)
