"""`/v1/connections/{id}/deliveries/`: what a shop told us by webhook, and taking it once more."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import Conflict
from integrations.models import StoreConnection, StoreDelivery
from integrations.webhooks.replaying import NotReplayable, replay
from tenants.viewsets import TenantScopedViewSet


class StoreDeliverySerializer(serializers.ModelSerializer):
    """external_ids: the shop's numbers of the products it named; content: what is kept of the body; note: what became of it, in words."""

    external_ids = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = StoreDelivery
        fields = ("id", "topic", "delivery_id", "external_ids", "content", "state", "note", "created_at", "replayed_at")
        read_only_fields = fields


class StoreDeliveryFilter(filters.FilterSet):
    """`?state=failed&topic=product.updated&created_after=2026-11-20T00:00:00Z`"""

    created = filters.IsoDateTimeFromToRangeFilter(field_name="created_at")

    class Meta:
        model = StoreDelivery
        fields = ("state", "topic")


class StoreDeliveryViewSet(TenantScopedViewSet, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Newest first. Each was signed by the shop; one that came twice is one row."""

    queryset = StoreDelivery.objects.select_related("connection__tenant", "tenant").defer("connection__credentials")
    serializer_class = StoreDeliverySerializer
    required_scopes = {"read": "integrations:view", "write": "integrations:manage"}
    filterset_class = StoreDeliveryFilter
    ordering_fields = ("created_at",)
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        shop = self.kwargs["connection_pk"]
        if not StoreConnection.objects.for_tenant(self.tenant).filter(pk=shop).exists():
            raise Http404
        return rows.filter(connection_id=shop)

    @extend_schema(request=None, responses=StoreDeliverySerializer, operation_id="connections_deliveries_replay")
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Does again what the delivery called for. 409 `nothing_to_replay` where there is nothing."""
        delivery = self.get_object()
        try:
            replay(delivery)
        except NotReplayable as refused:
            raise Conflict(str(refused), code="nothing_to_replay") from None
        return Response(self.get_serializer(delivery).data)
