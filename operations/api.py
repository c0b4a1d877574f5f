"""`/v1/runs/`: watch and cancel runs. `/v1/alerts/`: what calls for a person."""

from typing import Any

from django.http import StreamingHttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from common.api import ApiRouter, Conflict
from common.clock import database_now
from operations.details import details_of
from operations.files import file_answer, find_file
from operations.models import Alert, FileRole, Run, RunStatus
from operations.services import cancel_run
from tenants.viewsets import TenantScopedViewSet

MOST_ERRORS = 1000
PUSH_FIELDS = ("total_products", "synced", "failed", "errors", "completed")


class RunSerializer(serializers.ModelSerializer):
    """A run as the list shows it."""

    run_url = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = (
            "id", "kind", "subject", "status", "phase", "total", "done", "counts", "message", "started_by",
            "created_at", "started_at", "heartbeat_at", "not_before", "finished_at", "run_url",
        )  # fmt: skip
        read_only_fields = fields

    def get_run_url(self, run: Run) -> str:
        """Absolute address of the detail."""
        return run_url(run, self.context.get("request"))


class RunDetailSerializer(RunSerializer):
    """The detail adds what the Meta sync answers promise. errors: [{product_id, error}], the first thousand.

    details: what runs of this kind tell beyond all others; of an import of a shop: connection_id, store_url, step, per_second,
    seconds_left, tries, result and more.
    """

    run_id = serializers.UUIDField(source="id", read_only=True)
    total_products = serializers.IntegerField(source="total", read_only=True)
    synced = serializers.SerializerMethodField()
    failed = serializers.SerializerMethodField()
    errors = serializers.SerializerMethodField()
    completed = serializers.SerializerMethodField()
    details = serializers.SerializerMethodField()

    class Meta(RunSerializer.Meta):
        fields = (*RunSerializer.Meta.fields, "run_id", *PUSH_FIELDS, "details")  # type: ignore[assignment]
        read_only_fields = fields

    def get_synced(self, run: Run) -> int:
        """Products that Meta has now."""
        return int(run.counts.get("synced", 0))

    def get_failed(self, run: Run) -> int:
        """Products that it does not have, for whatever reason."""
        return int(run.counts.get("failed", 0))

    def get_errors(self, run: Run) -> list[dict[str, Any]]:
        """One entry per issue."""
        issues = run.issues.values_list("product_id", "message")[:MOST_ERRORS]
        return [{"product_id": product_id, "error": message} for product_id, message in issues]

    def get_completed(self, run: Run) -> bool:
        """True once every product has its result."""
        return run.status == RunStatus.COMPLETED

    def get_details(self, run: Run) -> dict[str, Any]:
        """Said by the app whose work it is."""
        return details_of(run)


def run_url(run: Run, request: Any = None) -> str:
    """Absolute address of a run, for answers that say "watch here"."""
    return reverse("run-detail", args=[run.pk], request=request)


class RunLinkSerializer(serializers.Serializer):
    """Where to watch what was started; counts and issues are there."""

    run_id = serializers.UUIDField()
    run_url = serializers.URLField()


class AcceptedSerializer(RunLinkSerializer):
    """The work has been accepted; results come with the run."""

    status = serializers.CharField(help_text="Always “accepted”.")


def run_link(run: Run, request: Any = None) -> dict[str, Any]:
    """What RunLinkSerializer declares."""
    return {"run_id": run.pk, "run_url": run_url(run, request)}


def accepted_run(run: Run, request: Any = None, **more: Any) -> dict[str, Any]:
    """What AcceptedSerializer declares, and what the kind of work adds to it."""
    return {"status": "accepted", **run_link(run, request), **more}


class RunViewSet(TenantScopedViewSet, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Runs of the key's business, newest first."""

    queryset = Run.objects.defer("params")
    serializer_class = RunSerializer
    # A key that may only start synchronisations must be able to watch what it started.
    required_scopes = {
        "read": ("catalog:view", "integrations:view"), "file": "catalog:view", "cancel": ("catalog:edit", "integrations:manage"),
    }  # fmt: skip
    filterset_fields = ("kind", "status", "subject")
    ordering_fields = ("created_at", "finished_at")
    lookup_value_regex = "[0-9a-fA-F-]{36}"

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return RunSerializer if self.action == "list" else RunDetailSerializer

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str | None = None) -> Response:
        """Stops an open run; 409 when it has ended. What it did stays done."""
        run = self.get_object()
        if not cancel_run(run):
            raise Conflict("This run has already ended.", code="already_ended")
        return Response(self.get_serializer(run).data)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True)
    def file(self, request: Request, pk: str | None = None) -> StreamingHttpResponse:
        """The file that the run made (an export), for seven days; 409 while there is none or when it is gone."""
        file = find_file(self.get_object(), FileRole.RESULT, database_now())
        if file is None:
            raise Conflict("This run has no file (yet), or the file's seven days are over.", code="no_file")
        return file_answer(file)


class AlertSerializer(serializers.ModelSerializer):
    """An alert. link: path in the admin where it is mended; closed_at: null while it is open."""

    class Meta:
        model = Alert
        fields = ("id", "kind", "severity", "title", "remedy", "link", "opened_at", "closed_at")
        read_only_fields = fields


class AlertFilter(filters.FilterSet):
    """`?open=true`, `?kind=..`, `?severity=..`"""

    open = filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")

    class Meta:
        model = Alert
        fields = ("kind", "severity")


class AlertViewSet(TenantScopedViewSet, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Alerts of the key's business, newest first. They close by themselves when the cause is gone."""

    queryset = Alert.objects.all()
    serializer_class = AlertSerializer
    required_scopes = {"read": ("catalog:view", "integrations:view")}
    filterset_class = AlertFilter
    ordering_fields = ("opened_at", "closed_at")
    lookup_value_regex = "[0-9]{1,18}"


router = ApiRouter()
router.register("runs", RunViewSet, basename="run")
router.register("alerts", AlertViewSet, basename="alert")
urlpatterns = router.urls
