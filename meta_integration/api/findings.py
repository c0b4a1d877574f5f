"""Comparisons in the API: start one, read what it found, have findings mended or ignored."""


from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api import Conflict
from meta_integration.api.serializers import MOST_IDS
from meta_integration.catalog.reading.session import BY_ITSELF, IN_ONE_GO
from meta_integration.comparisons import ignore_findings, mend_findings, start_comparison
from meta_integration.finding_words import words_of
from meta_integration.models import Catalog, CatalogFinding
from operations.api import RunLinkSerializer, run_link
from operations.models import Run
from tenants.viewsets import TenantScopedViewSet, TenantViewMixin


class FindingSerializer(serializers.ModelSerializer):
    """One finding. fields: {name: [here, at Meta]}; like: our retailer_id that a duplicate stands for; words: all of it for people."""

    catalog_id = serializers.CharField(source="catalog.catalog_id", read_only=True)
    run_id = serializers.UUIDField(read_only=True)
    differences = serializers.JSONField(source="fields", read_only=True, help_text="{field: [here, at Meta]}")
    words = serializers.SerializerMethodField()

    class Meta:
        model = CatalogFinding
        fields = (
            "id", "kind", "state", "retailer_id", "meta_id", "name", "product_id", "like", "differences", "words", "catalog_id", "run_id",
            "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_words(self, finding: CatalogFinding) -> str:
        """What is wrong, and what came of it."""
        return words_of(finding)


class ReconcileRequestSerializer(serializers.Serializer):
    """mend: kinds to mend (by default what every night mends); adopt: also take over what other tools made under our SKUs."""

    dry_run = serializers.BooleanField(default=False)
    mend = serializers.MultipleChoiceField(choices=sorted(IN_ONE_GO), default=sorted(BY_ITSELF))
    adopt = serializers.BooleanField(default=False)
    allow_removals = serializers.BooleanField(default=False, help_text="Lifts the brake on many removals for this run.")


class FindingIdsSerializer(serializers.Serializer):
    """Findings of this business; others do not exist."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=MOST_IDS, allow_empty=False)


class MendRequestSerializer(FindingIdsSerializer):
    """Each is looked up at Meta once more before anything is done."""

    allow_removals = serializers.BooleanField(default=False, help_text="Lifts the brake on many removals for this run.")


class StartedRunSerializer(RunLinkSerializer):
    """One run: a business has one per catalog."""

    catalog_id = serializers.CharField()


class ComparisonAcceptedSerializer(serializers.Serializer):
    """The work has been accepted; results come with the runs."""

    status = serializers.CharField(help_text="Always “accepted”.")
    runs = StartedRunSerializer(many=True)


class IgnoredSerializer(serializers.Serializer):
    """How many were open and may be ignored."""

    ignored = serializers.IntegerField()


class ReconcileView(TenantViewMixin, APIView):
    """POST: compares every catalog of the business with Meta, by a worker; the runs and their findings tell the result."""

    required_scopes = {"write": "integrations:manage"}

    @extend_schema(
        request=ReconcileRequestSerializer, responses={202: ComparisonAcceptedSerializer}, operation_id="catalog_reconcile"
    )
    def post(self, request: Request) -> Response:
        """202; the same comparison, while it is under way, is answered with its run."""
        wanted = ReconcileRequestSerializer(data=request.data or {})
        wanted.is_valid(raise_exception=True)
        catalogs = Catalog.objects.for_tenant(self.tenant).filter(is_current=True, config__is_active=True).select_related("tenant")
        runs = [start_comparison(catalog, **wanted.validated_data) for catalog in catalogs]
        if not runs:
            raise ValidationError({"catalog": ["There is no catalog to compare with. Connect one in the Meta App Config first."]})
        return accepted(runs, request)


class FindingViewSet(TenantScopedViewSet, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """What comparisons found, newest first. Filter by run, kind and state."""

    queryset = CatalogFinding.objects.select_related("catalog")
    tenant_lookup = "run__tenant"
    serializer_class = FindingSerializer
    required_scopes = {"read": "catalog:view", "mend": "integrations:manage", "ignore": "integrations:manage"}
    filterset_fields = ("kind", "state", "run")
    ordering_fields = ("created_at", "kind", "retailer_id")
    lookup_value_regex = r"\d+"

    @extend_schema(request=MendRequestSerializer, responses={202: ComparisonAcceptedSerializer}, operation_id="catalog_findings_mend")
    @action(detail=False, methods=["post"])
    def mend(self, request: Request) -> Response:
        """202 with the runs; 409 when none of them is open."""
        wanted = MendRequestSerializer(data=request.data or {})
        wanted.is_valid(raise_exception=True)
        chosen = self.get_queryset().filter(pk__in=wanted.validated_data["ids"])
        runs = mend_findings(chosen, allow_removals=wanted.validated_data["allow_removals"])
        if not runs:
            raise Conflict("None of these findings is open.", code="nothing_open")
        return accepted(runs, request)

    @extend_schema(request=FindingIdsSerializer, responses=IgnoredSerializer, operation_id="catalog_findings_ignore")
    @action(detail=False, methods=["post"])
    def ignore(self, request: Request) -> Response:
        """Only what others made can be ignored; what this system sends is mended by every comparison."""
        wanted = FindingIdsSerializer(data=request.data or {})
        wanted.is_valid(raise_exception=True)
        return Response({"ignored": ignore_findings(self.get_queryset().filter(pk__in=wanted.validated_data["ids"]))})


def accepted(runs: list[Run], request: Request) -> Response:
    """202 with where to watch."""
    started = [{**run_link(run, request), "catalog_id": run.params["catalog"]} for run in runs]
    return Response(ComparisonAcceptedSerializer({"status": "accepted", "runs": started}).data, status=202)
