"""Names the person behind a request, so that evidence written anywhere below says who did it."""

import ipaddress
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from common.log_context import keep_for_the_last_line, note
from tenants.actor import Actor, acting_as


def client_address(request: HttpRequest) -> str | None:
    """The peer's IP address, behind our own proxy the last hop it added; None for anything that is no address (a unix socket)."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.TRUST_PROXY_SSL else ""
    found = forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(found.partition("%")[0]))
    except ValueError:
        return None


def request_id() -> str:
    """The id under which this request is logged; "" outside one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64]


class ActorMiddleware:
    """After the session and request-id middleware. An API key names itself later, inside the view (tenants/auth.py)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            note(user=user.get_username())
        name = f"person {user.get_username()}" if user is not None and user.is_authenticated else "anonymous"
        with acting_as(Actor(name, request_id=request_id(), ip_address=client_address(request))):
            response = self.get_response(request)
        keep_for_the_last_line(request)
        return response
