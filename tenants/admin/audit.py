"""The audit trail, to read."""

import json

from django.http import HttpRequest
from django.utils.html import format_html

from common.admin import RangeDateFilter, TenantModelAdmin, display, register
from tenants.models import AuditEvent


@register(AuditEvent)
class AuditEventAdmin(TenantModelAdmin):
    """Rows are only ever added, by the system. Events without a business are for superusers."""

    view_scope = edit_scope = "integrations:manage"
    can_add = can_change = can_delete = False
    nav_group, nav_icon, nav_order = "Access", "policy", 50
    list_display = ("created_at", "action", "subject", "actor", "ip_address")
    list_filter = ("action", ("created_at", RangeDateFilter))
    search_fields = ("actor", "subject", "request_id")
    readonly_fields = ("details",)
    fieldsets = ((None, {"fields": ("created_at", "action", "subject", "actor", "ip_address", "request_id", "details")}),)
    empty_hint = "Nothing yet. Keys, roles, connections and synchronisations leave their trace here."

    def get_actions(self, request: HttpRequest) -> dict:
        return {}

    @display(description="Details")
    def details(self, event: AuditEvent) -> str:
        """The metadata, readable; secrets were masked before they were written."""
        return format_html('<pre class="plain-list">{}</pre>', json.dumps(event.metadata, indent=2, ensure_ascii=False))
