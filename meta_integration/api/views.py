"""The catalog in the API: a product's status and payload, and "push to Meta"."""

from dataclasses import asdict
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from meta_integration.api.serializers import (
    AskedSerializer,
    CatalogStatusSerializer,
    PayloadPreviewSerializer,
    PushAcceptedSerializer,
    PushRequestSerializer,
)
from meta_integration.ask_meta import ask_about
from meta_integration.catalog.verdict import Verdict
from meta_integration.diagnosis import Diagnosis, ItemView, diagnose, next_attempt_of
from meta_integration.payload_preview import preview_payloads
from meta_integration.push_runs import start_push
from meta_integration.said import Said
from meta_integration.standing import is_sending, our_state
from operations.api import accepted_run
from operations.models import Run
from products_and_services.models import Product
from tenants.viewsets import TenantScopedViewSet, TenantViewMixin


class ProductCatalogViewSet(TenantScopedViewSet):
    """What Meta has, or would get, of one product."""

    queryset = Product.objects.select_related("tenant")
    serializer_class = CatalogStatusSerializer
    required_scopes = {"read": "catalog:view", "ask_meta": "catalog:view"}
    filter_backends: list[Any] = []
    pagination_class = None
    lookup_value_regex = r"\d+"

    @extend_schema(responses=CatalogStatusSerializer, operation_id="products_catalog_status")
    @action(detail=True, url_path="catalog-status")
    def catalog_status(self, request: Request, pk: str | None = None) -> Response:
        """Status, attempts, last error, next attempt, reasons and items."""
        return Response(CatalogStatusSerializer(_status_of(diagnose(self.get_object()))).data)

    @extend_schema(request=None, responses={202: AskedSerializer}, operation_id="products_ask_meta")
    @action(detail=True, methods=["post"], url_path="ask-meta")
    def ask_meta(self, request: Request, pk: str | None = None) -> Response:
        """Has Meta asked what it thinks of this product now. Changes nothing at Meta; the answer comes with catalog-status."""
        product = self.get_object()
        asked = ask_about(self.tenant, [product.pk])
        address = request.build_absolute_uri(f"/v1/products/{product.pk}/catalog-status/")
        body = {"status": "accepted", "items": asked.items, "waits": asked.waits, "status_url": address}
        return Response(AskedSerializer(body).data, status=202)

    @extend_schema(responses=PayloadPreviewSerializer, operation_id="products_payload_preview")
    @action(detail=True, url_path="payload-preview")
    def payload_preview(self, request: Request, pk: str | None = None) -> Response:
        """What would be sent now, in both of Meta's dialects. Sends nothing."""
        found = preview_payloads(self.tenant, [self.get_object().pk])
        if not found:
            raise Http404
        return Response(PayloadPreviewSerializer(asdict(found[0])).data)


def _status_of(found: Diagnosis) -> dict[str, Any]:
    product = found.product
    return {
        "product_id": product.pk,
        "status": found.status,
        "attempts": product.meta_sync_attempts,
        "last_error": product.meta_sync_last_error,
        "last_attempt": product.meta_sync_last_attempt,
        "last_success": product.meta_sync_last_success,
        "next_attempt": next_attempt_of(found),
        "catalog_item_id": product.meta_catalog_item_id,
        "reasons": found.reasons,
        "reason_codes": found.reason_codes,
        "notes": found.notes,
        "our_state": our_state(found.status, sending=any(is_sending(view.item) for view in found.items)),
        **_said(found.said),
        "items": [_item(view) for view in found.items],
    }


def _item(view: ItemView) -> dict[str, Any]:
    item, verdict = view.item, view.said.verdict or Verdict("")
    return {
        "retailer_id": item.retailer_id,
        "catalog_id": item.catalog.catalog_id,
        "meta_id": item.meta_id,
        "status": view.status,
        "attempts": item.attempts,
        "last_error": item.last_error,
        "error_code": item.error_code,
        "what_to_do": view.to_do,
        "last_attempt": item.last_attempt_at,
        "last_success": item.last_success_at,
        "next_attempt": item.next_attempt_at if item.is_waiting else None,
        "our_state": our_state(view.status, sending=is_sending(item)),
        **_said(view.said),
        "meta_changed_at": view.said.changed_at,
        "review_status": verdict.review_status,
        "whatsapp_review": verdict.whatsapp,
        "image_fetch_status": verdict.image_fetch_status,
        "errors": [asdict(error) for error in verdict.errors],
    }


def _said(said: Said) -> dict[str, Any]:
    return {
        "meta_state": said.state,
        "meta_reasons": said.reasons,
        "meta_what_to_do": said.what_to_do,
        "meta_asked_at": said.asked_at,
    }


class PushView(TenantViewMixin, APIView):
    """POST: queues the business's products for Meta and answers at once; the run tells the result."""

    required_scopes = {"write": "integrations:manage"}

    @extend_schema(request=PushRequestSerializer, responses={202: PushAcceptedSerializer}, operation_id="catalog_sync_meta")
    def post(self, request: Request) -> Response:
        """Everything, or `product_ids`."""
        return self.push(request)

    def push(self, request: Request) -> Response:
        """202 whatever the state of Meta, broker or configuration."""
        wanted = PushRequestSerializer(data=request.data or {})
        wanted.is_valid(raise_exception=True)
        run = start_push(self.tenant, wanted.validated_data.get("product_ids"))
        return Response(PushAcceptedSerializer(_accepted(run, request)).data, status=202)


class TenantPushView(PushView):
    """The same under the address of the design documents."""

    @extend_schema(request=PushRequestSerializer, responses={202: PushAcceptedSerializer}, operation_id="meta_catalog_sync")
    def post(self, request: Request, sub_domain: str) -> Response:
        """sub_domain must be the key's own business."""
        if sub_domain != self.tenant.sub_domain:
            raise Http404
        return self.push(request)


def _accepted(run: Run, request: Request) -> dict[str, Any]:
    return accepted_run(run, request, total_products=run.total, synced=0, failed=0, errors=[])
