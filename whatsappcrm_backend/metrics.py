"""/metrics for Prometheus: who may read it. What it tells: exposition.py."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from common.signing import equal
from operations import tallies
from whatsappcrm_backend.exposition import TableCollector


def metrics(request: HttpRequest) -> HttpResponse:
    """The exposition text; 401 without `Authorization: Bearer METRICS_TOKEN`, except for a loopback peer that no proxy stands before."""
    if not may_read(request):
        return HttpResponse("A bearer token is needed: METRICS_TOKEN.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    tallies.flush()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(TableCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def may_read(request: HttpRequest) -> bool:
    """An empty METRICS_TOKEN never matches."""
    if equal(request.headers.get("Authorization", "").removeprefix("Bearer "), settings.METRICS_TOKEN):
        return True
    forwarded = any(name.lower().startswith("x-forwarded-") for name in request.headers)
    return not forwarded and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
