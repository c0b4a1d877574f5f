"""Alerts: open ones first, closed by hand when the cause is gone (most close by themselves)."""

from typing import Any

from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme

from common.admin import (
    Badge,
    Card,
    Row,
    Section,
    SimpleListFilter,
    TenantModelAdmin,
    Tool,
    action,
    dashboard_section,
    display,
    live_cell,
    register,
    render_badge,
    render_moment,
    site,
)
from common.admin.access import allows, scoped
from operations.models import Alert
from operations.services import close_alert


class OpenFilter(SimpleListFilter):
    """Open or closed."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("closed", "Closed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset if self.value() is None else queryset.filter(closed_at__isnull=self.value() == "open")


def state_badge(alert: Alert) -> str:
    """Open or closed."""
    return render_badge(Badge("red", "! Open") if alert.closed_at is None else Badge("grey", "✓ Closed"))


@register(Alert)
class AlertAdmin(TenantModelAdmin):
    """What calls for a person."""

    can_add = can_change = can_delete = False
    nav_group, nav_icon, nav_order = "Operations", "notifications", 20
    list_display = ("title", "state", "opened", "closed", "what_to_do")
    list_filter = (OpenFilter, "kind")
    search_fields = ("title", "remedy")
    ordering = (F("closed_at").desc(nulls_first=True), "-opened_at")
    actions = ("close",)
    fieldsets = ((None, {"fields": ("title", "state", "what_to_do", "kind", "key", "opened", "closed")}),)
    readonly_fields = ("state", "what_to_do", "opened", "closed")
    empty_hint = "No alerts: nothing needs you."

    @display(description="State", ordering="closed_at")
    @live_cell
    def state(self, alert: Alert) -> str:
        """Live."""
        return state_badge(alert)

    @display(description="Opened", ordering="opened_at")
    def opened(self, alert: Alert) -> str:
        """How long ago."""
        return render_moment(alert.opened_at)

    @display(description="Closed")
    def closed(self, alert: Alert) -> str:
        """How long ago."""
        return render_moment(alert.closed_at)

    @display(description="What to do")
    def what_to_do(self, alert: Alert) -> str:
        """The remedy, with a way to the place where it is done."""
        if alert.link and url_has_allowed_host_and_scheme(alert.link, allowed_hosts=None):
            return format_html('{} <a href="{}">Go there</a>', alert.remedy, alert.link)
        return alert.remedy

    @action(description="Close selected alerts", permissions=["edit"])
    def close(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Bulk action."""
        closed = sum(close_alert(alert.tenant, alert.key) for alert in queryset.filter(closed_at__isnull=True).select_related("tenant"))
        self.message_user(request, f"{closed} closed. An alert opens again when its cause comes back.")

    def tools(self, request: HttpRequest, obj: Alert) -> list[Tool]:
        if obj.closed_at is not None or not self.has_edit_permission(request, obj):
            return []
        return [Tool("Close", self.object_url(obj, "close"), "check", post=True)]

    def get_urls(self) -> list[Any]:
        return [self.page("<path:object_id>/close/", self.close_view, "close"), *super().get_urls()]

    def close_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST from the alert's page."""
        alert = self.get_object(request, object_id)
        if alert is None or request.method != "POST" or not self.has_edit_permission(request, alert):
            raise Http404
        close_alert(alert.tenant, alert.key)
        self.message_user(request, "Closed. It opens again when the cause comes back.")
        return HttpResponseRedirect(self.list_url())


@dashboard_section(order=10)
def open_alerts(request: HttpRequest) -> Section | None:
    """The open alerts, newest first."""
    if not allows(request, "catalog:view"):
        return None
    page = site._registry[Alert]
    alerts = scoped(request, Alert.objects.filter(closed_at__isnull=True), "tenant")
    count = alerts.count()
    rows = [Row(alert.title, state_badge(alert), page.object_url(alert), render_moment(alert.opened_at)) for alert in alerts[:5]]
    cards = [Card("open alerts", count, f"{page.list_url()}?state=open", "red")] if count > len(rows) else []
    return Section("Needs you", cards=cards, rows=rows, empty="Nothing needs you right now.", more_url=page.list_url())
