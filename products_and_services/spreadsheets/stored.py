"""What is stored now, in the terms of the columns: for exports, and for telling whether a row changes anything."""

from typing import Any

from products_and_services.load_snapshots import image_snapshot
from products_and_services.models import Product, ProductImage, ProductVariant
from products_and_services.spreadsheets.categories import CategoryPaths
from products_and_services.spreadsheets.columns import BY_NAME, COLUMNS, PRODUCT_FIELDS, VARIANT_FIELDS, Column
from products_and_services.spreadsheets.values import Locale, plain

Entity = Product | ProductVariant
PARTS = ("images", "variants", "categories")  # to prefetch


def stored_value(entity: Entity, name: str, paths: CategoryPaths) -> Any:
    """The value of one column; of a product read with PARTS, without a query."""
    if name == "images":
        return [address_of(image) for image in images_of(entity)]
    if name == "category":
        return paths.text_of(entity.category_id) if entity.category_id else ""  # type: ignore[union-attr]
    if name == "categories":
        return _further(entity, paths)
    return getattr(entity, name)


def _further(product: Any, paths: CategoryPaths) -> list[str]:
    return sorted(paths.text_of(category.pk) for category in product.categories.all()) if product.pk else []


def images_of(entity: Entity) -> list[ProductImage]:
    """The pictures of a product (without its variants') or of a variant, main one first."""
    if entity.pk is None:
        return []
    product, variant_id = (entity, None) if isinstance(entity, Product) else (entity.product, entity.pk)
    return [image for image in product.images.all() if image.variant_id == variant_id]


def address_of(image: ProductImage) -> str:
    """Where the picture is, as an absolute address."""
    return image_snapshot(image.image.name or "", image.remote_url).url


def is_same(column: Column, old: Any, new: Any) -> bool:
    """True when the cell says what is stored already. Texts are compared as people see them."""
    if isinstance(old, str) or isinstance(new, str):
        return plain(old or "") == plain(new or "")
    if column.name == "categories":
        return sorted(old) == sorted(new)
    return bool(old == new)


def export_rows(product: Product, paths: CategoryPaths, locale: Locale) -> list[list[Any]]:
    """The product's row and one for each of its variants."""
    rows = [_cells(product, ("id", *PRODUCT_FIELDS), paths, locale)]
    parent = reference_to(product)
    for variant in product.variants.all():
        variant.product = product
        cells = _cells(variant, ("id", *VARIANT_FIELDS), paths, locale)
        rows.append(cells | {"product": BY_NAME["product"].write(parent, locale)})
    return [[row.get(column.name, "") for column in COLUMNS] for row in rows]


def _cells(entity: Entity, names: tuple[str, ...], paths: CategoryPaths, locale: Locale) -> dict[str, Any]:
    return {name: BY_NAME[name].write(stored_value(entity, name, paths), locale) for name in names}


def reference_to(product: Product) -> str:
    """How a variant's row names its product."""
    return product.sku or f"#{product.pk}"
