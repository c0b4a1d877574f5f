"""Bases of the catalog models: what a save and a delete carry along, in one transaction."""

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction


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

    left_product_id: int | None = None

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        from products_and_services.revisions import record_save

        with transaction.atomic(), record_save(self, options.get("update_fields")) as stored:
            moved = stored is not None and stored["product_id"] != self.__dict__.get("product_id", stored["product_id"])
            self.left_product_id = stored["product_id"] if stored and moved else None
            super().save(**options)
