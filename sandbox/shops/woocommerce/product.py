"""Products and variations as the shop keeps them. What the API says of them is worked out in selling.py and show*.py.

Times are whole seconds since 1970 (UTC); prices are strings as the shop's staff typed them, "" for none.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Image:
    """A picture. `src` is an address, or a path below the shop's home page ("pictures/lamp.png")."""

    src: str
    name: str = ""
    alt: str = ""
    id: int = 0
    created: int = 0


@dataclass(slots=True, kw_only=True)
class Attribute:
    """An attribute of a product. `id` 0: of this product alone; else one of the shop's (see ShopAttribute). `default`: chosen at first."""

    name: str
    options: tuple[str, ...] = ()
    id: int = 0
    variation: bool = False
    visible: bool = True
    default: str = ""


@dataclass(slots=True, kw_only=True)
class Goods:
    """What a product and a variation have in common.

    `price` None: worked out by the clock; a string: what the shop still says because its cron has not run. `stock_status` counts only
    where the stock is not managed. `trashed_from` is the status that a trashed one had before. `meta` holds (key, any JSON value).
    """

    id: int = 0
    sku: str = ""
    status: str = "publish"
    description: str = ""
    regular_price: str = ""
    sale_price: str = ""
    price: str | None = None
    sale_from: int | None = None
    sale_to: int | None = None
    manage_stock: bool = False
    stock_quantity: float | None = None
    stock_status: str = "instock"
    backorders: str = "no"
    low_stock_amount: int | None = None
    weight: str = ""
    length: str = ""
    width: str = ""
    height: str = ""
    virtual: bool = False
    downloadable: bool = False
    global_unique_id: str = ""
    tax_class: str = ""
    menu_order: int = 0
    meta: tuple[tuple[str, Any], ...] = ()
    created: int = 0
    modified: int = 0
    trashed_from: str = ""


@dataclass(slots=True, kw_only=True)
class Product(Goods):
    """A product. `categories`, `brands` and `tags` are term ids; `type` may be one that no plugin knows, and then reads as simple."""

    name: str = ""
    slug: str = ""
    type: str = "simple"
    featured: bool = False
    catalog_visibility: str = "visible"
    short_description: str = ""
    external_url: str = ""
    button_text: str = ""
    post_password: str = ""
    categories: tuple[int, ...] = ()
    brands: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()
    images: tuple[Image, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    grouped_products: tuple[int, ...] = ()


@dataclass(slots=True, kw_only=True)
class Variation(Goods):
    """A variation. `options`: attribute name -> option; an attribute that is left out stands for "any". status "private": disabled."""

    parent_id: int = 0
    options: dict[str, str] = field(default_factory=dict)
    image: Image | None = None


@dataclass(slots=True, kw_only=True)
class Term:
    """A category, tag or brand; `kind` is "category", "tag" or "brand". `name` is plain text; the API encodes it."""

    kind: str
    name: str
    id: int = 0
    slug: str = ""
    parent: int = 0
    description: str = ""
    image: Image | None = None
    menu_order: int = 0


@dataclass(slots=True, kw_only=True)
class ShopAttribute:
    """An attribute of the whole shop ("pa_color"); `terms`: term id -> name."""

    name: str
    id: int = 0
    slug: str = ""
    terms: dict[int, str] = field(default_factory=dict)
