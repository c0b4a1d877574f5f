"""Categories: a tree per business."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify

from products_and_services.google_category import HELP
from products_and_services.models.base import AtomicModel
from products_and_services.models.uploads import category_image_path, validate_picture
from products_and_services.querysets import CategoryQuerySet
from tenants.models import Tenant


class ProductCategory(AtomicModel):
    """A shelf. Switching `sync_to_meta` off keeps its products, and those of the categories below it, away from Meta."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="categories")
    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=255, blank=True, allow_unicode=True)
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="children")
    description = models.TextField(blank=True)
    image = models.ImageField(upload_to=category_image_path, blank=True, max_length=300, validators=[validate_picture])
    is_active = models.BooleanField(default=True)
    sync_to_meta = models.BooleanField("sync to Meta", default=True)
    google_product_category = models.CharField("Google category", max_length=250, blank=True, help_text=HELP)
    sort_order = models.IntegerField(default=0)
    external_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["sort_order", "name", "id"]
        verbose_name = "category"
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="category_slug_once_per_tenant"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="category_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return getattr(self, "path", "") or self.name  # The path where the query brought it (with_path): choices, filters.

    def clean(self) -> None:
        """Refuses a parent of another business, loops, and a slug that is taken."""
        from products_and_services.validation import category_errors

        if errors := category_errors(self):
            raise ValidationError(errors)
        if self.parent and self.parent.tenant_id != self.tenant_id:
            raise ValidationError({"parent": "Choose a category of the same business."})
        if self.slug and ProductCategory.objects.filter(tenant_id=self.tenant_id, slug=self.slug).exclude(pk=self.pk).exists():
            raise ValidationError({"slug": "Another category has this slug. Choose another, or leave it blank."})
        if self.pk and self.parent_id and self.parent_id in subtree_ids(self.tenant_id, self.pk):
            raise ValidationError({"parent": "A category cannot lie below itself. Choose another parent."})

    def save(self, **options: Any) -> None:
        if not self.slug:
            self.slug = self._free_slug()
            if options.get("update_fields") is not None:
                options["update_fields"] = {*options["update_fields"], "slug"}
        super().save(**options)

    def _free_slug(self) -> str:
        base = slugify(self.name, allow_unicode=True)[:240] or "category"
        taken = set(ProductCategory.objects.filter(tenant_id=self.tenant_id, slug__startswith=base).values_list("slug", flat=True))
        number, slug = 2, base
        while slug in taken:
            slug, number = f"{base}-{number}", number + 1
        return slug


def subtree_ids(tenant_id: UUID, *roots: int) -> set[int]:
    """The categories and all below them; loops made by bulk SQL do no harm."""
    children: dict[int | None, list[int]] = {}
    for pk, parent_id in ProductCategory.objects.filter(tenant_id=tenant_id).values_list("pk", "parent_id").order_by():
        children.setdefault(parent_id, []).append(pk)
    found, waiting = set(roots), list(roots)
    while waiting:
        fresh = [pk for pk in children.get(waiting.pop(), []) if pk not in found]
        found.update(fresh)
        waiting.extend(fresh)
    return found
