"""`/v1/runs/{id}/…` of imports: what they tell beyond every run, and going on with them. The run itself is read at /v1/runs/{id}/."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from common.api import Conflict
from integrations.api.starting import ImportAcceptedSerializer, TriggerThrottle, accepted
from integrations.runs import (
    AlreadyRunning,
    NotConfirmable,
    NotReady,
    confirm_removals,
    is_import,
    preview_of,
    resume,
    retry_failed,
    triggered,
)
from operations.models import Run
from tenants.viewsets import TenantScopedViewSet


class PreviewRowSerializer(serializers.Serializer):
    """One product. changes: [field, as it is here, as it would be]."""

    kind = serializers.ChoiceField(["new", "changed", "linked", "asked", "inactive"])
    external_id = serializers.CharField()
    name = serializers.CharField()
    changes = serializers.ListField(child=serializers.ListField(child=serializers.JSONField(allow_null=True)))


class ImportPreviewSerializer(serializers.Serializer):
    """kinds: products by what would become of them; fields: products by the field that would change; rows: the first 500."""

    sentence = serializers.CharField()
    kinds = serializers.DictField(child=serializers.IntegerField())
    fields = serializers.DictField(child=serializers.IntegerField())  # type: ignore[assignment]
    rows = PreviewRowSerializer(many=True)
    more = serializers.IntegerField()


class ImportRunViewSet(TenantScopedViewSet):
    """Imports of shops, gone on with. 409 `no_import` for other runs."""

    queryset = Run.objects.select_related("tenant")
    serializer_class = ImportPreviewSerializer
    required_scopes = {"read": ("catalog:view", "integrations:view"), "write": "integrations:manage"}
    filter_backends: list[Any] = []
    pagination_class = None
    lookup_value_regex = "[0-9a-fA-F-]{36}"

    def get_throttles(self) -> list[BaseThrottle]:
        return [*super().get_throttles(), *([TriggerThrottle()] if self.request.method == "POST" else [])]

    def _import(self) -> Run:
        run: Run = self.get_object()
        if not is_import(run):
            raise Conflict("This run is no import of a shop.", code="no_import")
        return run

    @extend_schema(responses=ImportPreviewSerializer, operation_id="runs_preview")
    @action(detail=True)
    def preview(self, request: Request, pk: str | None = None) -> Response:
        """What a dry run found (so far): totals of everything, and the first 500 products with their changes."""
        found = preview_of(self._import())
        return Response(ImportPreviewSerializer({**asdict(found), "sentence": found.sentence(), "more": found.more}).data)

    @extend_schema(request=None, responses={202: ImportAcceptedSerializer}, operation_id="runs_retry_failed")
    @action(detail=True, methods=["post"], url_path="retry-failed")
    def retry_failed(self, request: Request, pk: str | None = None) -> Response:
        """A new run about just the products that this ended import could not take over whole."""
        return self._begun(retry_failed, request)

    @extend_schema(request=None, responses={202: ImportAcceptedSerializer}, operation_id="runs_resume")
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str | None = None) -> Response:
        """A new run that does the rest of a failed or cancelled import."""
        return self._begun(resume, request)

    @extend_schema(request=None, responses={202: ImportAcceptedSerializer}, operation_id="runs_confirm")
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str | None = None) -> Response:
        """Yes to what the run asks: products that are gone from the shop become inactive here. To say no, cancel the run."""
        run = self._import()
        try:
            confirm_removals(run)
        except NotConfirmable as refused:
            raise Conflict(str(refused), code="not_confirmable") from None
        return Response(ImportAcceptedSerializer(accepted(run, request)).data, status=202)

    def _begun(self, begin: Any, request: Request) -> Response:
        try:
            run = triggered(lambda: begin(self._import()))
        except AlreadyRunning as busy:
            raise Conflict(f"{busy} It is run {busy.run.pk}.", code="busy") from None
        except NotReady as refused:
            raise Conflict(str(refused), code="not_ready") from None
        return Response(ImportAcceptedSerializer(accepted(run, request)).data, status=202)
