"""What orders hold of stock: the list, and the table on a product's page. Nobody writes it by hand; a person may give it back."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin import (
    Badge,
    ChoicesDropdownFilter,
    RangeDateFilter,
    TenantInline,
    TenantModelAdmin,
    action,
    display,
    register,
    render_badge,
    render_moment,
)
from products_and_services.models import ReservationState, StockReservation
from products_and_services.reservations import release_some
from tenants.actor import current_actor
from tenants.services import record_audit

BADGES = {ReservationState.OPEN: Badge("blue", "● Held"), ReservationState.CLOSED: Badge("grey", "○ Given back")}


class Words:
    """Columns that both tables share."""

    @display(description="State", ordering="state")
    def state_badge(self, row: StockReservation) -> SafeString:
        """Held, or given back."""
        return render_badge(BADGES[ReservationState(row.state)])

    @display(description="Since", ordering="created_at")
    def since(self, row: StockReservation) -> SafeString:
        """How long ago."""
        return render_moment(row.created_at)

    @display(description="Given back")
    def ended(self, row: StockReservation) -> SafeString:
        """When and why."""
        return format_html("{} {}", render_moment(row.closed_at), row.closed_why) if row.closed_at else format_html("{}", "—")


@register(StockReservation)
class ReservationAdmin(Words, TenantModelAdmin):
    """Evidence, with one way to interfere."""

    view_scope, edit_scope = "catalog:view", "catalog:edit"
    can_add = can_change = can_delete = False
    nav_group, nav_icon, nav_order = "Products", "shopping_bag", 70
    empty_hint = (
        "No order holds anything. When a customer orders something that comes from a shop, it is held here until the shop has the order, "
        "or the order is delivered or cancelled; meanwhile it is not sold again."
    )
    list_display = ("order_number", "product_link", "quantity", "state_badge", "since", "ended")
    list_display_links = ("order_number",)
    list_filter = (("state", ChoicesDropdownFilter), ("created_at", RangeDateFilter))
    search_fields = ("order_number", "what")
    search_help_text = "Order number or product"
    fieldsets = ((None, {"fields": ("order_number", "product_link", "quantity", "state_badge", "since", "ended")}),)
    readonly_fields = ("product_link", "state_badge", "since", "ended")
    actions = ("give_back",)

    @display(description="Product", ordering="what")
    def product_link(self, row: StockReservation) -> SafeString:
        """Its name when it was ordered; the product itself may be gone."""
        return format_html('<a href="{}">{}</a>', reverse("admin:products_and_services_product_change", args=[row.product_id]), row.what)

    @action(description="Release: give the stock back", permissions=["edit"])
    def give_back(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Closes the selected ones; the products can be sold again at once."""
        found = list(queryset.order_by("pk").select_related("tenant"))
        by_tenant: dict[UUID, list[StockReservation]] = defaultdict(list)
        for row in found:
            by_tenant[row.tenant_id].append(row)
        released = sum(_release(rows) for rows in by_tenant.values())
        rest = f" {len(found) - released} had been given back before." if released < len(found) else ""
        self.message_user(request, f"{released} given back.{rest}", messages.SUCCESS if released else messages.WARNING)


def _release(rows: list[StockReservation]) -> int:
    released = release_some(rows[0].tenant_id, [row.pk for row in rows], f"given back by {current_actor().name}")
    if released:
        numbers = sorted({row.order_number for row in rows})
        record_audit("stock_released", rows[0].tenant, subject=", ".join(numbers), metadata={"reservations": [row.pk for row in rows]})
    return released


class ReservationInline(Words, TenantInline):
    """On a product's page: which orders hold some of it now."""

    model = StockReservation
    can_add = can_change = can_delete_rows = False
    fields = ("order_link", "what", "quantity", "state_badge", "since", "ended")
    readonly_fields = fields
    verbose_name_plural = "held by orders"
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(state=ReservationState.OPEN)

    @display(description="Order")
    def order_link(self, row: StockReservation) -> SafeString:
        """To the list with this order's reservations."""
        address: Any = reverse("admin:products_and_services_stockreservation_changelist")
        return format_html('<a href="{}?q={}">{}</a>', address, row.order_number, row.order_number)
