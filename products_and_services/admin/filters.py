"""List filters of the product page."""

from collections.abc import Callable
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest

from common.admin import DropdownFilter
from common.admin.access import scoped
from products_and_services import stock_filters
from products_and_services.models import ProductCategory
from products_and_services.models.categories import subtree_ids

NO_CATEGORY = "none"
STOCKS: dict[str, Callable[[QuerySet], QuerySet]] = {
    "in": stock_filters.in_stock,
    "out": stock_filters.out_of_stock,
    "some": stock_filters.partly_out,
    "reserved": stock_filters.with_reserved,
    "today": lambda rows: rows.filter(is_available=False),
    "untracked": stock_filters.not_counted,
}


class CategoryFilter(DropdownFilter):
    """Products in a category or below it, as main or further one."""

    title = "category"
    parameter_name = "in"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self.visible = {str(row.pk): row for row in scoped(request, ProductCategory.objects.with_path(), "tenant").order_by("path")}
        return [(NO_CATEGORY, "without category"), *((pk, row.path) for pk, row in self.visible.items())]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """A category that is not in sight changes nothing."""
        if self.value() == NO_CATEGORY:
            return queryset.filter(category=None)
        chosen = self.visible.get(self.value() or "")
        if chosen is None:
            return queryset
        ids = subtree_ids(chosen.tenant_id, chosen.pk)
        also = queryset.model.categories.through.objects.filter(productcategory_id__in=ids).values("product_id")
        return queryset.filter(Q(category_id__in=ids) | Q(pk__in=also))


class StockFilter(DropdownFilter):
    """How much is left."""

    title = "stock"
    parameter_name = "stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("in", "in stock"), ("out", "out of stock"), ("some", "some variants out of stock"), ("reserved", "held by orders"),
            ("today", "sold out today"), ("untracked", "not counted"),
        ]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """By what can be chosen and what orders have left of it."""
        chosen = STOCKS.get(self.value() or "")
        return chosen(queryset) if chosen is not None else queryset


class SaleFilter(DropdownFilter):
    """Price troubles and sales."""

    title = "price"
    parameter_name = "price_is"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("none", "without price"), ("sale", "with sale price")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Sale windows are not looked at."""
        if self.value() == "none":
            return queryset.filter(Q(price=None) | Q(price=0))
        return queryset.filter(sale_price__gt=0, sale_price__lt=F("price")) if self.value() == "sale" else queryset
