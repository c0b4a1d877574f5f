"""Mounted below /v1/."""

from django.urls import re_path

from common.api import ApiRouter
from meta_integration.api.findings import FindingViewSet, ReconcileView
from meta_integration.api.standings import StandingViewSet
from meta_integration.api.views import ProductCatalogViewSet, PushView

router = ApiRouter()
router.register("products", ProductCatalogViewSet, basename="product-catalog")
router.register("catalog-status", StandingViewSet, basename="catalog-status")
router.register("catalog/findings", FindingViewSet, basename="catalog-finding")
urlpatterns = [
    re_path(r"^catalog/reconcile/?$", ReconcileView.as_view(), name="reconcile"),
    re_path(r"^catalog/sync/meta/?$", PushView.as_view(), name="sync-meta"),
    *router.urls,
]
