"""A variation as the API shows it, inside its product, in the list of all variations, or read as if it were a product."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from sandbox.shops.woocommerce import selling
from sandbox.shops.woocommerce.price_html import price_html
from sandbox.shops.woocommerce.product import Product, Variation
from sandbox.shops.woocommerce.show import FIELDS, meta, permalink, quantity
from sandbox.shops.woocommerce.view import View, slug_of

Field = Callable[[View, Variation], Any]
_SINCE = {"type": "8.3", "name": "8.3", "parent_id": "8.3", "global_unique_id": "9.2", "gallery_image_ids": "11.0"}


def show_variation(view: View, variation: Variation, names: Sequence[str], inside: bool) -> dict[str, Any]:
    """JSON-ready dict; `inside`: read through its product, which changes the links; `names`: see variation_fields."""
    shown = {name: VARIATION_FIELDS[name](view, variation) for name in names}
    if not inside and "_links" in shown:
        shown["_links"] = view.links(f"variations/{variation.id}", "variations", "products/0", allow=())
    return shown


def variation_fields(view: View, wanted: Sequence[str] | None) -> list[str]:
    """The fields this version has, in their order; `wanted` None: all of them."""
    known = [name for name in VARIATION_FIELDS if name not in _SINCE or view.knows(_SINCE[name])]
    return known if wanted is None else [name for name in known if name in wanted]


def show_as_product(view: View, variation: Variation, names: Sequence[str]) -> dict[str, Any]:
    """What GET products/{id of a variation} gives: a product of type "variation" (so does a search by its SKU)."""
    shown: dict[str, Any] = {}
    for name in names:
        field = _AS_PRODUCT.get(name) or VARIATION_FIELDS.get(name)
        shown[name] = field(view, variation) if field else FIELDS[name](view, Product())
    return shown


def own_name(view: View, variation: Variation) -> str:
    """ "Blue, XL"; empty where every attribute may be any."""
    return ", ".join(option["option"] for option in _attributes(view, variation))


def _attributes(view: View, variation: Variation) -> list[dict[str, Any]]:
    parent = view.parent(variation)
    rows = []
    for attribute in parent.attributes if parent else ():
        option = variation.options.get(attribute.name)
        if attribute.variation and option:
            row: dict[str, Any] = {"id": attribute.id, "name": attribute.name}
            if view.knows("8.3"):
                row["slug"] = view.attribute_slugs.get(attribute.id, slug_of(attribute.name))
            rows.append(row | {"option": option})
    return rows


def _permalink(view: View, variation: Variation) -> str:
    parent = view.parent(variation)
    if parent is None:
        return ""
    chosen = {}
    for attribute in parent.attributes:
        option = variation.options.get(attribute.name)
        if option:
            slug = view.attribute_slugs.get(attribute.id, slug_of(attribute.name))
            chosen[f"attribute_{slug}"] = slug_of(option) if attribute.id else option
    address = permalink(view, parent)
    if not chosen:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(chosen, quote_via=quote)}"


def _of_parent(name: str, otherwise: Any = "") -> Field:
    """A field that a variation takes from its parent where it has none of its own."""
    return lambda view, variation: getattr(variation, name) or getattr(view.parent(variation), name, otherwise)


def _stock(view: View, variation: Variation) -> selling.Stock:
    return selling.variation_stock(variation, view.parent(variation))


def _image(view: View, variation: Variation) -> dict[str, Any] | None:
    parent = view.parent(variation)
    image = variation.image or (parent.images[0] if parent and parent.images else None)
    return view.image(image, sizes=False) if image else None


def _dimensions(view: View, variation: Variation) -> dict[str, str]:
    return {name: _of_parent(name)(view, variation) for name in ("length", "width", "height")}


def _purchasable(view: View, variation: Variation) -> bool:
    return variation.status == "publish" and selling.price(variation, view.now) != ""


def _links(view: View, variation: Variation) -> dict[str, Any]:
    above = f"products/{variation.parent_id}"
    return view.links(f"{above}/variations/{variation.id}", f"{above}/variations", above)


VARIATION_FIELDS: dict[str, Field] = {
    "id": lambda view, variation: variation.id,
    "type": lambda view, variation: "variation",
    "date_created": lambda view, variation: view.local(variation.created),
    "date_created_gmt": lambda view, variation: view.gmt(variation.created),
    "date_modified": lambda view, variation: view.local(variation.modified),
    "date_modified_gmt": lambda view, variation: view.gmt(variation.modified),
    "description": lambda view, variation: variation.description,
    "permalink": _permalink,
    "sku": _of_parent("sku"),
    "global_unique_id": lambda view, variation: variation.global_unique_id,
    "price": lambda view, variation: selling.price(variation, view.now),
    "regular_price": lambda view, variation: variation.regular_price,
    "sale_price": lambda view, variation: variation.sale_price,
    "date_on_sale_from": lambda view, variation: view.local(variation.sale_from),
    "date_on_sale_from_gmt": lambda view, variation: view.gmt(variation.sale_from),
    "date_on_sale_to": lambda view, variation: view.local(variation.sale_to),
    "date_on_sale_to_gmt": lambda view, variation: view.gmt(variation.sale_to),
    "on_sale": lambda view, variation: selling.on_sale(variation, view.now),
    "status": lambda view, variation: variation.status,
    "purchasable": _purchasable,
    "virtual": lambda view, variation: variation.virtual,
    "downloadable": lambda view, variation: variation.downloadable,
    "downloads": lambda view, variation: [],
    "download_limit": lambda view, variation: -1,
    "download_expiry": lambda view, variation: -1,
    "tax_status": lambda view, variation: "taxable",
    "tax_class": lambda view, variation: variation.tax_class,
    "manage_stock": lambda view, variation: _stock(view, variation).manage,
    "stock_quantity": lambda view, variation: quantity(_stock(view, variation).quantity),
    "stock_status": lambda view, variation: _stock(view, variation).status,
    "backorders": lambda view, variation: _stock(view, variation).backorders,
    "backorders_allowed": lambda view, variation: _stock(view, variation).backorders != "no",
    "backordered": lambda view, variation: _stock(view, variation).backordered,
    "low_stock_amount": lambda view, variation: variation.low_stock_amount,
    "weight": _of_parent("weight"),
    "dimensions": _dimensions,
    "shipping_class": lambda view, variation: "",
    "shipping_class_id": lambda view, variation: 0,
    "image": _image,
    "gallery_image_ids": lambda view, variation: [],
    "attributes": _attributes,
    "menu_order": lambda view, variation: variation.menu_order,
    "meta_data": lambda view, variation: meta(variation),
    "name": own_name,
    "parent_id": lambda view, variation: variation.parent_id,
    "_links": _links,
}


def _full_name(view: View, variation: Variation) -> str:
    parent, own = view.parent(variation), own_name(view, variation)
    return " - ".join(part for part in (parent.name if parent else "", own) if part)


_AS_PRODUCT: dict[str, Field] = {
    "name": _full_name,
    "slug": lambda view, variation: slug_of(_full_name(view, variation)),
    "total_sales": lambda view, variation: "0",
    "images": lambda view, variation: [image] if (image := _image(view, variation)) else [],
    "price_html": lambda view, variation: price_html(view, variation, selling.price(variation, view.now)),
    "shipping_required": lambda view, variation: not variation.virtual,
    "shipping_taxable": lambda view, variation: not variation.virtual,
    "reviews_allowed": lambda view, variation: False,
    "related_ids": lambda view, variation: [],
    "_links": lambda view, variation: view.links(f"products/{variation.id}", "products", f"products/{variation.parent_id}"),
}
