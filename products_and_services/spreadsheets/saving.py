"""Writes what the judge allowed: one product or variant with its categories and pictures, in the caller's transaction."""

from typing import Any

from products_and_services.models import Product, ProductImage, ProductVariant
from products_and_services.rows import RowRefused, save_row
from products_and_services.spreadsheets.categories import CategoryPaths
from products_and_services.spreadsheets.known import KnownRows
from products_and_services.spreadsheets.stored import address_of, images_of
from products_and_services.spreadsheets.verdicts import CREATED, FAILED, UPDATED, Verdict, problems_from


def save_verdict(verdict: Verdict, known: KnownRows, paths: CategoryPaths) -> None:
    """Saves the row in a savepoint of its own; what the database refuses turns the verdict into a failure. Unchanged rows cost nothing."""
    if verdict.outcome not in (CREATED, UPDATED):
        return
    try:
        save_row(lambda: _save(verdict, paths))
    except RowRefused as refused:
        verdict.outcome, verdict.problems = FAILED, problems_from(refused.errors)
        if verdict.entity is not None and isinstance(verdict.entity, Product) and verdict.entity.pk:
            known.products.reload(verdict.entity)
        if "category" in verdict.parts or "categories" in verdict.parts:
            paths.reload()  # Categories that the row made went with it.
        return
    known.learn(verdict.entity)  # type: ignore[arg-type]


def _save(verdict: Verdict, paths: CategoryPaths) -> None:
    entity: Any = verdict.entity
    if "category" in verdict.parts:
        entity.category_id = paths.ensure(verdict.parts["category"])
    if verdict.outcome == CREATED:
        entity.save()
    elif verdict.fields:
        entity.save(update_fields={*verdict.fields, "updated_at"})
    if "categories" in verdict.parts:
        entity.categories.set([paths.ensure(text) for text in verdict.parts["categories"]])
    if "images" in verdict.parts:
        set_pictures(entity, verdict.parts["images"])


def set_pictures(entity: Product | ProductVariant, addresses: list[str]) -> None:
    """Makes the addresses the entity's pictures, in this order. Uploaded pictures stay, after those that are named."""
    known = {address_of(image): image for image in images_of(entity)}
    for place, address in enumerate(addresses):
        image = known.pop(address, None)
        if image is None:
            owner = {"product": entity} if isinstance(entity, Product) else {"product": entity.product, "variant": entity}
            ProductImage.objects.create(remote_url=address, sort_order=place, **owner)
        elif image.sort_order != place:
            image.sort_order = place
            image.save(update_fields=["sort_order"])
    for place, image in enumerate(known.values(), start=len(addresses)):
        if not image.image:
            image.delete()
        elif image.sort_order < place:
            image.sort_order = place
            image.save(update_fields=["sort_order"])
