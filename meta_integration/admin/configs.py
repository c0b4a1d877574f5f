"""Meta App Config: how a business reaches Meta, what its catalogs do, and the buttons to test, pause, compare and push."""

from typing import Any

from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from common.admin import Badge, Banner, TenantInline, TenantModelAdmin, Tool, display, live_cell, register, render_badge, render_moment
from common.clock import database_now
from meta_integration.admin.config_form import SECRETS, MetaAppConfigForm
from meta_integration.admin.config_pages import ConfigPages
from meta_integration.admin.pause_banner import pause_banners
from meta_integration.admin.words import show_moment
from meta_integration.catalog.pause import is_paused
from meta_integration.first_push import is_first_push
from meta_integration.models import Catalog, MetaAppConfig
from meta_integration.pausing import FIRST_PUSH
from tenants.services import record_audit

CATALOG_FIELDS = ("catalog_id", "state", "sending", "batch_size", "last_read", "held_removals")


class CatalogInline(TenantInline):
    """The remote catalogs of this configuration, as the engine sees them."""

    model = Catalog
    verbose_name_plural = "Catalogs at Meta"
    fields = readonly_fields = CATALOG_FIELDS
    can_add = can_change = can_delete_rows = False
    show_change_link = False
    hide_title = True

    @display(description="State")
    def state(self, catalog: Catalog) -> str:
        """Sending, paused, or no longer used."""
        if not catalog.is_current:
            return render_badge(Badge("grey", "○ No longer used"))
        if is_paused(catalog, database_now()):
            return render_badge(Badge("orange", "⏸ Paused", hint=catalog.pause_reason))
        return render_badge(Badge("green", "✓ In use"))

    @display(description="Worker")
    def sending(self, catalog: Catalog) -> str:
        """Whether a worker is at it now; a claim ends by itself after a minute."""
        if not catalog.lease_token:
            return "idle"
        now = database_now()
        if catalog.lease_expires_at and catalog.lease_expires_at > now:
            return f"at work, claim ends in {int((catalog.lease_expires_at - now).total_seconds())} s"
        return "stopped unexpectedly; the next one takes over"

    @display(description="Compared with Meta")
    def last_read(self, catalog: Catalog) -> str:
        """When the last full comparison ended."""
        return show_moment(catalog.readback_finished_at, catalog.tenant, "Not yet")


@register(MetaAppConfig)
class MetaAppConfigAdmin(ConfigPages, TenantModelAdmin):
    """Owners change it, managers see it without secrets, staff do not see it."""

    view_scope, edit_scope = "integrations:view", "integrations:manage"
    form = MetaAppConfigForm
    inlines = (CatalogInline,)
    nav_group, nav_icon, nav_order = "Meta", "settings", 10
    list_display = ("catalog_id", "state", "credentials", "business_id", "api_version", "changed")
    list_filter = ("is_active",)
    search_fields = ("catalog_id", "business_id", "waba_id")
    empty_hint = "Connect your Meta catalog: add a configuration with a system-user token and the catalog id from Commerce Manager."
    fieldsets = (
        (None, {"fields": ("is_active", "catalog_id", "business_id")}),
        ("Credentials", {"fields": ("access_token", "app_secret", "clear_app_secret")}),
        ("Products", {"fields": ("placeholder_image_url", "check_pictures")}),
        ("When most items fail", {"fields": ("auto_pause", "auto_pause_share", "auto_pause_minutes")}),
        (
            "WhatsApp and advanced",
            {"fields": ("waba_id", "phone_number_id", "verify_token", "clear_verify_token", "api_version"), "classes": ["collapse"]},
        ),
    )

    @property
    def media(self) -> Any:
        return super().media + Media(css={"all": ["meta_integration/meta.css"]})

    # --- list -----------------------------------------------------------------------------------------------------------------
    @display(description="State", ordering="is_active")
    @live_cell
    def state(self, config: MetaAppConfig) -> str:
        """Active, paused by a person, or off."""
        if not config.is_active:
            return render_badge(Badge("grey", "○ Off"))
        return render_badge(Badge("orange", "⏸ Paused", hint=config.paused_reason) if config.paused_at else Badge("green", "✓ Active"))

    @display(description="Credentials")
    def credentials(self, config: MetaAppConfig) -> str:
        """Which secrets are stored; never what they are."""
        names = {"access_token": "token", "app_secret": "app secret", "verify_token": "verify token"}
        return ", ".join(label for name, label in names.items() if getattr(config, name)) or "none"

    @display(description="Changed", ordering="updated_at")
    def changed(self, config: MetaAppConfig) -> str:
        """How long ago."""
        return render_moment(config.updated_at)

    # --- form -----------------------------------------------------------------------------------------------------------------
    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may only look sees which secrets are stored; a read-only secret field would show its text."""
        fieldsets = super().get_fieldsets(request, obj)
        drop = {"clear_app_secret", "clear_verify_token"} if obj is None else set()
        if not self._may_edit(request, obj):
            drop |= {*SECRETS, "clear_app_secret", "clear_verify_token"}
        kept = [(title, {**options, "fields": [name for name in options["fields"] if name not in drop]}) for title, options in fieldsets]
        if not self._may_edit(request, obj):
            kept = [(title, {**options, "fields": options["fields"] or ["credentials"]}) for title, options in kept]
        return kept

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = [*super().get_readonly_fields(request, obj)]
        return fields if self._may_edit(request, obj) else [*fields, "credentials"]

    def _may_edit(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_change_permission(request, obj) if obj is not None else self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: MetaAppConfig, form: Any, change: bool) -> None:
        """A catalog that gets its first products waits for a person's go: paused in the same transaction, before anything is sent."""
        moved = not change or {"catalog_id", "is_active"} & set(form.changed_data)
        request.first_push = bool(obj.is_active and moved and is_first_push(obj))  # type: ignore[attr-defined]
        if request.first_push and not obj.paused_at:  # type: ignore[attr-defined]
            obj.paused_at, obj.paused_reason = database_now(), FIRST_PUSH
        super().save_model(request, obj, form, change)
        changed = sorted(set(form.changed_data))
        record_audit("meta_config_saved", obj.tenant, subject=str(obj), metadata={"changed": changed})

    def response_post_save_add(self, request: HttpRequest, obj: MetaAppConfig) -> HttpResponse:
        return self._after_save(request, obj) or super().response_post_save_add(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: MetaAppConfig) -> HttpResponse:
        return self._after_save(request, obj) or super().response_post_save_change(request, obj)

    def _after_save(self, request: HttpRequest, obj: MetaAppConfig) -> HttpResponse | None:
        return HttpResponseRedirect(self.object_url(obj, "preview")) if getattr(request, "first_push", False) else None

    # --- notices and buttons ----------------------------------------------------------------------------------------------------
    def banners(self, request: HttpRequest, obj: Any = None) -> list[Banner]:
        return pause_banners(request, obj.tenant if obj else None)

    def tools(self, request: HttpRequest, obj: MetaAppConfig) -> list[Tool]:
        return self.config_tools(request, obj)
