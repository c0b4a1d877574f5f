"""Addresses that fail in every way, for the tests of the API's manners and of the outage page."""

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.urls import include, path, re_path
from rest_framework import exceptions, serializers, viewsets
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api import ApiRouter, Conflict, not_found, optional_slash

ERRORS = {
    "404": Http404("no"),
    "403": PermissionDenied(),
    "django-invalid": DjangoValidationError({"price": ["Too low."]}),
    "invalid": serializers.ValidationError({"name": ["Required."], "lines": [{"sku": ["Taken."]}]}),
    "conflict": Conflict("Not now.", code="invalid_transition"),
    "taken": IntegrityError("unique"),
    "gone": DatabaseError("Save with update_fields did not affect any rows."),
    "throttled": exceptions.Throttled(wait=7),
    "outage": OperationalError("server closed the connection unexpectedly"),
    "interface": InterfaceError("connection already closed"),
    "ours": ValueError("a bug"),
}


class Failing(APIView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request, how):
        raise ERRORS[how]


class Plain(APIView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request):
        return Response({"ok": True})


class Things(viewsets.ViewSet):
    authentication_classes = ()
    permission_classes = ()

    def list(self, request):
        return Response([])

    def retrieve(self, request, pk=None):
        return Response({"pk": pk})


def page(request, how="fine"):
    if how != "fine":
        raise ERRORS[how]
    return HttpResponse("fine")


router = ApiRouter()
router.register("things", Things, basename="thing")
urlpatterns = [
    path("v1/", include(router.urls)),
    path("v1/fail/<how>/", Failing.as_view()),
    *optional_slash("v1/plain", Plain.as_view(), "plain"),
    path("page/", page),
    path("page/<how>/", page),
    re_path(r"^v1(/|$)", not_found),
]
handler400 = "common.api.bad_request"
handler404 = "common.api.not_found"
handler500 = "common.api.server_error"
