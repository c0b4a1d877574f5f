"""Writable views over this app's models, to try the base classes as the apps above use them."""

from django.urls import include, path
from rest_framework.viewsets import ModelViewSet

from common.api import ApiRouter
from operations.models import Alert, RunIssue
from tenants.serializers import TenantModelSerializer
from tenants.viewsets import TenantScopedViewSet


class AlertSerializer(TenantModelSerializer):
    class Meta:
        model = Alert
        fields = ("id", "kind", "key", "title", "closed_at")


class IssueSerializer(TenantModelSerializer):
    class Meta:
        model = RunIssue
        fields = ("id", "run", "message")


class Everything(TenantScopedViewSet, ModelViewSet):
    required_scopes = {"read": "catalog:view", "write": "catalog:edit"}


class Alerts(Everything):
    queryset = Alert.objects.all()
    serializer_class = AlertSerializer


class Issues(Everything):
    queryset = RunIssue.objects.all()
    serializer_class = IssueSerializer
    tenant_lookup = "run__tenant"


class Undeclared(Everything):
    queryset = Alert.objects.all()
    serializer_class = AlertSerializer
    required_scopes = {}


router = ApiRouter()
router.register("alerts", Alerts, basename="alert")
router.register("issues", Issues, basename="issue")
router.register("undeclared", Undeclared, basename="undeclared")
urlpatterns = [path("v1/", include(router.urls))]
