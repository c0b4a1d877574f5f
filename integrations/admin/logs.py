"""What was exchanged with shops: each import and each delivery, to read and to filter."""

import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin import Badge, ChoicesDropdownFilter, TenantModelAdmin, display, register, render_badge, render_moment
from common.redaction import redact
from integrations.admin.words import seconds_words
from integrations.links import connection_url
from integrations.models import LogStatus, WebhookLog

BADGES = {LogStatus.SUCCESS: Badge("green", "✓ Success"), LogStatus.ERROR: Badge("red", "✗ Error")}
SHORT = 120  # characters of an error in the list


@register(WebhookLog)
class WebhookLogAdmin(TenantModelAdmin):
    """Evidence: nobody adds, changes or deletes it."""

    view_scope, edit_scope = "integrations:view", "integrations:manage"
    can_add = can_change = can_delete = False
    nav_group, nav_icon, nav_order = "Shops", "receipt_long", 30
    list_display = ("what", "shop", "state", "said", "took", "when")
    list_filter = (("status", ChoicesDropdownFilter), ("provider", ChoicesDropdownFilter), "connection")
    list_select_related = ("connection",)
    search_fields = ("event", "error")
    fieldsets = ((None, {"fields": ("event", "provider", "shop", "state", "error", "took", "created_at", "run", "content")}),)
    readonly_fields = ("shop", "state", "took", "run", "content")
    empty_hint = "Nothing yet. Each import of a shop, and each message from a shop, leaves a line here."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("connection__credentials")

    @display(description="Event", ordering="event")
    def what(self, log: WebhookLog) -> str:
        """ "product sync" """
        return log.event.replace("_", " ")

    @display(description="Shop", ordering="connection")
    def shop(self, log: WebhookLog) -> SafeString:
        """With the way to it; the log stays when the shop is removed."""
        if log.connection is None:
            return format_html("{}", "removed")
        return format_html('<a href="{}">{}</a>', connection_url(log.connection.pk), log.connection)

    @display(description="State", ordering="status")
    def state(self, log: WebhookLog) -> SafeString:
        """Success or error."""
        return render_badge(BADGES[LogStatus(log.status)])

    @display(description="Result")
    def said(self, log: WebhookLog) -> str:
        """The error, what an import did, or which products a delivery named."""
        if log.error:
            return log.error if len(log.error) <= SHORT else f"{log.error[: SHORT - 1]}…"
        payload: Any = log.payload
        counts = [f"{payload[name]} {name}" for name in ("created", "updated", "unchanged", "inactive", "errors") if payload.get(name)]
        named = ", ".join(map(str, payload.get("products") or ()))
        return ", ".join(counts) or payload.get("note") or named or "—"

    @display(description="Took", ordering="processing_time_ms")
    def took(self, log: WebhookLog) -> str:
        """How long."""
        return seconds_words(log.processing_time_ms / 1000)

    @display(description="When", ordering="-id")
    def when(self, log: WebhookLog) -> SafeString:
        """How long ago."""
        return render_moment(log.created_at)

    @display(description="Run")
    def run(self, log: WebhookLog) -> SafeString:
        """The way to the import's run."""
        payload: Any = log.payload
        run_id = payload.get("run_id")
        if not run_id:
            return format_html("{}", "—")
        return format_html('<a href="{}">Open the run</a>', reverse("admin:operations_run_change", args=[run_id]))

    @display(description="Content")
    def content(self, log: WebhookLog) -> SafeString:
        """What was noted, secrets masked."""
        return format_html("<pre>{}</pre>", json.dumps(redact(log.payload), indent=2, ensure_ascii=False, default=str))
