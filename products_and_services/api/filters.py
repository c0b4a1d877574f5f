"""Query parameters of the lists. An unreadable value is a 400, never an ignored filter."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework.filters import OrderingFilter

from products_and_services.models import Product, ProductCategory, ProductImage, ProductVariant, SyncStatus


class StableOrdering(OrderingFilter):
    """Equal rows keep one order, so that no row is missed or repeated between two pages."""

    def get_ordering(self, request: Any, queryset: QuerySet, view: Any) -> list[str]:
        return [*(super().get_ordering(request, queryset, view) or queryset.query.order_by or queryset.model._meta.ordering), "pk"]


class IdFilter(filters.NumberFilter):
    """An id; what cannot be one is refused before the database sees it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": 2**63 - 1, "decimal_places": 0, **options})


class ProductFilter(filters.FilterSet):
    """category: as main or further one. updated_since: changes of variants and images count."""

    category = IdFilter(method="in_category", label="Id of a category, as main or further one.")
    meta_sync_status = filters.MultipleChoiceFilter(choices=SyncStatus.choices)
    updated_since = filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte", label="ISO 8601; variants and images count.")

    class Meta:
        model = Product
        fields = ("sku", "is_active", "is_available", "sync_to_meta", "external_source", "external_id")

    def in_category(self, rows: QuerySet, _name: str, value: Any) -> QuerySet:
        """Foreign and unknown categories match nothing."""
        return rows.in_category(int(value))


class VariantFilter(filters.FilterSet):
    """Variants of a product."""

    product = IdFilter(field_name="product_id")

    class Meta:
        model = ProductVariant
        fields = ("sku", "is_active", "external_id")


class ImageFilter(filters.FilterSet):
    """Images of a product or variant."""

    product = IdFilter(field_name="product_id")
    variant = IdFilter(field_name="variant_id")

    class Meta:
        model = ProductImage
        fields: tuple[str, ...] = ()


class CategoryFilter(filters.FilterSet):
    """parent: id of the category above; top: those without one."""

    parent = IdFilter(field_name="parent_id")
    top = filters.BooleanFilter(field_name="parent", lookup_expr="isnull")

    class Meta:
        model = ProductCategory
        fields = ("slug", "is_active", "sync_to_meta", "external_id")
