"""What changed, by whom or which run: written by every save and delete of a product, variant or image, and by bulk writers.

Undo reads nothing but these rows (see undo/), so whoever writes past save() and delete() owes them, in the same transaction:

- created: {column: [None, value]} of every tracked column with a value; a product's further categories as "categories": [[], ids];
- changed: {column: [old, new]} of exactly the columns whose value changed, with the old value read under the lock that the write holds;
- deleted: {column: [last value, None]}, of a product with "categories" (sorted ids); its variants and pictures are noted one by one;
- what follows from a write is noted as well: a variant that loses its SKU or its default mark, a picture whose variant goes;
- values as `readable` makes them, the rows in the order of the writes, signed by `write_revisions` inside `acting_as(Actor(.., run_id))`.

Columns in UNTRACKED are not history. `restores` points to the revision whose version was brought back.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone

from common.bulk import insert_rows, take_numbers
from products_and_services.models.revisions import Revision
from products_and_services.models.summary import SUMMARY_COLUMNS
from tenants.actor import current_actor

UNTRACKED = SUMMARY_COLUMNS | {"id", "created_at", "updated_at", "facts"}
Values = dict[str, Any]
NOTE = ("product_id", "entity", "entity_id", "action", "changes")
EMPTY: tuple[Any, ...] = (None, "", [], {})


@contextmanager
def record_save(instance: models.Model, update_fields: Iterable[str] | None = None) -> Iterator[Values | None]:
    """Wraps the save of a product, variant or image (inside its transaction) and writes a Revision when a value changed.

    update_fields: as for save(). Yields the stored values by column name before the save, None when there is no such row yet.
    """
    stored = stored_values(instance)
    yield stored
    fields = _written(instance, update_fields, is_new=stored is None)
    after = _values(instance, fields)
    if stored is None:
        write_revisions([revision_of(instance, "created", {name: [None, value] for name, value in after.items() if value not in EMPTY})])
        return
    changes = {name: [stored[name], value] for name, value in after.items() if stored[name] != value}
    if changes:
        write_revisions([revision_of(instance, "changed", changes)])


def record_delete(instance: models.Model) -> None:
    """Keeps the last values, so that a deleted product can be read later."""
    values = _values(instance, _written(instance, None, is_new=False))
    changes = {name: [value, None] for name, value in values.items() if value not in EMPTY}
    if instance.__dict__.get("last_categories"):
        changes["categories"] = [instance.__dict__["last_categories"], None]
    write_revisions([revision_of(instance, "deleted", changes)])


def revision_of(instance: Any, action: str, changes: dict[str, list[Any]]) -> Revision:
    """An unsaved Revision about a product, variant or image. changes: {column: [old, new]}."""
    product_id = instance.product_id if hasattr(instance, "product_id") else instance.pk
    entity = instance._meta.model_name.removeprefix("product") or "product"
    return Revision(
        tenant_id=tenant_of(instance), product_id=product_id, entity=entity, entity_id=instance.pk, action=action, changes=changes
    )


def product_revision(tenant_id: UUID, product_id: int, changes: dict[str, list[Any]]) -> Revision:
    """An unsaved Revision about a changed product whose instance a bulk writer does not have."""
    return Revision(tenant_id=tenant_id, product_id=product_id, entity="product", entity_id=product_id, action="changed", changes=changes)


def write_revisions(revisions: list[Revision]) -> None:
    """Signs the revisions with the current actor and inserts them together."""
    actor = current_actor()
    for revision in revisions:
        revision.actor, revision.run_id = actor.name[:200], UUID(actor.run_id) if actor.run_id else None
    Revision.objects.bulk_create(revisions, batch_size=500)


def insert_notes(tenant_id: UUID, notes: Iterable[tuple[Any, ...]], *, restores: int | None = None) -> None:
    """Signs and inserts thousands of notes at once: (product id, entity, entity id, action, changes) each, in this order."""
    actor, now = current_actor(), timezone.now()
    about_all = {
        "tenant_id": tenant_id, "actor": actor.name[:200], "run_id": UUID(actor.run_id) if actor.run_id else None, "restores": restores,
        "created_at": now,
    }  # fmt: skip
    rows = [dict(zip(NOTE, note, strict=True)) | about_all for note in notes]
    for row, number in zip(rows, take_numbers(Revision, len(rows)), strict=True):  # Undo goes by their order.
        row["id"] = number
    insert_rows(Revision, rows)


def tenant_of(instance: Any) -> UUID:
    """The tenant id of a product or of a part of one."""
    return instance.tenant_id if hasattr(instance, "tenant_id") else instance.product.tenant_id


def stored_values(instance: models.Model) -> Values | None:
    """The row's tracked columns as JSON values, locked until the transaction ends; None when there is no row.

    Without the lock a save that overwrites a neighbour's would be noted as no change.
    """
    if instance.pk is None:
        return None
    fields = tracked_fields(type(instance))
    rows = type(instance)._default_manager.filter(pk=instance.pk).order_by().select_for_update(no_key=True)
    row = rows.values_list(*[field.attname for field in fields]).first()
    return row and {field.attname: readable(field, value) for field, value in zip(fields, row, strict=True)}


def tracked_fields(model: type[models.Model]) -> list[models.Field]:
    """The columns that are history."""
    return [field for field in model._meta.concrete_fields if field.name not in UNTRACKED]


def _written(instance: models.Model, update_fields: Iterable[str] | None, *, is_new: bool) -> list[models.Field]:
    """The tracked fields that a save writes: a value that only sits in memory has not changed anything."""
    fields = tracked_fields(type(instance))
    if is_new or update_fields is None:
        return [field for field in fields if field.attname in instance.__dict__]
    names = set(update_fields)
    return [field for field in fields if field.name in names or field.attname in names]


def _values(instance: models.Model, fields: list[models.Field]) -> Values:
    values = {field.attname: instance.__dict__[field.attname] for field in fields if field.attname in instance.__dict__}
    if any(hasattr(value, "resolve_expression") for value in values.values()):
        row = stored_values(instance) or {}  # An F() expression is known only to the database.
        return {field.attname: row[field.attname] for field in fields}
    return {field.attname: readable(field, values[field.attname]) for field in fields if field.attname in values}


def readable(field: models.Field, value: Any) -> Any:
    """A JSON value that compares equal when the column would: decimals without trailing zeros, UTC times as text."""
    if isinstance(field, models.FileField):
        return str(value or "")
    value = (field.target_field if isinstance(field, models.ForeignKey) else field).to_python(value)
    if isinstance(value, Decimal):
        places = Decimal(1).scaleb(-getattr(field, "decimal_places", 4))
        return format(value.quantize(places, ROUND_HALF_UP).normalize() + 0, "f")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if isinstance(value, (list, dict, bool, int, type(None))) else str(value)
