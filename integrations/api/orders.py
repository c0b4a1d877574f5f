"""`/v1/shop-orders/`: WhatsApp orders on their way into shops. Customers' names and addresses are not told here."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import Conflict
from integrations.models import OrderWriteBack
from integrations.orders.queueing import cancel, try_again
from products_and_services.api.filters import IdFilter
from tenants.viewsets import TenantScopedViewSet

ENDED = "The order is in the shop already, or was cancelled."


class ShopOrderSerializer(serializers.ModelSerializer):
    """state: waiting, blocked (the key may not write), written, failed (tried often enough), refused (by the shop) or cancelled.

    external_id: the shop's number of the order; error, remedy: what is wrong and what to do; connection_id: null when the shop was removed.
    """

    connection_id = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = OrderWriteBack
        fields = (
            "id", "connection_id", "shop", "order_number", "state", "external_id", "tries", "next_try_at", "error", "remedy", "written_at",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class ShopOrderFilter(filters.FilterSet):
    """`?order_number=ORD00012`, `?state=failed`, `?connection=3`"""

    connection = IdFilter(field_name="connection_id")

    class Meta:
        model = OrderWriteBack
        fields = ("order_number", "state")


class ShopOrderViewSet(TenantScopedViewSet, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Newest first: one row for each order and shop."""

    queryset = OrderWriteBack.objects.select_related("tenant")
    serializer_class = ShopOrderSerializer
    required_scopes = {"read": "orders:view", "write": "orders:edit"}
    filterset_class = ShopOrderFilter
    search_fields = ("order_number", "external_id")
    ordering_fields = ("id", "created_at", "written_at")
    lookup_value_regex = r"\d{1,18}"

    @extend_schema(request=None, responses=ShopOrderSerializer, operation_id="shop_orders_retry")
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str | None = None) -> Response:
        """Tries it again now. The shop is looked through first, so that it is never written twice. 409 when it is written or cancelled."""
        return self._after(try_again([self.get_object()]))

    @extend_schema(request=None, responses=ShopOrderSerializer, operation_id="shop_orders_cancel")
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str | None = None) -> Response:
        """It is not written any more. 409 when it is in the shop, being written at this moment, or cancelled."""
        return self._after(cancel([self.get_object()]))

    def _after(self, done: int) -> Response:
        if not done:
            raise Conflict(ENDED, code="order_ended")
        return Response(self.get_serializer(self.get_object()).data)
