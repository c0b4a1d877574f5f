"""Alerts: open ones first, closed by hand when the cause is gone (most close by themselves), each with the messages it caused."""

from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme

from common.admin import (
    Badge,
    Banner,
    Card,
    Row,
    Section,
    SimpleListFilter,
    TenantInline,
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
from common.admin.access import active_tenant, allows, scoped, sees_all
from common.clock import database_now
from operations.admin.deliveries import delivery_badge, recipient_words
from operations.heartbeats import sweep_state
from operations.models import Alert, AlertDelivery, Severity
from operations.services import dismiss_alert, send_test_alert

SILENT = Banner(
    "red",
    "Nothing is being worked on.",
    "No worker has been heard for more than five minutes. Changes are kept and go out when the workers and the scheduler (celery_beat) are "
    "back; look at them and at Redis.",
)
MOST_BANNERS = 3
NOBODY = (
    "Nobody would be told: no owner or manager has an e-mail address, and neither ALERT_EMAILS nor ALERT_WEBHOOK_URL is set on this server."
)


class OpenFilter(SimpleListFilter):
    """Open or closed."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("closed", "Closed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset if self.value() is None else queryset.filter(closed_at__isnull=self.value() == "open")


def state_badge(alert: Alert) -> str:
    """Open (red where it is critical) or closed."""
    if alert.closed_at is not None:
        return render_badge(Badge("grey", "✓ Closed"))
    return render_badge(Badge("red", "! Critical") if alert.severity == Severity.CRITICAL else Badge("orange", "! Open"))


class DeliveryInline(TenantInline):
    """Who was told, and whether it arrived."""

    model = AlertDelivery
    fields = readonly_fields = ("event", "to", "state", "attempts", "last_error")
    can_add = can_change = can_delete_rows = False
    per_page = 50
    hide_title = True

    @display(description="To")
    def to(self, delivery: AlertDelivery) -> str:
        """The operator's own address is nobody else's business."""
        return recipient_words(delivery, operator_too=False)

    @display(description="State")
    def state(self, delivery: AlertDelivery) -> str:
        """Delivered, waiting, or given up."""
        return delivery_badge(delivery)


@register(Alert)
class AlertAdmin(TenantModelAdmin):
    """What calls for a person."""

    can_add = can_change = can_delete = False
    nav_group, nav_icon, nav_order = "Operations", "notifications", 5
    list_display = ("title", "state", "opened", "closed", "what_to_do")
    list_filter = (OpenFilter, "severity", "kind")
    search_fields = ("title", "remedy")
    ordering = (F("closed_at").desc(nulls_first=True), "-opened_at")
    actions = ("close",)
    inlines = (DeliveryInline,)
    fieldsets = ((None, {"fields": ("title", "state", "what_to_do", "kind", "key", "opened", "closed")}),)
    readonly_fields = ("state", "what_to_do", "opened", "closed")
    empty_hint = "No alerts: nothing needs you."

    @display(description="Business", ordering="tenant")
    def business(self, alert: Alert) -> str:
        """For those who see all businesses."""
        return str(alert.tenant or "The whole installation")

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
        closed = sum(dismiss_alert(alert) for alert in queryset.filter(closed_at__isnull=True).select_related("tenant"))
        self.message_user(request, f"{closed} closed. An alert opens again when its cause has gone and comes back.")

    def tools(self, request: HttpRequest, obj: Alert) -> list[Tool]:
        if obj.closed_at is not None or not self.has_edit_permission(request, obj):
            return []
        return [Tool("Close", self.object_url(obj, "close"), "check", post=True)]

    def list_tools(self, request: HttpRequest) -> list[Tool]:
        if not allows(request, "integrations:manage"):
            return []
        question = "Send a test message to everybody who gets alerts here, and to the operator?"
        return [Tool("Send a test alert", f"{self.list_url()}test/", "send", post=True, confirm=question)]

    def get_urls(self) -> list[Any]:
        return [
            self.page("test/", self.test_view, "test"),
            self.page("<path:object_id>/close/", self.close_view, "close"),
            *super().get_urls(),
        ]

    def test_view(self, request: HttpRequest) -> HttpResponse:
        """POST from the list: a test for the business in view, or for the installation."""
        tenant = active_tenant(request)
        if request.method != "POST" or not allows(request, "integrations:manage") or not (tenant or sees_all(request)):
            raise Http404
        alert = send_test_alert(tenant)
        if alert is None:
            self.message_user(request, "A test was sent less than a minute ago. Please wait a moment.", messages.WARNING)
            return HttpResponseRedirect(self.list_url())
        if not alert.deliveries.exists():
            self.message_user(request, NOBODY, messages.WARNING)
        else:
            self.message_user(request, "Sent. Below you see to whom, and in a moment whether it arrived (reload the page).")
        return HttpResponseRedirect(self.object_url(alert))

    def close_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST from the alert's page."""
        alert = self.posted(request, object_id)
        dismiss_alert(alert)
        self.message_user(request, "Closed. It opens again when its cause has gone and comes back.")
        return HttpResponseRedirect(self.list_url())


@dashboard_section(order=10)
def open_alerts(request: HttpRequest) -> Section | None:
    """The open alerts with what to do, critical ones as banners, newest first."""
    if not allows(request, "catalog:view"):
        return None
    page = site._registry[Alert]
    alerts = scoped(request, Alert.objects.filter(closed_at__isnull=True), "tenant")
    if request.user.is_superuser and not sees_all(request):
        alerts |= Alert.objects.filter(closed_at__isnull=True, tenant__isnull=True)
    shown = list(alerts[:6])
    critical = [alert for alert in shown if alert.severity == Severity.CRITICAL][:MOST_BANNERS]
    rows = [_alert_row(alert, page.object_url(alert)) for alert in shown[:5] if alert not in critical]
    count = alerts.count() if len(shown) > 5 else 0
    cards = [Card("open alerts", count, f"{page.list_url()}?state=open", "red")] if count else []
    banners = [Banner("red", alert.title, alert.remedy, [Tool("Show", page.object_url(alert), "notifications")]) for alert in critical]
    if sweep_state(database_now()) == "silent":
        banners.insert(0, SILENT)
    empty = "" if banners else "Nothing needs you right now."
    return Section("Needs you", cards=cards, rows=rows, banners=banners, empty=empty, more_url=page.list_url())


def _alert_row(alert: Alert, url: str) -> Row:
    return Row(alert.title, format_html("{} {}", state_badge(alert), alert.remedy), url, render_moment(alert.opened_at))
