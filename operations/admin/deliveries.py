"""Messages about alerts: what is delivered, what waits, what was given up and can be tried again."""

from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest

from common.admin import (
    Badge,
    ChoicesDropdownFilter,
    SimpleListFilter,
    TenantModelAdmin,
    action,
    display,
    live_cell,
    register,
    render_badge,
    render_moment,
)
from common.clock import database_now
from common.doorbell import ring
from operations.alerting.announce import DELIVER
from operations.alerting.deliver import try_again
from operations.models import AlertDelivery, Channel


def delivery_badge(delivery: AlertDelivery) -> str:
    """Delivered, waiting for its (next) attempt, or given up."""
    if delivery.delivered_at:
        return render_badge(Badge("green", "✓ Delivered"))
    if delivery.next_attempt_at is None:
        return render_badge(Badge("red", "✗ Given up"))
    return render_badge(Badge("orange", "⚠ Will be tried again") if delivery.attempts else Badge("grey", "○ Waiting"))


def recipient_words(delivery: AlertDelivery, *, operator_too: bool) -> str:
    """The address; the operator's own (ALERT_EMAILS) by name only, unless the reader runs the installation."""
    if delivery.channel == Channel.WEBHOOK:
        return "Webhook"
    operators = {address.strip().lower() for address in settings.ALERT_EMAILS}
    return "The operator of this installation" if delivery.recipient in operators and not operator_too else delivery.recipient


class StateFilter(SimpleListFilter):
    """Delivered or not."""

    title = "state"
    parameter_name = "state"
    CONDITIONS = {
        "delivered": Q(delivered_at__isnull=False),
        "waiting": Q(next_attempt_at__isnull=False),
        "given_up": Q(delivered_at__isnull=True, next_attempt_at__isnull=True),
        "undelivered": Q(delivered_at__isnull=True, attempts__gt=0),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("delivered", "Delivered"), ("waiting", "Waiting"), ("given_up", "Given up"), ("undelivered", "Failed so far")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(self.CONDITIONS.get(self.value() or "", Q()))


@register(AlertDelivery)
class AlertDeliveryAdmin(TenantModelAdmin):
    """Evidence; a message that did not arrive can be tried again."""

    tenant_lookup = "alert__tenant"
    view_scope = edit_scope = "integrations:manage"
    can_add = can_change = can_delete = False
    nav_group, nav_icon, nav_order = "Operations", "outgoing_mail", 30
    list_display = ("message", "to", "state", "last_error", "created")
    list_filter = (StateFilter, ("channel", ChoicesDropdownFilter), ("event", ChoicesDropdownFilter))
    list_select_related = ("alert",)
    search_fields = ("alert__title",)
    actions = ("again",)
    fieldsets = (
        (None, {"fields": ("alert", "event", "to", "state", "attempts", "last_error")}),
        ("When", {"fields": ("created_at", "next_attempt_at", "delivered_at", "message_id")}),
    )
    readonly_fields = ("to", "state", "message_id")
    empty_hint = "No message yet. Alerts are sent to owners and managers with an e-mail address; “Send a test alert” tries it."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Each row knows whether its reader runs the installation."""
        rows = super().get_queryset(request)
        return rows.annotate(reader_is_operator=F("pk")) if request.user.is_superuser else rows

    @display(description="Message", ordering="alert__title")
    def message(self, delivery: AlertDelivery) -> str:
        """ "Opened: Catalog .. is paused"."""
        return str(delivery)

    @display(description="To", ordering="channel")
    def to(self, delivery: AlertDelivery) -> str:
        """Address or webhook."""
        return recipient_words(delivery, operator_too=hasattr(delivery, "reader_is_operator"))

    @display(description="State")
    @live_cell
    def state(self, delivery: AlertDelivery) -> str:
        """Live."""
        return delivery_badge(delivery)

    @display(description="Since", ordering="created_at")
    def created(self, delivery: AlertDelivery) -> str:
        """How long ago."""
        return render_moment(delivery.created_at)

    @action(description="Try again", permissions=["edit"])
    def again(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Bulk action."""
        chosen = queryset.count()
        started = try_again(AlertDelivery.objects.filter(pk__in=list(queryset.values_list("pk", flat=True))), database_now())
        if started:
            ring(DELIVER)
        self.message_user(request, f"{started} will be sent now, {chosen - started} had been delivered already.")
