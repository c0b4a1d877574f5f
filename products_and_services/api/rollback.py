"""`/v1/runs/{id}/rollback/`: what rolling a run back would do, and doing it."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import Conflict
from operations.api import AcceptedSerializer, accepted_run
from operations.models import Run
from products_and_services.api.undo_serializers import RollbackPreviewSerializer, RollbackRequestSerializer
from products_and_services.undo.rollback import NotRollable, preview_rollback, refusal, start_rollback
from tenants.viewsets import TenantScopedViewSet

OVERWRITE = "true"


class RunRollbackViewSet(TenantScopedViewSet):
    """Taking a run back. The run itself is read at /v1/runs/{id}/."""

    queryset = Run.objects.select_related("tenant")
    serializer_class = RollbackPreviewSerializer
    required_scopes = {"read": "catalog:view", "write": "catalog:edit"}
    filter_backends: list[Any] = []
    pagination_class = None
    lookup_value_regex = "[0-9a-fA-F-]{36}"

    @extend_schema(methods=["GET"], responses=RollbackPreviewSerializer, operation_id="runs_rollback_preview")
    @extend_schema(methods=["POST"], request=RollbackRequestSerializer, responses={202: AcceptedSerializer}, operation_id="runs_rollback")
    @action(detail=True, methods=["get", "post"])
    def rollback(self, request: Request, pk: str | None = None) -> Response:
        """GET (`?overwrite=true`): what would happen, for the first 200 products. POST: queues it as a run; 409 when it cannot be.

        Sets what the run changed to what was there before, removes what it created and brings back what it deleted. What others changed
        since is left alone and told as an issue of the rollback's run.
        """
        run = self.get_object()
        if request.method == "GET":
            overwrite = request.query_params.get("overwrite", "").lower() == OVERWRITE
            found = {**asdict(preview_rollback(run, overwrite=overwrite)), "refused": refusal(run)}
            return Response(RollbackPreviewSerializer(found).data)
        wanted = RollbackRequestSerializer(data=request.data or {})
        wanted.is_valid(raise_exception=True)
        try:
            rollback = start_rollback(run, overwrite=wanted.validated_data["overwrite"])
        except NotRollable as refused:
            raise Conflict(str(refused), code="not_rollable") from None
        return Response(accepted_run(rollback, request), status=202)
