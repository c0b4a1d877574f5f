"""API keys: made, shown once, revoked. The hash is never on any page."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from common.admin import Badge, CheckboxesWidget, TenantModelAdmin, Tool, action, display, register, render_badge, render_moment
from tenants.models import TenantApiKey
from tenants.scopes import SCOPES
from tenants.services import create_api_key, revoke_api_key

SHOWN = ("shown_prefix", "state", "shown_scopes", "last_used", "created_at", "revoked_at")


class ApiKeyForm(forms.ModelForm):
    """A name and ticks for what the key may do."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope, f"{scope} · {meaning}") for scope, meaning in SCOPES.items()], widget=CheckboxesWidget
    )

    class Meta:
        model = TenantApiKey
        fields = ("name", "scopes")


@register(TenantApiKey)
class TenantApiKeyAdmin(TenantModelAdmin):
    """A key cannot be changed or deleted, only made and revoked: what it did stays traceable."""

    view_scope = edit_scope = "integrations:manage"
    can_change = can_delete = False
    form = ApiKeyForm
    nav_group, nav_icon, nav_order = "Access", "key", 30
    list_display = ("name", "shown_prefix", "state", "shown_scopes", "last_used", "created_at")
    search_fields = ("name", "prefix")
    actions = ("revoke",)
    empty_hint = "Programs that read or change products through the API need a key. Add one per program, so that each can be revoked alone."

    fieldsets = ((None, {"fields": ("name", *SHOWN)}),)
    add_fieldsets = ((None, {"fields": ("name", "scopes")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = list(super().get_readonly_fields(request, obj))
        return fields if obj is None else [*fields, *SHOWN]

    @display(description="Key starts with", ordering="prefix")
    def shown_prefix(self, key: TenantApiKey) -> str:
        """What tells keys apart without giving them away."""
        return f"{key.prefix}…"

    @display(description="State", ordering="revoked_at")
    def state(self, key: TenantApiKey) -> str:
        """Usable or revoked."""
        return render_badge(Badge("green", "✓ Usable") if key.revoked_at is None else Badge("grey", "○ Revoked"))

    @display(description="May")
    def shown_scopes(self, key: TenantApiKey) -> str:
        """The scopes in one line."""
        return ", ".join(key.scopes)

    @display(description="Last used", ordering="last_used_at")
    def last_used(self, key: TenantApiKey) -> str:
        """How long ago."""
        return render_moment(key.last_used_at, "never")

    # --- made and shown once ------------------------------------------------------------------------------------------------
    def save_model(self, request: HttpRequest, obj: TenantApiKey, form: Any, change: bool) -> None:
        key, request.plain_api_key = create_api_key(obj.tenant, obj.name, form.cleaned_data["scopes"])  # type: ignore[attr-defined]
        obj.__dict__.update(key.__dict__)

    def response_add(self, request: HttpRequest, obj: TenantApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """Shows the key in the answer itself, so that it lands in no session, cookie or address."""
        context = {
            **self.admin_site.each_context(request),
            "title": "API key created",
            "key": obj,
            "plain_key": request.plain_api_key,  # type: ignore[attr-defined]
            "list_url": self.list_url(),
        }
        return TemplateResponse(request, "tenants/api_key_created.html", context, headers={"Cache-Control": "no-store"})

    # --- revoked ------------------------------------------------------------------------------------------------------------
    @action(description="Revoke selected keys", permissions=["edit"])
    def revoke(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Bulk action."""
        done = sum(revoke_api_key(key) for key in queryset.select_related("tenant"))
        self.message_user(request, f"{done} revoked, {queryset.count() - done} were revoked before.")

    def tools(self, request: HttpRequest, obj: TenantApiKey) -> list[Tool]:
        if obj.revoked_at is not None or not self.has_edit_permission(request, obj):
            return []
        warning = "Programs that use this key stop working at once."
        return [Tool("Revoke this key", self.object_url(obj, "revoke"), "block", post=True, confirm=warning)]

    def get_urls(self) -> list[Any]:
        return [self.page("<path:object_id>/revoke/", self.revoke_view, "revoke"), *super().get_urls()]

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST from the key's page."""
        key = self.posted(request, object_id)
        revoke_api_key(key)
        self.message_user(request, f"{key} is revoked.")
        return HttpResponseRedirect(self.list_url())
