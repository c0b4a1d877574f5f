"""Mounted below /v1/."""

from django.urls import re_path

from common.api import ApiRouter
from integrations.api.connections import ConnectionViewSet
from integrations.api.deliveries import StoreDeliveryViewSet
from integrations.api.logs import WebhookLogViewSet
from integrations.api.orders import ShopOrderViewSet
from integrations.api.questions import LinkQuestionViewSet
from integrations.api.runs import ImportRunViewSet
from integrations.api.sync import sync_view
from integrations.models import Provider

router = ApiRouter()
router.register("connections", ConnectionViewSet, basename="connection")
router.register(r"connections/(?P<connection_pk>\d{1,18})/deliveries", StoreDeliveryViewSet, basename="connection-delivery")
router.register("link-questions", LinkQuestionViewSet, basename="link-question")
router.register("shop-orders", ShopOrderViewSet, basename="shop-order")
router.register("webhook-logs", WebhookLogViewSet, basename="webhook-log")
router.register("runs", ImportRunViewSet, basename="run-import")
urlpatterns = [
    *(re_path(rf"^catalog/sync/{kind}/?$", sync_view(kind).as_view(), name=f"sync-{kind}") for kind in Provider),
    *router.urls,
]
