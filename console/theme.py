"""How the admin looks: its names, its green, and what stands around every page. Unfold reads it as UNFOLD of the settings."""

from typing import Any

from django.templatetags.static import static

# Two steps darker than usual from 500 on: white on 600 and 600 on white both keep a contrast above 4.5.
GREEN = {
    "50": "oklch(98.2% .018 155.826)",
    "100": "oklch(96.2% .044 156.743)",
    "200": "oklch(92.5% .084 155.995)",
    "300": "oklch(87.1% .15 154.449)",
    "400": "oklch(79.2% .209 151.711)",
    "500": "oklch(72.3% .219 149.579)",
    "600": "oklch(48% .14 150.069)",
    "700": "oklch(44.8% .119 151.328)",
    "800": "oklch(39.3% .095 152.535)",
    "900": "oklch(32% .07 152.9)",
    "950": "oklch(26.6% .065 152.934)",
}
ADMIN_THEME: dict[str, Any] = {
    "SITE_TITLE": "whatsappcrm",
    "SITE_HEADER": "whatsappcrm",
    "SITE_SUBHEADER": "Your shop on WhatsApp",
    "SITE_URL": "/admin/",
    "SITE_SYMBOL": "storefront",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("common/icon.svg")}],
    "COLORS": {"primary": GREEN},
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": False, "navigation": "console.navigation.build_navigation"},
    "DASHBOARD_CALLBACK": "console.dashboard.dashboard_context",
    "ENVIRONMENT": "console.navigation.tenant_label",
    "GLOBAL_CALLBACK": "console.navigation.switcher",
    "STYLES": [lambda _request: static("common/admin.css")],
    "SCRIPTS": [lambda _request: static("common/page.js"), lambda _request: static("common/live.js")],
}
