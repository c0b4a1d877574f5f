"""The one banner of a business that is not sending: cause, since when, until when, and the way out."""

from django.db.models import Q
from django.http import HttpRequest

from common.admin import Banner, Tool, site
from common.admin.access import active_tenant, allows, sees_all
from meta_integration.admin.words import moment_words
from meta_integration.models import Catalog, MetaAppConfig
from meta_integration.pausing import Pause, pause_of
from tenants.models import Tenant

MOST_BANNERS = 5  # on a superuser's "All businesses" page


def pause_banners(request: HttpRequest, tenant: Tenant | None = None) -> list[Banner]:
    """One banner per paused business in sight (normally one business), or of the one a page is about."""
    named = sees_all(request) and tenant is None
    found = []
    for one in [tenant] if tenant else _tenants(request):
        pause = pause_of(one)
        if pause is not None:
            found.append(_banner(request, one, pause, named))
    return found[:MOST_BANNERS]


def _tenants(request: HttpRequest) -> list[Tenant]:
    if not sees_all(request):
        tenant = active_tenant(request)
        return [tenant] if tenant else []
    by_hand = MetaAppConfig.objects.filter(paused_at__isnull=False, is_active=True).values("tenant")
    by_engine = Catalog.objects.filter(paused_at__isnull=False, is_current=True).values("tenant")
    return list(Tenant.objects.filter(Q(pk__in=by_hand) | Q(pk__in=by_engine))[: MOST_BANNERS * 2])


def _banner(request: HttpRequest, tenant: Tenant, pause: Pause, named: bool) -> Banner:
    where = "Meta" if pause.is_whole else f"Meta's catalog {', '.join(pause.catalogs)}"
    title = f"Not sending to {where}" + (f" for {tenant.name}" if named else "")
    cause = pause.cause if pause.cause.endswith((".", "!", "?")) else f"{pause.cause}."
    until = f"until {moment_words(pause.until, tenant)}" if pause.until else "until somebody resumes it"
    text = f"{cause} Paused {moment_words(pause.since, tenant)}, {until}. {pause.to_do} No change is lost meanwhile."
    return Banner("orange", f"{title}.", text, _tools(request, pause))


def _tools(request: HttpRequest, pause: Pause) -> list[Tool]:
    if not allows(request, "integrations:view"):
        return []
    page = site._registry[MetaAppConfig]
    tools = []
    if pause.is_first_push:
        tools.append(Tool("Look at the first push", page.object_url(pause.config, "preview"), "visibility", primary=True))
    elif allows(request, "integrations:manage"):
        tools.append(Tool("Resume", page.object_url(pause.config, "resume"), "play_arrow", post=True, primary=True))
    if not pause.is_first_push:
        tools.append(Tool("Open Meta App Config", page.object_url(pause.config), "settings"))
    return tools
