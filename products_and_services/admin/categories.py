"""The category tree."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from common.admin import Badge, TenantModelAdmin, action, display, register, render_badge
from products_and_services.admin.pictures import thumbnail
from products_and_services.models import Product, ProductCategory
from products_and_services.querysets import path_expression


@register(ProductCategory)
class CategoryAdmin(TenantModelAdmin):
    """Shelves. Switching Meta sync off keeps everything in a category and below it away from Meta."""

    nav_group, nav_icon, nav_order = "Products", "account_tree", 20
    empty_hint = "There are no categories yet. They group products in the chat, for example Food > Pizza; products work without them too."
    list_display = ("picture", "path_text", "product_count", "meta_text", "is_active", "sort_order")
    list_display_links = ("path_text",)
    list_filter = ("is_active", "sync_to_meta")
    search_fields = ("name", "parent__name", "external_id")
    autocomplete_fields = ("parent",)
    ordering = (path_expression().asc(), "id")  # As an expression: the ordering is applied before get_queryset adds the path.
    actions = ("sync_on", "sync_off")
    fieldsets = (
        (None, {"fields": ("name", "parent", "description", "image", ("is_active", "sync_to_meta"), ("sort_order", "slug"))}),
        ("More", {"classes": ("collapse",), "fields": ("google_product_category", "external_id")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        inside = Product.objects.filter(category=OuterRef("pk")).order_by().values("category").annotate(number=Count("pk")).values("number")
        return super().get_queryset(request).with_path().annotate(number_of_products=Coalesce(Subquery(inside), 0))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "parent":
            kwargs["queryset"] = ProductCategory.objects.with_path()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @display(description="Picture")
    def picture(self, category: ProductCategory) -> str:
        """Its picture."""
        return thumbnail(category.image.url if category.image else "", category.name, 32)

    @display(description="Category", ordering="path")
    def path_text(self, category: Any) -> str:
        """From the top."""
        return category.path

    @display(description="Products", ordering="number_of_products")
    def product_count(self, category: Any) -> str:
        """Leads to the list of them."""
        url = reverse("admin:products_and_services_product_changelist")
        return format_html('<a href="{}?in={}">{}</a>', url, category.pk, category.number_of_products)

    @display(description="Meta", ordering="sync_to_meta")
    def meta_text(self, category: ProductCategory) -> str:
        """Its own switch."""
        return render_badge(Badge("green", "✓ Sent") if category.sync_to_meta else Badge("grey", "○ Kept away"))

    @action(description="Send to Meta", permissions=["edit"])
    def sync_on(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Products in these categories may go to Meta."""
        self._switch(request, queryset, wanted=True)

    @action(description="Keep away from Meta", permissions=["edit"])
    def sync_off(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Products in these categories and below are removed from Meta."""
        self._switch(request, queryset, wanted=False)

    def _switch(self, request: HttpRequest, queryset: QuerySet, *, wanted: bool) -> None:
        with transaction.atomic():
            changed = list(queryset.exclude(sync_to_meta=wanted))
            for category in changed:
                category.sync_to_meta = wanted
                category.save(update_fields=["sync_to_meta", "updated_at"])
        words = "sent to Meta" if wanted else "kept away from Meta"
        self.message_user(
            request,
            f"{len(changed)} categor{'y' if len(changed) == 1 else 'ies'} now {words}; their products follow by themselves.",
            messages.SUCCESS if changed else messages.INFO,
        )
