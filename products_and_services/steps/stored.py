"""Rows of the database as the states that plans are made of, and noted values as what a column takes."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import models

from common.bulk import chunks
from products_and_services.models import Product, ProductImage, ProductVariant
from products_and_services.revisions import readable, tracked_fields
from products_and_services.steps.step import State, Values

MODELS: dict[str, Any] = {"product": Product, "variant": ProductVariant, "image": ProductImage}
FIELDS: dict[str, dict[str, models.Field]] = {
    entity: {field.attname: field for field in tracked_fields(model)} for entity, model in MODELS.items()
}
TIMES = {entity: {name for name, field in fields.items() if isinstance(field, models.DateTimeField)} for entity, fields in FIELDS.items()}
PICTURES = {"variant": "image", "image": "image"}


def lock_products(tenant_id: UUID, product_ids: Collection[int]) -> set[int]:
    """Locks these products of the business until the transaction ends, in one order; returns those that exist.

    Everybody locks a product before its parts, so this covers the parts as well.
    """
    found: set[int] = set()
    for ids in chunks(sorted(product_ids)):
        rows = Product.objects.for_tenant(tenant_id).filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
        found.update(rows.values_list("pk", flat=True))
    return found


def load_rows(tenant_id: UUID, entity: str, columns: Iterable[str], **which: Any) -> dict[int, Values]:
    """{id: {column: noted value}} of the business's rows; unknown column names are left out. which: a filter, for example pk__in=[..]."""
    fields = {name: FIELDS[entity][name] for name in columns if name in FIELDS[entity]}
    rows = MODELS[entity].objects.for_tenant(tenant_id).filter(**which).order_by("pk").values_list("pk", *fields)
    pairs = list(fields.items())
    return {pk: {name: readable(field, value) for (name, field), value in zip(pairs, values, strict=True)} for pk, *values in rows}


def load_categories(product_ids: Collection[int]) -> dict[int, list[int]]:
    """{product id: sorted ids of its further categories}; products without any are missing."""
    inside: dict[int, list[int]] = {}
    rows = Product.categories.through.objects.filter(product_id__in=product_ids)
    for product_id, category_id in rows.order_by("productcategory_id").values_list("product_id", "productcategory_id"):
        inside.setdefault(product_id, []).append(category_id)
    return inside


def load_whole(tenant_id: UUID, product_ids: Collection[int]) -> State:
    """These products of the business with all their variants, pictures and further categories. Four queries."""
    state: State = {}
    products = load_rows(tenant_id, "product", FIELDS["product"], pk__in=product_ids)
    categories = load_categories(products)
    for pk, values in products.items():
        state["product", pk] = {**values, "categories": categories.get(pk, [])}
    for entity in ("variant", "image"):
        parts = load_rows(tenant_id, entity, FIELDS[entity], product_id__in=products)
        state.update({(entity, pk): values for pk, values in parts.items()})
    return state


def for_column(entity: str, name: str, value: Any) -> Any:
    """The Python value that the column takes for a noted one; None where an empty one was noted becomes the column's own kind of empty."""
    field = FIELDS[entity][name]
    if value is None and not field.null:
        return empty_of(field)
    if isinstance(field, (models.JSONField, models.FileField)):
        return value
    return (field.target_field if isinstance(field, models.ForeignKey) else field).to_python(value)


def empty_of(field: models.Field) -> Any:
    """What a column held that was not noted when its row was: nothing, or (a column younger than the note) its default."""
    if field.null:
        return None
    if isinstance(field, (models.CharField, models.TextField, models.FileField)) and field.blank:
        return ""
    return field.get_default()
