"""The sidebar and the header's label. Pages enter the sidebar by themselves: `nav_group` on their admin class."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse_lazy

from common.admin import ConsoleAdmin
from tenants.scoping import ALL, active_tenant, choices, sees_all

GROUPS = ("Products", "Meta", "Sales", "Shops", "Operations", "Access")


def build_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's sidebar: the dashboard, then each group's pages that this person may see."""
    pages = [page for page in admin.site._registry.values() if isinstance(page, ConsoleAdmin) and page.nav_group]
    home = {"title": "", "items": [{"title": "Dashboard", "icon": "home", "link": reverse_lazy("admin:index")}]}
    extra = sorted({page.nav_group for page in pages} - set(GROUPS))
    return [home, *(_group(request, name, pages) for name in [*GROUPS, *extra])]


def _group(request: HttpRequest, name: str, pages: list[ConsoleAdmin]) -> dict[str, Any]:
    members = sorted((page for page in pages if page.nav_group == name), key=lambda page: (page.nav_order, page.opts.verbose_name_plural))
    return {"title": name, "separator": True, "items": [_item(request, page) for page in members if page.has_view_permission(request)]}


def _item(request: HttpRequest, page: ConsoleAdmin) -> dict[str, Any]:
    title = str(page.opts.verbose_name_plural)
    item = {"title": title[:1].upper() + title[1:], "icon": page.nav_icon, "link": reverse_lazy(page.url_name("changelist"))}
    badge = page.nav_badge(request)
    return {**item, "badge": badge, "badge_variant": "warning"} if badge else item


def tenant_label(request: HttpRequest) -> list[str] | None:
    """The business shown in the header of every page."""
    if not request.user.is_authenticated:
        return None
    tenant = active_tenant(request)
    if tenant is not None:
        return [tenant.name if tenant.is_active else f"{tenant.name} (switched off)", "info" if tenant.is_active else "warning"]
    return ["All businesses", "warning"] if sees_all(request) else ["No business", "warning"]


def switcher(request: HttpRequest) -> dict[str, Any]:
    """Context of every admin page: the businesses one can switch to. Unfold's GLOBAL_CALLBACK."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    active = active_tenant(request)
    options = [{"value": str(tenant.pk), "label": tenant.name, "selected": tenant == active} for tenant in choices(request)]
    if request.user.is_superuser:
        options.insert(0, {"value": ALL, "label": "All businesses", "selected": active is None})
    return {"tenant_options": options, "tenant_switch_url": reverse_lazy("admin:tenants_tenant_switch")}
