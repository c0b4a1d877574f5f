"""The vocabulary of product queries; chainable everywhere (API filters, admin, services)."""

from uuid import UUID

from django.db import models
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Concat

from tenants.models import Tenant, TenantQuerySet


class ProductQuerySet(TenantQuerySet):
    """Products of one or more businesses."""

    def in_category(self, category_id: int) -> "ProductQuerySet":
        """In the category, as main or further one."""
        return self.filter(Q(category_id=category_id) | Q(categories=category_id)).distinct()


class CategoryQuerySet(TenantQuerySet):
    """Categories of one or more businesses."""

    def with_path(self) -> "CategoryQuerySet":
        """Adds `path`, "Food > Pizza": what a person needs to tell two categories of one name apart."""
        return self.annotate(path=path_expression())


def path_expression(link: str = "") -> Concat:
    """SQL for a category's path over its nearest four levels. link: look-up from the row to the category ("category__")."""
    above = [f"{link}{'__'.join(['parent'] * level)}__name" for level in (3, 2, 1)]
    steps = [Case(When(**{f"{name}__isnull": False}, then=Concat(F(name), Value(" > "))), default=Value("")) for name in above]
    return Concat(*steps, F(f"{link}name"), output_field=CharField())


class PartQuerySet(models.QuerySet):
    """Variants and images; their business is their product's."""

    def for_tenant(self, tenant: Tenant | UUID | str) -> "PartQuerySet":
        """Only the parts of products of this business (instance or id)."""
        return self.filter(product__tenant=tenant)
