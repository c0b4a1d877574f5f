"""Orders for shops: which are in their shop, which wait, what went wrong, and trying again."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.admin import (
    Badge,
    Banner,
    ChoicesDropdownFilter,
    TenantModelAdmin,
    Tool,
    action,
    display,
    live_cell,
    register,
    render_badge,
    render_lines,
    render_moment,
)
from integrations.admin.words import show_moment
from integrations.links import connection_url
from integrations.models import OrderState, OrderWriteBack
from integrations.models.orders import UNFINISHED
from integrations.orders.payload import load_order
from integrations.orders.queueing import cancel, try_again
from integrations.providers.orders import amount
from integrations.runs import refusal

BADGES = {
    OrderState.WAITING: Badge("blue", "○ Waiting"),
    OrderState.BLOCKED: Badge("orange", "⏸ Key may not write"),
    OrderState.WRITTEN: Badge("green", "✓ In the shop"),
    OrderState.FAILED: Badge("red", "✗ Failed"),
    OrderState.REFUSED: Badge("red", "✗ Refused"),
    OrderState.CANCELLED: Badge("grey", "○ Cancelled"),
}
AGAIN = Badge("orange", "⏳ Trying again")
TELLS = ("state_badge", "shop_link", "number", "tried", "coming")
ORDER = ("customer", "lines", "note")


@register(OrderWriteBack)
class OrderWriteBackAdmin(TenantModelAdmin):
    """Who sees orders sees it; who may edit orders tries again and cancels. Nobody writes a row by hand."""

    view_scope, edit_scope = "orders:view", "orders:edit"
    can_add = can_change = can_delete = False
    nav_group, nav_icon, nav_order = "Shops", "shopping_cart_checkout", 25
    list_display = ("order_number", "shop_link", "state_badge", "number", "trouble", "coming", "since")
    list_display_links = ("order_number",)
    list_filter = (("state", ChoicesDropdownFilter), "connection")
    list_select_related = ("connection__tenant", "tenant")
    search_fields = ("order_number", "external_id")
    search_help_text = "Our order number, or the shop's"
    actions = ("again", "give_up")
    fieldsets = (("Now", {"fields": TELLS}), ("The order", {"fields": ORDER}))
    readonly_fields = (*TELLS, *ORDER)
    empty_hint = (
        "No order was meant for a shop yet. Switch on “Enter orders in the shop” on a shop's page: then each confirmed WhatsApp order "
        "becomes an order there."
    )

    @property
    def media(self) -> Any:
        return super().media + Media(css={"all": ["integrations/shops.css"]})

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("connection__credentials", "connection__facts")

    # --- columns ------------------------------------------------------------------------------------------------------------------
    @display(description="Shop", ordering="shop")
    def shop_link(self, row: OrderWriteBack) -> SafeString:
        """With the way to it; the row stays when the shop is removed."""
        if row.connection is None:
            return format_html("{} (removed)", row.shop)
        return format_html('<a href="{}">{}</a>', connection_url(row.connection.pk), row.connection)

    @display(description="State", ordering="state")
    @live_cell
    def state_badge(self, row: OrderWriteBack) -> SafeString:
        """Live: waiting, in the shop, or what keeps it out."""
        return render_badge(AGAIN if row.state == OrderState.WAITING and row.tries else BADGES[OrderState(row.state)])

    @display(description="Number in the shop", ordering="external_id")
    def number(self, row: OrderWriteBack) -> str:
        """The shop's own number of the order."""
        return row.external_id or "—"

    @display(description="What is wrong")
    def trouble(self, row: OrderWriteBack) -> str:
        """In words."""
        return row.error or "—"

    @display(description="Tries")
    def tried(self, row: OrderWriteBack) -> str:
        """How often it failed since somebody wanted it."""
        return f"{row.tries} failed" if row.tries else "none failed"

    @display(description="Next try")
    def coming(self, row: OrderWriteBack) -> SafeString:
        """When, or why there is none."""
        if row.state != OrderState.WAITING or row.connection is None:
            return format_html("{}", "—")
        why = refusal(row.connection) or ("" if row.connection.write_orders else "not while “Enter orders in the shop” is off")
        return format_html("{}", why) if why else show_moment(row.next_try_at, row.tenant)

    @display(description="Since", ordering="created_at")
    def since(self, row: OrderWriteBack) -> SafeString:
        """How long ago it was confirmed."""
        return render_moment(row.created_at)

    # --- the order ----------------------------------------------------------------------------------------------------------------
    @display(description="Customer")
    def customer(self, row: Any) -> SafeString:
        """As the shop gets it."""
        who = load_order(row.payload).customer
        where = who.address
        town = " ".join(filter(None, (where.postcode, where.city, where.region, where.country)))
        return render_lines([text for text in (who.name, who.phone, who.email, where.line1, where.line2, town) if text] or ["—"])

    @display(description="Lines")
    def lines(self, row: Any) -> SafeString:
        """What is ordered from this shop."""
        order = load_order(row.payload)
        rows = ((line.quantity, line.name or f"product {line.product_id}", amount(line.total), order.currency) for line in order.lines)
        return format_html_join("", "<div>{} × {}: {} {}</div>", rows)

    @display(description="Note")
    def note(self, row: Any) -> SafeString:
        """What the shop's staff reads beside it."""
        return render_lines(load_order(row.payload).note.splitlines())

    # --- what can be done ---------------------------------------------------------------------------------------------------------
    @action(description="Try again now", permissions=["edit"])
    def again(self, request: HttpRequest, queryset: QuerySet) -> None:
        """The shop is looked through first, so that none is written twice."""
        self._tell(request, queryset.count(), try_again(queryset.select_related("tenant")), "will be tried again now")

    @action(description="Cancel: do not write it", permissions=["edit"])
    def give_up(self, request: HttpRequest, queryset: QuerySet) -> None:
        """For orders that somebody has entered in the shop by hand, or that are off."""
        self._tell(request, queryset.count(), cancel(queryset.select_related("tenant")), "cancelled; what they hold in stock stays held")

    def _tell(self, request: HttpRequest, chosen: int, done: int, what: str) -> None:
        rest = f" {chosen - done} left as they are: in the shop, or cancelled." if done < chosen else ""
        self.message_user(request, f"{done} {what}.{rest}", messages.SUCCESS if done else messages.WARNING)

    def banners(self, request: HttpRequest, obj: Any = None) -> list[Banner]:
        if obj is None or not obj.error:
            return []
        return [Banner("orange" if obj.state in (OrderState.WAITING, OrderState.BLOCKED) else "red", obj.error, obj.remedy)]

    def tools(self, request: HttpRequest, obj: OrderWriteBack) -> list[Tool]:
        if obj.state not in UNFINISHED or not self.has_edit_permission(request, obj):
            return []
        again = Tool("Try again now", self.object_url(obj, "again"), "refresh", post=True)
        return [again, Tool("Cancel", self.object_url(obj, "cancel"), "block", post=True)]

    def get_urls(self) -> list[Any]:
        return [
            self.page("<path:object_id>/again/", self.again_view, "again"),
            self.page("<path:object_id>/cancel/", self.cancel_view, "cancel"),
            *super().get_urls(),
        ]

    def again_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button."""
        return self._do(request, object_id, self.again)

    def cancel_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button."""
        return self._do(request, object_id, self.give_up)

    def _do(self, request: HttpRequest, object_id: str, act: Any) -> HttpResponse:
        row = self.posted(request, object_id)
        act(request, OrderWriteBack.objects.filter(pk=row.pk))
        return self.came_from(request, row)
