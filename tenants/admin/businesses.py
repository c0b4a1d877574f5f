"""The business page and the switcher's address."""

import zoneinfo
from typing import Any
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from common.admin import Badge, TenantModelAdmin, TextWidget, display, register, render_badge
from tenants import scoping
from tenants.models import Tenant
from tenants.services import record_audit

REMEMBER_SECONDS = 365 * 24 * 3600


class TenantForm(forms.ModelForm):
    """Languages as a plain list of codes instead of JSON."""

    languages = forms.CharField(
        widget=TextWidget, help_text="Language codes, separated by commas; the first one is the default. Example: en, es"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "languages" in self.fields:
            self.initial["languages"] = ", ".join(self.instance.languages or ["en"])
        if "timezone" in self.fields:
            self.fields["timezone"].widget.attrs["list"] = "timezones"

    def clean_languages(self) -> list[str]:
        """The codes as a list; each must be one that Babel knows."""
        codes = [code.strip() for code in self.cleaned_data["languages"].split(",") if code.strip()]
        for code in codes:
            try:
                Locale.parse(code, sep="-" if "-" in code else "_")
            except (UnknownLocaleError, ValueError):
                raise forms.ValidationError("“%(code)s” is not a language code such as en, es or pt-BR.", params={"code": code}) from None
        if not codes:
            raise forms.ValidationError("Enter at least one language code.")
        return list(dict.fromkeys(codes))

    class Meta:
        model = Tenant
        fields = ("name", "sub_domain", "is_active", "currency", "timezone", "languages")


@register(Tenant)
class TenantAdmin(TenantModelAdmin):
    """Members see their business; owners change its settings; only superusers add businesses or switch them off. Nobody deletes one."""

    tenant_lookup = "pk"
    view_scope = "catalog:view"
    edit_scope = "integrations:manage"
    can_delete = False
    form = TenantForm
    nav_group, nav_icon, nav_order = "Access", "storefront", 10
    list_display = ("name", "sub_domain", "state", "currency", "timezone")
    search_fields = ("name", "sub_domain")
    list_filter = ("is_active",)
    fieldsets = (
        (None, {"fields": ("name", "sub_domain", "is_active")}),
        ("Money, time and language", {"fields": ("currency", "timezone", "languages")}),
    )
    empty_hint = "A business is everything one shop owns: products, connections, orders. Add the first one."

    @display(description="State", ordering="is_active")
    def state(self, tenant: Tenant) -> str:
        """On or off."""
        return render_badge(Badge("green", "✓ On") if tenant.is_active else Badge("grey", "○ Switched off"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser and request.user.is_active)

    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> list[Any]:
        fields = list(super().get_readonly_fields(request, obj))
        return fields if request.user.is_superuser else [*fields, "sub_domain", "is_active"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "timezone":
            kwargs["widget"] = TimezoneWidget()
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Tenant, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record_audit("tenant_changed" if change else "tenant_created", obj, subject=str(obj), metadata={"fields": form.changed_data})

    def get_urls(self) -> list[Any]:
        return [self.page("switch/", self.switch_view, "switch"), *super().get_urls()]

    def switch_view(self, request: HttpRequest) -> HttpResponse:
        """POST tenant=<id or "all">: works in that business from now on, also after the next login in this browser."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        wanted = request.POST.get("tenant", "")
        if not scoping.choose(request, wanted):
            messages.error(request, "You do not belong to that business.")
            return HttpResponseRedirect(reverse("admin:index"))
        response = HttpResponseRedirect(_landing(request))
        response.set_cookie(
            scoping.COOKIE, wanted, max_age=REMEMBER_SECONDS, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
        return response


class TimezoneWidget(TextWidget):
    """A text input that suggests the known time zones."""

    template_name = "tenants/timezone_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "timezones": sorted(zoneinfo.available_timezones())}


def _landing(request: HttpRequest) -> str:
    """Where to go after switching: the same list, or the list of the object's model, since the object itself is now out of sight."""
    wanted = urlsplit(request.POST.get("next", "")).path
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return reverse("admin:index")
    try:
        name = resolve(wanted).view_name
    except Resolver404:
        return reverse("admin:index")
    if name.endswith("_changelist"):
        return wanted
    if name.endswith(("_change", "_add")):
        return reverse(f"{name.rpartition('_')[0]}_changelist")
    return reverse("admin:index")
