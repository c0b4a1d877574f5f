"""Extras that the chat asks for, in groups."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest

from common.admin import TenantInline, TenantModelAdmin, display, register
from products_and_services.admin.fields import AMOUNTS
from products_and_services.admin.pictures import STYLES
from products_and_services.models import Modifier, ModifierGroup


class ModifierInline(TenantInline):
    """The answers, with what each adds to the price."""

    model = Modifier
    fields = ("name", "price", "max_quantity", "is_active", "sort_order")
    formfield_overrides = AMOUNTS


@register(ModifierGroup)
class ModifierGroupAdmin(TenantModelAdmin):
    """A question such as "Toppings?" and the products it is asked for."""

    nav_group, nav_icon, nav_order = "Products", "tune", 30
    empty_hint = "There are no extras yet. A group is a question such as “Toppings?”; its modifiers are the answers with their prices."
    list_display = ("name", "rule_text", "modifier_count", "product_count", "sort_order")
    search_fields = ("name", "modifiers__name")
    autocomplete_fields = ("products",)
    inlines = (ModifierInline,)

    fieldsets = ((None, {"fields": ("name", ("min_selected", "max_selected"), "products", "sort_order")}),)

    class Media:
        css = STYLES

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        counts = {"number_of_modifiers": Count("modifiers", distinct=True), "number_of_products": Count("products", distinct=True)}
        return super().get_queryset(request).annotate(**counts)

    @display(description="Choose", ordering="min_selected")
    def rule_text(self, group: ModifierGroup) -> str:
        """How many answers a customer gives."""
        most = f"at most {group.max_selected}" if group.max_selected else "any number"
        return f"at least {group.min_selected}, {most}" if group.min_selected else most

    @display(description="Modifiers", ordering="number_of_modifiers")
    def modifier_count(self, group: Any) -> int:
        """How many answers there are."""
        return group.number_of_modifiers

    @display(description="Products", ordering="number_of_products")
    def product_count(self, group: Any) -> int:
        """How many products it is asked for."""
        return group.number_of_products
