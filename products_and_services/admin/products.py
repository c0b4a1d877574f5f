"""The product's list and page. What upper rooms add (sync status, catalog section) comes through common.admin.extend."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin import Badge, TenantModelAdmin, Tool, display, register, render_badge
from common.money import amount_with_code
from products_and_services.admin.export_page import SpreadsheetPages
from products_and_services.admin.fields import AMOUNTS
from products_and_services.admin.filters import CategoryFilter, SaleFilter, StockFilter
from products_and_services.admin.inlines import ImageInline, ModifierGroupInline, VariantInline
from products_and_services.admin.pictures import STYLES, main_picture_url, thumbnail
from products_and_services.admin.product_actions import ProductActions
from products_and_services.admin.product_form import FIELDSETS, ProductForm
from products_and_services.admin.product_history import history_page
from products_and_services.admin.reservations import ReservationInline
from products_and_services.admin.sku_guard import SkuGuard
from products_and_services.admin.stock_words import show_stock
from products_and_services.links import product_page_url
from products_and_services.models import Product, ProductCategory
from products_and_services.querysets import path_expression
from products_and_services.reserved import with_reservations

NEW_ITEM = (
    "The SKU changed from “{}” to “{}”. Meta's old item is removed and a new one is made; links and ads for the old one no longer work."
)
NO_ITEM = "The SKU “{}” was removed. Without a SKU the product cannot be in Meta's catalog: its item is removed there."


@register(Product)
class ProductAdmin(SkuGuard, ProductActions, SpreadsheetPages, TenantModelAdmin):
    """Everything about what is sold."""

    nav_group, nav_icon, nav_order = "Products", "inventory_2", 10
    empty_hint = (
        "There are no products yet. Add your first one: a name, a SKU, a price and a picture are enough for WhatsApp. "
        "Or import a file of many."
    )
    form = ProductForm
    fieldsets = FIELDSETS
    inlines = (ImageInline, VariantInline, ModifierGroupInline, ReservationInline)
    autocomplete_fields = ("category", "categories")
    formfield_overrides = AMOUNTS
    list_display = ("picture", "name_text", "price_text", "category_text", "stock_text", "is_active")
    list_display_links = ("name_text",)
    actions = (*ProductActions.actions, *SpreadsheetPages.spreadsheet_actions)
    list_filter = (CategoryFilter, StockFilter, SaleFilter, "is_active", "is_available", "sync_to_meta")
    list_select_related = ("tenant",)
    search_fields = ("name", "sku", "variants__sku", "brand", "gtin", "external_id")
    search_help_text = "Name, SKU (also of a variant), brand, GTIN or shop id"
    warn_unsaved_form = True

    class Media:
        css = STYLES

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).prefetch_related("images", "variants", with_reservations())
        return rows.annotate(category_path=path_expression("category__"))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "category":
            kwargs["queryset"] = ProductCategory.objects.with_path()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "categories":
            kwargs["queryset"] = ProductCategory.objects.with_path()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    # --- the list ---------------------------------------------------------------------------------------------------------
    @display(description="Picture")
    def picture(self, product: Product) -> SafeString:
        """The main picture."""
        return thumbnail(main_picture_url(product), product.name)

    @display(description="Product", ordering="name")
    def name_text(self, product: Product) -> SafeString:
        """Name, and below it the SKU and what upper apps add."""
        notes = filter(None, (extension.second_line(product) for extension in self.extensions))
        return format_html('{}<small class="second-line">{}</small>', product.name, " · ".join([product.sku or "no SKU", *notes]))

    @display(description="Price", ordering="price")
    def price_text(self, product: Product) -> str:
        """With its currency; a sale price beside the regular one."""
        if not product.price:
            return render_badge(Badge("grey", "no price"))
        regular = amount_with_code(product.price, product.effective_currency)
        if not product.sale_price or product.sale_price >= product.price:
            return format_html('<span class="amount">{}</span>', regular)
        sale = amount_with_code(product.sale_price, product.effective_currency)
        return format_html('<span class="amount">{}</span><s class="amount second-line">{}</s>', sale, regular)

    @display(description="Category", ordering="category_path")
    def category_text(self, product: Any) -> str:
        """From the top: "Food > Pizza"."""
        return product.category_path if product.category_id else "—"

    @display(description="Stock", ordering="stock_quantity")
    def stock_text(self, product: Product) -> str:
        """What is left of all that can be chosen, or why there is nothing; below it what is sold out or held by orders."""
        return show_stock(product)

    # --- the page ---------------------------------------------------------------------------------------------------------
    def tools(self, request: HttpRequest, obj: Product) -> list[Tool]:
        history = Tool("History", self.object_url(obj, "revisions"), "history")
        if not obj.sku or not obj.is_active:
            return [history]
        return [history, Tool("Public page", product_page_url(obj.tenant.sub_domain, obj.sku), "open_in_new")]

    def get_urls(self) -> list[Any]:
        page = partial(history_page, self)
        return [self.page("<int:object_id>/revisions/", page, "revisions"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        replaced = form.changed_sku() if change else None
        if replaced:
            old, new = replaced
            messages.warning(request, NEW_ITEM.format(old, new) if new else NO_ITEM.format(old))
