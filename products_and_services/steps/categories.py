"""Categories written in numbers: rows with free slugs, and one announcement for everything that shows a changed path."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.text import slugify

from common.bulk import insert_rows, update_rows
from products_and_services.models import ProductCategory
from products_and_services.signals import announce_categories

LONGEST_SLUG = 240


def create_categories(tenant_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    """Rows with the numbers they name: {"id", "name", "parent_id", "external_id"}, a parent before what is below it.

    Raises IntegrityError when somebody makes a category with the same slug at the same moment.
    """
    if not rows:
        return
    now, slugs = timezone.now(), _Slugs(tenant_id)
    made = [{"tenant_id": tenant_id, "slug": slugs.free(row["name"]), "created_at": now, "updated_at": now, **row} for row in rows]
    insert_rows(ProductCategory, made)


def change_categories(tenant_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    """{"id", "name", "parent_id", "is_active", "external_id"} of each that changes. Slugs stay: addresses outlive names."""
    if not rows:
        return
    now = timezone.now()
    update_rows(ProductCategory, [row | {"updated_at": now} for row in rows], match=("id",))
    announce_categories(tenant_id, [row["id"] for row in rows])


class _Slugs:
    """The business's slugs, and free ones made of names."""

    def __init__(self, tenant_id: UUID) -> None:
        self.taken = set(ProductCategory.objects.filter(tenant_id=tenant_id).order_by().values_list("slug", flat=True))
        self.next_numbers: dict[str, int] = {}

    def free(self, name: str) -> str:
        base = slugify(name, allow_unicode=True)[:LONGEST_SLUG] or "category"
        slug, number = base, self.next_numbers.get(base, 2)
        while slug in self.taken:
            slug, number = f"{base}-{number}", number + 1
        self.next_numbers[base] = number
        self.taken.add(slug)
        return slug
