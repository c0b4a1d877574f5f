"""`/v1/connections/`: shops: connect, test, read, pause, remove. What they do is done by connecting/ and runs/, as in the admin."""

from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import BaseThrottle

from common.api import Conflict
from integrations.api.connection_serializers import (
    ConnectionSerializer,
    ConnectionTestSerializer,
    ImportRequestSerializer,
    LookAcceptedSerializer,
    answer_of_test,
)
from integrations.api.starting import ImportAcceptedSerializer, TriggerThrottle, accepted, begin
from integrations.connecting.connections import check_connection, pause, remove_connection, save_connection, switch_on
from integrations.in_step.asking import NoLook, look_for_changes
from integrations.models import Answer, StoreConnection
from integrations.webhooks.asking import repair
from integrations.webhooks.standing import with_standing
from tenants.viewsets import TenantCrudViewSet

ASKS_THE_SHOP = ("test", "import_products", "look_for_changes", "repair_webhooks")


class ConnectionViewSet(TenantCrudViewSet):
    """Shops of the key's business."""

    queryset = with_standing(
        StoreConnection.objects.select_related("tenant", "current_run", "last_import")
        .defer("credentials", "current_run__params", "current_run__cursor", "last_import__params", "last_import__cursor")
        .prefetch_related("watches")
        .annotate(open_questions=Count("questions", filter=Q(questions__answer=Answer.OPEN)))
        .order_by("provider", "id")
    )
    serializer_class = ConnectionSerializer
    required_scopes = {"read": "integrations:view", "write": "integrations:manage"}
    filterset_fields = ("provider", "is_active", "schedule")
    ordering_fields = ("id", "created_at")
    lookup_value_regex = r"\d{1,18}"

    def get_throttles(self) -> list[BaseThrottle]:
        return [*super().get_throttles(), *([TriggerThrottle()] if self.action in ASKS_THE_SHOP else [])]

    def perform_create(self, serializer: BaseSerializer) -> None:
        values = dict(serializer.validated_data)
        credentials = values.pop("credentials", {})
        self._keep(serializer, StoreConnection(tenant=self.tenant, **values), credentials)

    def perform_update(self, serializer: BaseSerializer) -> None:
        values = dict(serializer.validated_data)
        credentials, connection = values.pop("credentials", {}), serializer.instance
        for name, value in values.items():
            setattr(connection, name, value)
        self._keep(serializer, connection, credentials)

    def _keep(self, serializer: BaseSerializer, connection: Any, credentials: dict[str, str]) -> None:
        save_connection(connection, credentials)
        serializer.instance = self.get_queryset().get(pk=connection.pk)

    def perform_destroy(self, instance: StoreConnection) -> None:
        remove_connection(instance)

    def _once(self, handler: Any, key: str, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A test changes nothing that must not be done twice, and it calls the shop: that never happens inside a transaction."""
        if self.action == "test":
            return handler(request, *args, **kwargs)
        return super()._once(handler, key, request, *args, **kwargs)

    @extend_schema(request=None, responses=ConnectionTestSerializer, operation_id="connections_test")
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str | None = None) -> Response:
        """Asks the shop now. 200 whatever it says: `ok` false tells what is wrong and what to do. A success ends a block."""
        return Response(answer_of_test(check_connection(self.get_object())))

    @extend_schema(request=ImportRequestSerializer, responses={202: ImportAcceptedSerializer}, operation_id="connections_import")
    @action(detail=True, methods=["post"], url_path="import", url_name="import")
    def import_products(self, request: Request, pk: str | None = None) -> Response:
        """202 with the run; while the same is under way already, with that one. 409 when the shop is paused, blocked or busy."""
        connection = self.get_object()
        wanted = ImportRequestSerializer(data=request.data or {})
        wanted.is_valid(raise_exception=True)
        with transaction.atomic():
            run = begin(connection, **wanted.validated_data)
        return Response(ImportAcceptedSerializer(accepted(run, request)).data, status=202)

    @extend_schema(request=None, responses={202: LookAcceptedSerializer}, operation_id="connections_look_for_changes")
    @action(detail=True, methods=["post"], url_path="look-for-changes")
    def look_for_changes(self, request: Request, pk: str | None = None) -> Response:
        """The shop is asked at once what was changed since the last time; `in_step` of the shop says what came of it. 409 when that cannot
        be: `paused`, `blocked`, `not_ready` (never imported), `switched_off`, `waiting` (the shop does not answer)."""
        try:
            look = look_for_changes(self.get_object())
        except NoLook as refused:
            raise Conflict(str(refused), code=refused.code) from None
        return Response(LookAcceptedSerializer({"status": "accepted", "look": look.state, "message": look.words}).data, status=202)

    @extend_schema(request=None, responses=ConnectionSerializer, operation_id="connections_pause")
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str | None = None) -> Response:
        """Nothing is read from the shop any more; an import under way is cancelled."""
        pause(self.get_object())
        return self._shown()

    @extend_schema(request=None, responses=ConnectionSerializer, operation_id="connections_resume")
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str | None = None) -> Response:
        """Ends a pause; the schedule goes on."""
        switch_on(self.get_object())
        return self._shown()

    @extend_schema(request=None, responses=ConnectionSerializer, operation_id="connections_repair_webhooks")
    @action(detail=True, methods=["post"], url_path="repair-webhooks")
    def repair_webhooks(self, request: Request, pk: str | None = None) -> Response:
        """The webhooks in the shop are looked at and mended by a worker; `webhooks` says what came of it."""
        repair(self.get_object())
        return self._shown()

    def _shown(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)
