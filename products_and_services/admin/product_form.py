"""The product's form."""

from typing import Any

from django import forms

from products_and_services.admin.fields import WordsField
from products_and_services.models import Product

FIELDSETS = (
    (None, {"fields": ("name", ("sku", "brand"), "short_description", "description", ("is_active", "sync_to_meta"), "is_available")}),
    ("Price", {"fields": (("price", "currency"), "sale_price", "sale_starts_at", "sale_ends_at")}),
    ("Stock", {"fields": (("track_stock", "stock_quantity", "allow_backorder"),)}),
    ("Where it appears", {"fields": ("category", "categories", "tags", ("website_url", "sort_order"))}),
    ("Other words at Meta", {
        "classes": ("collapse",),
        "description": "Only where Meta should show other words than your shop. The name of a variant is added to the title by itself.",
        "fields": ("meta_title", "meta_description"),
    }),
    ("More for the catalog", {
        "classes": ("collapse",),
        "fields": (("condition", "vendor"), ("product_type", "google_product_category"), ("gtin", "mpn"),
                   ("custom_label_0", "custom_label_1"), ("custom_label_2", "custom_label_3"), "custom_label_4"),
    }),
    ("Selling in India", {
        "classes": ("collapse",),
        "description": "Meta asks for these in India only.",
        "fields": (("origin_country", "wa_compliance_category"), "importer_name", "importer_address"),
    }),
)  # fmt: skip


class ProductForm(forms.ModelForm):
    """Lists of words as plain text."""

    tags = WordsField(required=False, help_text="Words with commas between them: solar, inverter")

    class Meta:
        model = Product
        fields = "__all__"

    def changed_sku(self) -> tuple[str, str] | None:
        """(old, new) when an existing SKU is replaced or removed: at Meta that is another item."""
        old: Any = self.initial.get("sku")
        return (old, self.instance.sku or "") if old and old != self.instance.sku else None
