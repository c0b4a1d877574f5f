"""The start page: what each app registered with `dashboard_section`, drawn by templates/admin/index.html."""

from typing import Any

from django.http import HttpRequest

from common.admin.dashboard import sections
from tenants.scoping import choices


def dashboard_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK."""
    context["title"] = "Dashboard"
    context["sections"] = sections(request)
    context["has_business"] = request.user.is_superuser or bool(choices(request))
    return context
