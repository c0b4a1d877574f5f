"""Carrying out steps: rows, SKUs, further categories, history and the announcement, in bounded queries whatever the number of steps."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from common.bulk import chunks, insert_rows, update_rows
from products_and_services.models import Product, ProductImage, ProductVariant
from products_and_services.revisions import insert_notes
from products_and_services.signals import announce, note_lost_variants, noted_by_the_writer
from products_and_services.steps.skus import claim, release
from products_and_services.steps.step import FIXED, Step
from products_and_services.steps.stored import FIELDS, MODELS, TIMES, empty_of, for_column

NO_COLUMNS = {"categories"}


def write_steps(tenant_id: UUID, steps: list[Step], *, restores: int | None = None) -> set[int]:
    """Writes checked steps of one business. Called in the transaction that holds the products' locks. Returns the products touched.

    restores: the revision whose version this brings back. Raises IntegrityError when somebody took a SKU or number meanwhile.
    """
    if not steps:
        return set()
    with transaction.atomic():
        _delete([step for step in steps if step.action == "deleted"])
        changed = [step for step in steps if step.action == "changed"]
        release(changed)
        for entity in MODELS:
            _change(entity, [step for step in changed if step.entity == entity])
        for entity in MODELS:
            _create(tenant_id, entity, [step for step in steps if step.entity == entity and step.action == "created"])
        claim(tenant_id, steps)
        _set_categories(steps)
        touched = _touched(steps)
        made = {step.entity_id for step in steps if step.entity == "product" and step.action == "created"}
        for ids in chunks(sorted(touched - made)):
            Product.objects.filter(pk__in=ids).update(updated_at=timezone.now())
        insert_notes(tenant_id, [_note(step) for step in steps], restores=restores)
        announce(tenant_id, sorted(touched))
    return touched


def _note(step: Step) -> tuple[Any, ...]:
    moved_to = step.changes.get("product_id", [None, None])[1] if step.action == "changed" else None
    return moved_to or step.product_id, step.entity, step.entity_id, step.action, step.changes


def _touched(steps: Collection[Step]) -> set[int]:
    """The products of the steps, also those that a part moves away from or to."""
    ids = {step.product_id for step in steps}
    for step in steps:
        if step.entity != "product":
            ids.update(pk for pk in step.changes.get("product_id", ()) if pk)
    return ids


def _delete(steps: list[Step]) -> None:
    """Pictures, variants, products; parts of a product that goes have steps of their own."""
    variants = [step.entity_id for step in steps if step.entity == "variant"]
    with noted_by_the_writer():
        for model, entity in ((ProductImage, "image"), (ProductVariant, "variant"), (Product, "product")):
            if entity == "variant" and variants:
                note_lost_variants(variants)
            for ids in chunks(step.entity_id for step in steps if step.entity == entity):
                model._default_manager.filter(pk__in=ids).delete()


def _change(entity: str, steps: list[Step]) -> None:
    names = sorted({name for step in steps for name in step.changes} - NO_COLUMNS)
    if not names:
        return
    # One statement cannot hand a unique mark from row to row, so whoever loses it does so first.
    losing = [step.entity_id for step in steps if step.changes.get("is_default", [False, True])[1] is False]
    if entity == "variant" and losing:
        ProductVariant.objects.filter(pk__in=losing).update(is_default=False)
    for part in chunks([step for step in steps if step.changes.keys() - NO_COLUMNS]):
        stored = {row["pk"]: row for row in MODELS[entity].objects.filter(pk__in=[step.entity_id for step in part]).values("pk", *names)}
        update_rows(MODELS[entity], [_row(step, names, stored[step.entity_id]) for step in part], match=("id",))


def _row(step: Step, names: list[str], stored: dict[str, Any]) -> dict[str, Any]:
    """All rows of a statement carry the same columns: those a step leaves alone are written as they are, under the lock."""
    row: dict[str, Any] = {"id": step.entity_id}
    for name in names:
        row[name] = for_column(step.entity, name, step.changes[name][1]) if name in step.changes else stored[name]
    return row


def _create(tenant_id: UUID, entity: str, steps: list[Step]) -> None:
    """Rows with the numbers that the steps name. Noted values go into the statement as they are; only times need another spelling."""
    fields, times, now = FIELDS[entity], TIMES[entity], timezone.now()
    blank = {name: empty_of(field) for name, field in fields.items()} | {"created_at": now, "updated_at": now}
    if entity == "product":
        blank["tenant_id"] = tenant_id
    if entity == "image":
        del blank["updated_at"]
    rows = []
    for step in steps:
        row = {"id": step.entity_id, **blank}
        for name, (_, value) in step.changes.items():
            if name in row and name not in FIXED and value is not None:
                row[name] = for_column(entity, name, value) if name in times else value
        rows.append(row)
    insert_rows(MODELS[entity], rows)


def _set_categories(steps: list[Step]) -> None:
    setting = [step for step in steps if step.action != "deleted" and "categories" in step.changes]
    wanted = {step.entity_id: step.changes["categories"][1] or [] for step in setting}
    left = [step.entity_id for step in setting if step.changes["categories"][0]]
    through = Product.categories.through
    for ids in chunks(sorted(left)):
        through.objects.filter(product_id__in=ids).delete()
    insert_rows(through, [{"product_id": pk, "productcategory_id": category} for pk in sorted(wanted) for category in wanted[pk]])
