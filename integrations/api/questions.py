"""`/v1/link-questions/`: products of shops that may be ones entered here; only a person can say."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from integrations.deciding.questions import answer_question
from integrations.models import Answer, LinkQuestion
from operations.api import run_link
from products_and_services.api.filters import IdFilter
from products_and_services.models import Product
from tenants.viewsets import TenantPrimaryKeyRelatedField, TenantScopedViewSet

ANSWERS = [choice for choice in Answer.choices if choice[0]]


class LinkQuestionSerializer(serializers.ModelSerializer):
    """candidates: ids of our products; answer: "" while nobody has answered; product: the one chosen with “same”."""

    candidates = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    connection_id = serializers.IntegerField(read_only=True)
    product_id = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = LinkQuestion
        fields = (
            "id", "connection_id", "external_id", "name", "sku", "why", "candidates", "answer", "product_id", "answered_by", "answered_at",
            "created_at",
        )  # fmt: skip
        read_only_fields = fields


class AnswerRequestSerializer(serializers.Serializer):
    """product: with “same”, which one; may be left out where there is a single candidate."""

    answer = serializers.ChoiceField(choices=ANSWERS)
    product = TenantPrimaryKeyRelatedField(queryset=Product.objects.all(), required=False, allow_null=True)


class AnsweredSerializer(serializers.Serializer):
    """run_id, run_url: the import that carries the answer out; null when the shop's next import does."""

    question = LinkQuestionSerializer()
    run_id = serializers.UUIDField(allow_null=True)
    run_url = serializers.URLField(allow_null=True)


class LinkQuestionFilter(filters.FilterSet):
    """`?open=true`, `?connection=12`, `?answer=skip`"""

    open = filters.BooleanFilter(method="only_open")
    connection = IdFilter(field_name="connection_id")

    class Meta:
        model = LinkQuestion
        fields = ("answer", "external_id")

    def only_open(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """Not answered yet."""
        return rows.filter(answer=Answer.OPEN) if value else rows.exclude(answer=Answer.OPEN)


class LinkQuestionViewSet(TenantScopedViewSet, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Open ones first. Until a question is answered its product is not imported."""

    queryset = LinkQuestion.objects.all()
    serializer_class = LinkQuestionSerializer
    required_scopes = {"read": ("catalog:view", "integrations:view"), "write": "integrations:manage"}
    filterset_class = LinkQuestionFilter
    search_fields = ("name", "sku")
    ordering_fields = ("id", "name", "created_at")
    lookup_value_regex = r"\d{1,18}"

    @extend_schema(request=AnswerRequestSerializer, responses=AnsweredSerializer, operation_id="link_questions_answer")
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str | None = None) -> Response:
        """same: it is `product`, which then belongs to the shop; separate: another product, imported as a new one; skip: leave it out."""
        question = self.get_object()
        wanted = AnswerRequestSerializer(data=request.data or {}, context=self.get_serializer_context())
        wanted.is_valid(raise_exception=True)
        product = wanted.validated_data.get("product")
        run = answer_question(question, wanted.validated_data["answer"], product.pk if product else None)
        told = run_link(run, request) if run else {"run_id": None, "run_url": None}
        return Response(AnsweredSerializer({"question": question, **told}).data)
