"""Our own pages inside the admin's frame."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from common.admin import ConsoleAdmin


def shop_page(page: ConsoleAdmin, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    """One page; never cached, as it shows the present."""
    frame = {**page.admin_site.each_context(request), "title": title, "opts": page.opts}
    return TemplateResponse(request, f"integrations/{template}", {**frame, **context}, headers={"Cache-Control": "no-store"})
