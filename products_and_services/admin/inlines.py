"""What hangs on a product, on the product's own page: pictures, variants, modifier groups."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin import TenantInline, display
from products_and_services.admin.fields import AMOUNTS, PairsField
from products_and_services.admin.pictures import thumbnail, words_for_facts
from products_and_services.models import ModifierGroup, ProductImage, ProductVariant
from products_and_services.models.skus import clean_sku


class ImageInline(TenantInline):
    """The first picture by order is the main one."""

    model = ProductImage
    fields = ("preview", "image", "remote_url", "alt", "variant", "sort_order")
    readonly_fields = ("preview",)
    ordering_field = "sort_order"
    hide_ordering_field = False
    verbose_name_plural = "pictures"
    hide_title = True
    product: Any = None

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        self.product = obj  # Django makes a fresh inline for every request.
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name != "variant":
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        own = ProductVariant.objects.filter(product=self.product)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs, queryset=own)
        field.choices = [("", "all variants"), *((row.pk, row.name or row.sku or "default") for row in own)]  # Read once, not per picture.
        return field

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "variant":  # No room for buttons: variants are edited in the table below.
            for button in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
                setattr(field.widget, button, False)
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("facts")

    @display(description="Preview")
    def preview(self, image: ProductImage) -> SafeString:
        """The picture itself, and what a look at it found: "640 × 640 JPEG, 84 KB", or why it could not be looked at."""
        shown = thumbnail(image.url if image.pk else "", image.alt, 64)
        found = words_for_facts(image.known_facts)
        return format_html('{}<small class="second-line">{}</small>', shown, found) if found else shown


class VariantForm(forms.ModelForm):
    """Attributes as plain text."""

    attributes = PairsField(required=False, help_text="For example color: Red; size: L")

    class Meta:
        model = ProductVariant
        fields = ("name", "sku", "price", "sale_price", "stock_quantity", "attributes", "is_default", "is_active", "sort_order")


class VariantFormSet(BaseInlineFormSet):
    """Looks across the rows: what two of them claim, the model can only see after the first is saved."""

    def clean(self) -> None:
        super().clean()
        skus: set[str] = set()
        has_default = False
        for form in self.forms:
            if not hasattr(form, "cleaned_data") or form in self.deleted_forms:
                continue
            sku = clean_sku(form.cleaned_data.get("sku"))
            if sku and sku in skus:
                form.add_error("sku", f"Two variants of this product have the SKU “{sku}”. Give each its own.")
            skus.add(sku or "")
            if form.cleaned_data.get("is_default") and has_default:
                form.add_error("is_default", "Another variant is marked as the default already. Choose one.")
            has_default = has_default or bool(form.cleaned_data.get("is_default"))


class VariantInline(TenantInline):
    """Colours with a SKU of their own, or sizes without one. Empty means: as the product. Rarer rules are on the variant's page."""

    model = ProductVariant
    form = VariantForm
    formset = VariantFormSet
    fields = (*VariantForm.Meta.fields, "own_rules")
    readonly_fields = ("own_rules",)
    formfield_overrides = AMOUNTS
    show_change_link = True
    verbose_name_plural = "variants and sizes"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("product")

    @display(description="Rules of its own")
    def own_rules(self, variant: ProductVariant) -> SafeString | str:
        """What sets it apart from the product, in words; leads to its own page, where they are changed."""
        if not variant.pk:
            return "—"
        rules = [
            {True: "stock is counted", False: "stock is not counted"}.get(variant.track_stock),
            {True: "back-order", False: "no back-order"}.get(variant.allow_backorder),
            "sale dates" if variant.sale_starts_at or variant.sale_ends_at else None,
        ]
        page = self.admin_site.get_model_admin(ProductVariant).object_url(variant)
        return format_html('<a href="{}">{}</a>', page, ", ".join(filter(None, rules)) or "none")


class ModifierGroupInline(TenantInline):
    """Which extras are offered with the product."""

    model = ModifierGroup.products.through
    fields = ("modifiergroup",)
    autocomplete_fields = ("modifiergroup",)
    hide_title = True
    verbose_name = "modifier group"
    verbose_name_plural = "modifier groups (extras asked for in the chat)"
