"""The API's manners, shared by every app's views: paging, error envelope, addresses with and without final slash, JSON 404 and 500."""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DatabaseError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

API_PREFIX = "/v1/"


class Pagination(PageNumberPagination):
    """`{"count","next","previous","results"}`, 50 per page, at most 200 (`?page_size=`)."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class Conflict(exceptions.APIException):
    """409: the request is fine, the state of things is not. Pass a code of your own, for example "invalid_transition"."""

    status_code = 409
    default_detail = "The request clashes with the current state."
    default_code = "conflict"


class ApiRouter(SimpleRouter):
    """Every route answers with and without its final slash. (The constructor would turn "/?" into "/", so it is set afterwards.)"""

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"


def optional_slash(route: str, view: Callable[..., HttpResponse], name: str) -> list[Any]:
    """Two paths for one view: `*optional_slash("catalog/sync/meta", view, "name")`. reverse() gives the one with the slash."""
    route = route.rstrip("/")
    return [path(f"{route}/", view, name=name), path(route, view)]


def envelope(code: str, message: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    """The one shape of every API error."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    return {"error": {"code": code, "message": message, "fields": fields or {}, "request_id": str(request_id)[:64]}}


def is_api(request: HttpRequest) -> bool:
    """True for addresses that answer JSON whatever happens."""
    return request.path_info.startswith(API_PREFIX) or request.path_info == API_PREFIX.rstrip("/")


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. None lets the error through: outages to the 503 middleware, everything else to the JSON 500."""
    error = _as_api_error(error)
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)
    return Response(_body(error), status=error.status_code, headers=headers)


def _as_api_error(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return exceptions.NotFound("There is nothing at this address, or it belongs to another business.")
    if isinstance(error, DjangoPermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, DjangoValidationError):
        detail = error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}
        return exceptions.ValidationError(detail)
    if isinstance(error, IntegrityError):
        return Conflict("Something this request refers to was changed or taken meanwhile. Nothing was saved.")
    if type(error) is DatabaseError:  # Django raises the bare class for "update did not affect any rows".
        return Conflict("This was deleted meanwhile. Nothing was saved.", code="deleted")
    return error


def _body(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        detail = error.detail
        fields = detail if isinstance(detail, dict) else {"non_field_errors": detail}
        return envelope("invalid", f"Please correct: {', '.join(fields)}.", fields)
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    return envelope(code, str(error.detail) if not isinstance(error.detail, (dict, list)) else error.default_detail)


# --- outside DRF: addresses nobody serves, and failures nobody caught (named in the root URL configuration) -------------------


@csrf_exempt  # Otherwise a POST to an unknown API address is answered by Django's page about forms.
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404, and the last route below /v1/ so that it is JSON with DEBUG as well."""
    if is_api(request):
        return JsonResponse(envelope("not_found", "There is nothing at this address."), status=404)
    return defaults.page_not_found(request, exception or Http404())


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500."""
    if is_api(request):
        return JsonResponse(envelope("server_error", "Something went wrong here. The request id helps us to find out what."), status=500)
    return defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400."""
    if is_api(request):
        return JsonResponse(envelope("bad_request", "The request could not be understood."), status=400)
    return defaults.bad_request(request, exception or Exception())
