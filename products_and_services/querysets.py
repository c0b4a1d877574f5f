"""The vocabulary of product queries; chainable everywhere (API filters, admin, services)."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from tenants.models import Tenant, TenantQuerySet


class ProductQuerySet(TenantQuerySet):
    """Products of one or more businesses."""

    def sellable(self) -> "ProductQuerySet":
        """What a customer may see: active, available, with a price."""
        return self.filter(is_active=True, is_available=True, price__gt=0)

    def in_category(self, category_id: int) -> "ProductQuerySet":
        """In the category, as main or further one."""
        return self.filter(Q(category_id=category_id) | Q(categories=category_id)).distinct()


class PartQuerySet(models.QuerySet):
    """Variants and images; their business is their product's."""

    def for_tenant(self, tenant: Tenant | UUID | str) -> "PartQuerySet":
        """Only the parts of products of this business (instance or id)."""
        return self.filter(product__tenant=tenant)
