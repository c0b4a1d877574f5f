"""A product as the API shows it: one function per field, in the order of the recordings, so that `_fields` costs what it asks for."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.shops.woocommerce import selling
from sandbox.shops.woocommerce.price_html import price_html
from sandbox.shops.woocommerce.product import Attribute, Goods, Product
from sandbox.shops.woocommerce.view import View, slug_of

Field = Callable[[View, Product], Any]
# Fields that came with a version of WooCommerce.
SINCE = {"brands": "9.9", "post_password": "8.1", "global_unique_id": "9.2"}
_PERMALINK_STATUSES = ("publish", "private")


def show_product(view: View, product: Product, names: Sequence[str]) -> dict[str, Any]:
    """The product as JSON-ready dict; `names`: see product_fields."""
    return {name: FIELDS[name](view, product) for name in names}


def product_fields(view: View, wanted: Sequence[str] | None) -> list[str]:
    """The fields this version has, in their order; `wanted` None: all of them."""
    known = [name for name in FIELDS if name not in SINCE or view.knows(SINCE[name])]
    return known if wanted is None else [name for name in known if name in wanted]


def permalink(view: View, product: Product) -> str:
    """The page of a product; one that is not published has none but its number."""
    if product.status in _PERMALINK_STATUSES:
        return f"{view.base}/product/{product.slug}/"
    return f"{view.base}/?post_type=product&p={product.id}"


def meta(goods: Goods) -> list[dict[str, Any]]:
    """`meta_data`: values may be any JSON."""
    trash = (("_wp_trash_meta_status", goods.trashed_from), ("_wp_trash_meta_time", str(goods.modified)))
    rows = (*goods.meta, *(trash if goods.status == "trash" else ()))
    return [{"id": goods.id * 10 + place, "key": key, "value": value} for place, (key, value) in enumerate(rows)]


def quantity(value: float | None) -> float | int | None:
    """A whole quantity is written without a decimal point."""
    return int(value) if value is not None and value == int(value) else value


def _slug(view: View, product: Product) -> str:
    if product.status in ("draft", "pending"):
        return ""
    return f"{product.slug}__trashed" if product.status == "trash" else product.slug


def _price(view: View, product: Product) -> str:
    if product.type == "variable":
        return selling.lowest([selling.price(child, view.now) for child in view.children(product) if child.status == "publish"])
    if product.type == "grouped":
        members = [view.shelf.get(key) for key in product.grouped_products]
        return selling.lowest([selling.price(member, view.now) for member in members if isinstance(member, Product)])
    return selling.price(product, view.now)


def _own(name: str) -> Field:
    """A price field that parents leave empty, because their children have it."""
    return lambda view, product: "" if product.type in ("variable", "grouped") else getattr(product, name)


def _on_sale(view: View, product: Product) -> bool:
    if product.type == "variable":
        return any(selling.on_sale(child, view.now) for child in view.children(product) if child.status == "publish")
    return product.type != "grouped" and selling.on_sale(product, view.now)


def _purchasable(view: View, product: Product) -> bool:
    return product.type not in ("external", "grouped") and _price(view, product) != ""


def _stock(view: View, product: Product) -> selling.Stock:
    return selling.parent_stock(product, view.children(product)) if product.type == "variable" else selling.own_stock(product)


def _attribute(view: View, place: int, attribute: Attribute) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": attribute.id, "name": attribute.name}
    if view.knows("8.3"):
        shown["slug"] = view.attribute_slugs.get(attribute.id, attribute.name)
    return shown | {
        "position": place,
        "visible": attribute.visible,
        "variation": attribute.variation,
        "options": list(attribute.options),
    }


def _defaults(view: View, product: Product) -> list[dict[str, Any]]:
    chosen = [attribute for attribute in product.attributes if attribute.default]
    return [
        {"id": attribute.id, "name": attribute.name, "option": slug_of(attribute.default) if attribute.id else attribute.default}
        for attribute in chosen
    ]


def _related(view: View, product: Product) -> list[int]:
    """A few other products; which ones is of no importance, that they are there is."""
    near = [product.id + step for step in range(1, 6)]
    return [key for key in near if isinstance(other := view.shelf.get(key), Product) and other.status == "publish"]


def _value(value: Any) -> Field:
    return lambda view, product: value


FIELDS: dict[str, Field] = {
    "id": lambda view, product: product.id,
    "name": lambda view, product: product.name,
    "slug": _slug,
    "permalink": permalink,
    "date_created": lambda view, product: view.local(product.created),
    "date_created_gmt": lambda view, product: view.gmt(product.created),
    "date_modified": lambda view, product: view.local(product.modified),
    "date_modified_gmt": lambda view, product: view.gmt(product.modified),
    "type": lambda view, product: selling.product_type(product),
    "status": lambda view, product: product.status,
    "featured": lambda view, product: product.featured,
    "catalog_visibility": lambda view, product: product.catalog_visibility,
    "description": lambda view, product: product.description,
    "short_description": lambda view, product: product.short_description,
    "sku": lambda view, product: product.sku,
    "price": _price,
    "regular_price": _own("regular_price"),
    "sale_price": _own("sale_price"),
    "date_on_sale_from": lambda view, product: view.local(product.sale_from),
    "date_on_sale_from_gmt": lambda view, product: view.gmt(product.sale_from),
    "date_on_sale_to": lambda view, product: view.local(product.sale_to),
    "date_on_sale_to_gmt": lambda view, product: view.gmt(product.sale_to),
    "on_sale": _on_sale,
    "purchasable": _purchasable,
    "total_sales": _value(0),
    "virtual": lambda view, product: product.virtual,
    "downloadable": lambda view, product: product.downloadable,
    "downloads": _value([]),
    "download_limit": _value(-1),
    "download_expiry": _value(-1),
    "external_url": lambda view, product: product.external_url,
    "button_text": lambda view, product: product.button_text,
    "tax_status": _value("taxable"),
    "tax_class": lambda view, product: product.tax_class,
    "manage_stock": lambda view, product: product.manage_stock,
    "stock_quantity": lambda view, product: quantity(_stock(view, product).quantity),
    "backorders": lambda view, product: product.backorders,
    "backorders_allowed": lambda view, product: product.backorders != "no",
    "backordered": lambda view, product: _stock(view, product).backordered,
    "low_stock_amount": lambda view, product: product.low_stock_amount,
    "sold_individually": _value(False),
    "weight": lambda view, product: product.weight,
    "dimensions": lambda view, product: {"length": product.length, "width": product.width, "height": product.height},
    "shipping_required": lambda view, product: not product.virtual,
    "shipping_taxable": lambda view, product: not product.virtual,
    "shipping_class": _value(""),
    "shipping_class_id": _value(0),
    "reviews_allowed": _value(True),
    "average_rating": _value("0.00"),
    "rating_count": _value(0),
    "upsell_ids": _value([]),
    "cross_sell_ids": _value([]),
    "parent_id": _value(0),
    "purchase_note": _value(""),
    "categories": lambda view, product: view.terms(product.categories),
    "brands": lambda view, product: view.terms(product.brands),
    "tags": lambda view, product: view.terms(product.tags),
    "images": lambda view, product: [view.image(image, sizes=True) for image in product.images],
    "attributes": lambda view, product: [_attribute(view, *row) for row in enumerate(product.attributes)],
    "default_attributes": _defaults,
    "variations": lambda view, product: [child.id for child in view.children(product)],
    "grouped_products": lambda view, product: list(product.grouped_products),
    "menu_order": lambda view, product: product.menu_order,
    "price_html": lambda view, product: price_html(view, product, _price(view, product)),
    "related_ids": _related,
    "meta_data": lambda view, product: meta(product),
    "stock_status": lambda view, product: _stock(view, product).status,
    "has_options": lambda view, product: product.type == "variable",
    "post_password": lambda view, product: product.post_password,
    "global_unique_id": lambda view, product: product.global_unique_id,
    "_links": lambda view, product: view.links(f"products/{product.id}", "products"),
}
