"""A variant's own page, reached from its product: everything the product's table has no room for."""

from typing import Any

from django import forms
from django.http import HttpRequest

from common.admin import TenantModelAdmin, Tool, register
from products_and_services.admin.fields import AMOUNTS, PairsField, YesNoOrAsProductField
from products_and_services.admin.sku_guard import SkuGuard
from products_and_services.models import Product, ProductVariant

FIELDSETS = (
    (None, {"fields": ("product", ("name", "sku"), ("price", "sale_price"), "attributes", "image")}),
    ("Stock", {
        "description": "What is left empty is as on the product.",
        "fields": ("track_stock", "stock_quantity", "allow_backorder"),
    }),
    ("Sale dates", {
        "description": "Only where this variant is on sale at other times than its product. With either of the dates, the product's two do "
                       "not count for it.",
        "fields": ("sale_starts_at", "sale_ends_at"),
    }),
    (None, {"fields": (("is_default", "is_active"), ("sort_order", "external_id"))}),
)  # fmt: skip


class VariantPageForm(forms.ModelForm):
    """Attributes as plain text, flags that may be left to the product."""

    track_stock = YesNoOrAsProductField(help_text="no: always available.")
    allow_backorder = YesNoOrAsProductField(label="Allow back-order", help_text="yes: sold although there is none.")
    attributes = PairsField(required=False, help_text="Pairs with semicolons between them: color: Red; size: L")

    class Meta:
        model = ProductVariant
        fields = "__all__"


@register(ProductVariant)
class VariantAdmin(SkuGuard, TenantModelAdmin):
    """Colours with a SKU of their own, or sizes without one."""

    tenant_lookup = "product__tenant"
    form = VariantPageForm
    formfield_overrides = AMOUNTS
    empty_hint = "There are no variants yet. Add them on their product's page."
    list_display = ("name", "product", "sku", "price", "is_active")
    list_select_related = ("product",)
    list_filter = ("is_active",)
    search_fields = ("name", "sku", "product__name", "product__sku")
    autocomplete_fields = ("product",)
    fieldsets = FIELDSETS

    def get_readonly_fields(self, request: HttpRequest, obj: ProductVariant | None = None) -> list[Any]:
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, "product"] if obj is not None else fields

    def tools(self, request: HttpRequest, obj: ProductVariant) -> list[Tool]:
        return [Tool("Its product", self.admin_site.get_model_admin(Product).object_url(obj.product), "inventory_2")]
