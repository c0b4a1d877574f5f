"""`POST /v1/catalog/sync/woocommerce`, `…/shopify` and so on: starts an import of a shop, for schedulers and other programs."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.api.starting import BadTrigger, ImportAcceptedSerializer, TriggerThrottle, accepted, begin
from integrations.models import Provider, StoreConnection
from integrations.providers import adapter_class
from tenants.viewsets import KeyThrottle, TenantViewMixin


class SyncRequestSerializer(serializers.Serializer):
    """connection_id: which shop, where the business has several."""

    connection_id = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)


class SyncAcceptedSerializer(ImportAcceptedSerializer):
    """The import has been accepted; while one is under way already, it is that one."""

    message = serializers.CharField()


class UrlSyncAcceptedSerializer(SyncAcceptedSerializer):
    """The same, with the shop's address."""

    store_url = serializers.URLField()


class DomainSyncAcceptedSerializer(SyncAcceptedSerializer):
    """The same, with the shop's domain."""

    shop_domain = serializers.CharField()


ACCEPTED = {"store_url": UrlSyncAcceptedSerializer, "shop_domain": DomainSyncAcceptedSerializer}


class SyncView(TenantViewMixin, APIView):
    """POST: schedules an import of the business's shop of one kind and answers at once; the run tells the result."""

    provider: Provider
    accepted_serializer: type[SyncAcceptedSerializer]
    required_scopes = {"write": "integrations:manage"}
    throttle_classes = [KeyThrottle, TriggerThrottle]

    def post(self, request: Request) -> Response:
        """202, also with the broker down. 400 `not_configured` without a shop, `ambiguous` when there are several and none is named; 404
        for a shop that is not the business's; 409 when it is paused, refuses us, or waits for a person.
        """
        wanted = SyncRequestSerializer(data=request.data or {})
        wanted.is_valid(raise_exception=True)
        connection = self._connection(wanted.validated_data.get("connection_id"))
        with transaction.atomic():
            run = begin(connection)
        return Response(self._accepted(connection, accepted(run, request)), status=202)

    def _accepted(self, connection: StoreConnection, body: dict[str, Any]) -> dict[str, Any]:
        message = f"{connection.get_provider_display()} product sync has been scheduled"
        where = {"store_url": connection.store_url, "shop_domain": connection.shop_domain}
        return dict(self.accepted_serializer({**body, "message": message, **where}).data)

    def _connection(self, connection_id: int | None) -> StoreConnection:
        shops = StoreConnection.objects.for_tenant(self.tenant).filter(provider=self.provider).select_related("tenant")
        if connection_id is None:
            return self._only(shops)
        named = shops.filter(pk=connection_id).first()
        if named is None:
            raise Http404
        return named

    def _only(self, shops: QuerySet[StoreConnection]) -> StoreConnection:
        """Of several the only one that is not paused."""
        found = list(shops)
        candidates = found if len(found) < 2 else [shop for shop in found if shop.is_active] or found
        if not candidates:
            words = f"This business has no {self.provider.label} shop. Connect one in the admin or with POST /v1/connections/."
            raise BadTrigger(words, code="not_configured")
        if len(candidates) > 1:
            names = ", ".join(f"{shop.pk} ({shop})" for shop in candidates)
            words = f"This business has several {self.provider.label} shops: {names}. Name one as connection_id."
            raise BadTrigger(words, code="ambiguous")
        return candidates[0]


def sync_view(provider: Provider) -> type[SyncView]:
    """The trigger of one kind of shop."""
    told = ACCEPTED[adapter_class(provider).address_column]
    own = {"provider": provider, "accepted_serializer": told, "__doc__": f"{provider.label} shops.", "__module__": __name__}
    schema = extend_schema(request=SyncRequestSerializer, responses={202: told}, operation_id=f"catalog_sync_{provider}")
    return extend_schema_view(post=schema)(type(f"{provider.label}SyncView", (SyncView,), own))
