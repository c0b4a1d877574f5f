"""While the database is away: a plain 503 page (or JSON), never a stack trace. Nothing is retried, nothing is half saved.

The outermost middleware. Errors of views reach `process_exception`; errors of the middlewares between (session, user) only reach us
as a ready-made 500 answer, so Django's `got_request_exception` signal leaves a note on the request first.
"""

import logging
import sys
from collections.abc import Callable
from typing import Any

from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from common.api import envelope, is_api

logger = logging.getLogger("database")
RETRY_AFTER_SECONDS = 5
# SQLite reports a missing table as OperationalError too: that is a fault of ours, not an outage.
SQLITE_OUTAGES = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_PROTOCOL")


def is_outage(error: BaseException | None) -> bool:
    """True when the error says that the database cannot be reached or cannot serve now (locks and time-outs included)."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    if connection.vendor != "sqlite":
        return True
    return str(getattr(error.__cause__, "sqlite_errorname", "")).startswith(SQLITE_OUTAGES)


def outage_response(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After: the JSON envelope for the API and for whoever asks for JSON, else a page without database or session."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS), "Cache-Control": "no-store"}
    message = "The database does not answer right now. Nothing was saved. Please try again in a few seconds."
    if is_api(request) or "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(envelope("unavailable", message), status=503, headers=headers)
    return HttpResponse(render_to_string("common/database_outage.html"), status=503, headers=headers)


def _note(sender: Any, request: HttpRequest | None = None, **_kwargs: Any) -> None:
    if request is not None and is_outage(sys.exc_info()[1]):
        request.database_outage = True  # type: ignore[attr-defined]


got_request_exception.connect(_note, dispatch_uid="database_outage")


class DatabaseOutageMiddleware:
    """Must be the first in MIDDLEWARE."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            response = self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            if not is_outage(error):
                raise
            return self._away(request, error)
        if response.status_code == 500 and getattr(request, "database_outage", False):
            return outage_response(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django calls this for errors of views and of rendering templates."""
        return self._away(request, error) if is_outage(error) else None

    def _away(self, request: HttpRequest, error: Exception) -> HttpResponse:
        logger.error("The database is away (%s): %s %s answered 503.", type(error).__name__, request.method, request.path)
        return outage_response(request)
