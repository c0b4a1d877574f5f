"""`/v1/webhook-logs/`: what was exchanged with shops."""

from django_filters import rest_framework as filters
from rest_framework import mixins, serializers

from integrations.models import WebhookLog
from products_and_services.api.filters import IdFilter
from tenants.viewsets import TenantScopedViewSet


class WebhookLogSerializer(serializers.ModelSerializer):
    """event: “product_sync” for an import. connection_id: null when the shop was removed. payload: without secrets."""

    connection_id = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = WebhookLog
        fields = ("id", "connection_id", "provider", "event", "status", "payload", "processing_time_ms", "error", "created_at")
        read_only_fields = fields


class WebhookLogFilter(filters.FilterSet):
    """`?created_after=2026-11-20T00:00:00Z&created_before=..`"""

    connection = IdFilter(field_name="connection_id")
    created = filters.IsoDateTimeFromToRangeFilter(field_name="created_at")

    class Meta:
        model = WebhookLog
        fields = ("provider", "event", "status")


class WebhookLogViewSet(TenantScopedViewSet, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Newest first: one row per import and per delivery of a shop."""

    queryset = WebhookLog.objects.all()
    serializer_class = WebhookLogSerializer
    required_scopes = {"read": "integrations:view"}
    filterset_class = WebhookLogFilter
    search_fields = ("error",)
    ordering_fields = ("created_at", "processing_time_ms")
    lookup_value_regex = r"\d{1,18}"
