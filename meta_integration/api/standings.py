"""GET /v1/catalog-status/: products with both sides, filtered by both. One product in depth: /v1/products/{id}/catalog-status/."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django_filters import rest_framework as filters
from rest_framework import mixins, serializers

from meta_integration.api.serializers import META_STATES, OUR_STATES, STATUSES
from meta_integration.models import CatalogItem, MetaState
from meta_integration.said import said_of, with_said
from meta_integration.standing import OURS, having_meta_state, having_our_state, in_a_call, our_state
from meta_integration.status import live_status, with_live_status
from products_and_services.models import Product
from tenants.viewsets import TenantScopedViewSet


class StandingSerializer(serializers.Serializer):
    """One product: what we did, and what Meta says of the version it has (the worst of its items)."""

    product_id = serializers.IntegerField(source="pk")
    sku = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    status = serializers.SerializerMethodField(help_text=STATUSES)
    our_state = serializers.SerializerMethodField(help_text=OUR_STATES)
    meta_state = serializers.SerializerMethodField(help_text=META_STATES)
    meta_reasons = serializers.SerializerMethodField()
    meta_what_to_do = serializers.SerializerMethodField()
    meta_asked_at = serializers.SerializerMethodField()

    def get_status(self, product: Product) -> str:
        """As the badge shows it."""
        return live_status(product)

    def get_our_state(self, product: Product) -> str:
        """One of five words."""
        return our_state(live_status(product), sending=product.meta_sending)  # type: ignore[attr-defined]

    def get_meta_state(self, product: Product) -> str | None:
        """The worst of the items."""
        return said_of(product).state

    def get_meta_reasons(self, product: Product) -> list[str]:
        """Meta's words where it has any."""
        return said_of(product).reasons

    def get_meta_what_to_do(self, product: Product) -> str:
        """In words."""
        return said_of(product).what_to_do

    def get_meta_asked_at(self, product: Product) -> str | None:
        """When Meta answered about the version it has now."""
        moment = said_of(product).asked_at
        return moment.isoformat().replace("+00:00", "Z") if moment else None


class StandingFilter(filters.FilterSet):
    """our_state and meta_state: the same rules as the admin's filters."""

    our_state = filters.ChoiceFilter(choices=list(OURS.items()), method="by_our_state")
    meta_state = filters.ChoiceFilter(choices=MetaState.choices, method="by_meta_state", label="Products with an item in this state.")

    class Meta:
        model = Product
        fields = ("sku",)

    def by_our_state(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """What has been done here."""
        return having_our_state(rows, value)

    def by_meta_state(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """What Meta says."""
        return having_meta_state(rows, value)


class StandingViewSet(TenantScopedViewSet, mixins.ListModelMixin):
    """Products with both sides; a bounded number of queries a page."""

    queryset = Product.objects.all()
    serializer_class = StandingSerializer
    required_scopes = {"read": "catalog:view"}
    filterset_class = StandingFilter
    ordering_fields = ("name", "sku", "updated_at")

    def get_queryset(self) -> Any:
        busy = CatalogItem.objects.filter(in_a_call(), product_id=OuterRef("pk"), catalog__is_current=True)
        return with_said(with_live_status(super().get_queryset())).annotate(meta_sending=Exists(busy))
