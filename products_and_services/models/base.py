"""Bases of the catalog models: what a save and a delete carry along, in one transaction."""

from collections.abc import Collection, Sequence
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone


class AtomicModel(models.Model):
    """Receivers of post_save and post_delete write the outbox row; it must be in the same transaction as the change itself."""

    class Meta:
        abstract = True

    def get_constraints(self) -> list[tuple[type[models.Model], Sequence[models.BaseConstraint]]]:
        """What full_clean asks the database. Not check constraints: validators and clean() say the same in words, without a query."""
        pairs = super().get_constraints()
        return [(model, [rule for rule in rules if not isinstance(rule, models.CheckConstraint)]) for model, rules in pairs]

    def save(self, **options: Any) -> None:
        with transaction.atomic(savepoint=False):
            super().save(**options)

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        with transaction.atomic(savepoint=False):
            return super().delete(using=using, keep_parents=keep_parents)


class ProductPart(AtomicModel):
    """Variants and images: their saves are noted in the product's history and are news of the product."""

    product_id: int
    left_product_id: int | None = None

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        from products_and_services.pictures.links import look_at_fresh_upload, note_upload
        from products_and_services.revisions import record_save

        wanted = options.get("update_fields")
        found = look_at_fresh_upload(self, wanted)
        with transaction.atomic():
            touch_product(self.product_id)
            self._before_save(wanted)
            with record_save(self, wanted) as stored:
                moved = stored is not None and stored["product_id"] != self.product_id
                self.left_product_id = stored["product_id"] if stored and moved else None
                super().save(**options)
            if found is not None:
                note_upload(self, found)
            self._after_save(wanted)

    def _before_save(self, wanted: Collection[str] | None) -> None:
        """Inside the transaction, with the product locked. wanted: update_fields."""

    def _after_save(self, wanted: Collection[str] | None) -> None:
        """Inside the transaction, when the row and its revision are written."""


def touch_product(product_id: int) -> None:
    """Notes on the product that it changed, for whoever asks what changed since a time.

    Done before the part is written: everybody locks the product first and its parts after it, so no two writers deadlock.
    """
    apps.get_model("products_and_services", "Product")._default_manager.filter(pk=product_id).update(updated_at=timezone.now())
