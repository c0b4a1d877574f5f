"""All changes of all products, also of deleted ones."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from common.admin import RangeDateFilter, TenantModelAdmin, Tool, display, register, render_lines
from products_and_services.admin.product_history import describe
from products_and_services.admin.restore_page import restore_page
from products_and_services.models import Revision

MOST_LINES = 6


@register(Revision)
class RevisionAdmin(TenantModelAdmin):
    """Evidence: nobody writes or removes it by hand."""

    can_add = can_change = can_delete = False
    nav_group, nav_icon, nav_order = "Products", "history", 90
    empty_hint = "Nothing has changed yet. Every change of a product appears here, with who or which import made it."
    list_display = ("created_at", "product_link", "entity", "action", "changes_text", "actor")
    list_display_links = ("created_at",)
    list_filter = ("action", "entity", ("created_at", RangeDateFilter))
    search_fields = ("product_id", "actor")
    search_help_text = "Product number or who made the change"
    fieldsets = ((None, {"fields": ("created_at", "product_link", "entity", "action", "actor", "changes_text")}),)
    readonly_fields = ("created_at", "product_link", "changes_text")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type:
        """The list puts its rows into words together: one query for the categories they name."""

        class Described(super().get_changelist(request, **kwargs)):  # type: ignore[misc]
            def get_results(self, request: HttpRequest) -> None:
                super().get_results(request)
                self.result_list = list(self.result_list)
                for entry in describe(self.result_list):
                    entry["revision"].lines = entry["lines"]

        return Described

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """A number is a product's; anything else is looked for in who made the change."""
        if search_term.isdecimal() and len(search_term) < 19:
            return queryset.filter(product_id=int(search_term)), False
        return queryset.filter(actor__icontains=search_term) if search_term else queryset, False

    def get_urls(self) -> list[Any]:
        return [self.page("<int:object_id>/restore/", partial(restore_page, self), "restore"), *super().get_urls()]

    def tools(self, request: HttpRequest, obj: Revision) -> list[Tool]:
        if not self.has_edit_permission(request, obj):
            return []
        is_gone = obj.action == "deleted" and obj.entity == "product"
        return [Tool("Restore product" if is_gone else "Restore this version", self.object_url(obj, "restore"), "restore")]

    @display(description="Product", ordering="product_id")
    def product_link(self, revision: Revision) -> str:
        """Number and link; the product itself may be gone."""
        if revision.action == "deleted" and revision.entity == "product":
            name = revision.changes.get("name", ["?"])[0]
            back = self.object_url(revision, "restore")
            return format_html('{} (number {}) · <a href="{}">Restore product</a>', name, revision.product_id, back)
        url = reverse("admin:products_and_services_product_change", args=[revision.product_id])
        return format_html('<a href="{}">Product {}</a>', url, revision.product_id)

    @display(description="Changes")
    def changes_text(self, revision: Any) -> str:
        """The first few, in words."""
        described = revision.lines if hasattr(revision, "lines") else describe([revision])[0]["lines"]
        lines = [f"{label}: {old} → {new}" for label, old, new in described]
        more = [f"and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
        return render_lines([*lines[:MOST_LINES], *more])
