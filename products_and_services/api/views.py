"""The catalog's endpoints. Views are thin: rows and choices are scoped by TenantScopedViewSet, checks live in the models."""

from functools import cached_property

from django.db.models import QuerySet
from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.filters import SearchFilter
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import Conflict
from products_and_services.api import serializers
from products_and_services.api.bulk import save_rows
from products_and_services.api.filters import CategoryFilter, ImageFilter, ProductFilter, StableOrdering, VariantFilter
from products_and_services.api.spreadsheets import SpreadsheetActions
from products_and_services.api.undo_serializers import RestorationSerializer, RestoreRequestSerializer, restoration_answer
from products_and_services.edits import as_run
from products_and_services.load_snapshots import load_categories
from products_and_services.models import Modifier, ModifierGroup, Product, ProductCategory, ProductImage, ProductVariant, Revision
from products_and_services.reserved import with_reservations
from products_and_services.undo.restore import NotRestorable, preview_restore, restore_version
from tenants.viewsets import TenantCrudViewSet


class CatalogViewSet(TenantCrudViewSet):
    """Rows of the catalog, found by words."""

    required_scopes = {"read": "catalog:view", "write": "catalog:edit"}
    filter_backends = (DjangoFilterBackend, SearchFilter, StableOrdering)
    search_fields: tuple[str, ...] = ("name",)
    ordering_fields: tuple[str, ...] = ("id", "name", "sort_order")
    lookup_value_regex = r"\d{1,18}"


class ProductViewSet(SpreadsheetActions, CatalogViewSet):
    """Products. What changes here reaches Meta by itself; `meta_*` fields say how far it got."""

    queryset = Product.objects.select_related("category").prefetch_related("categories", "variants", "images", with_reservations())
    serializer_class = serializers.ProductSerializer
    required_scopes = {**CatalogViewSet.required_scopes, "export_in_background": "catalog:view"}
    filterset_class = ProductFilter
    search_fields = ("name", "sku", "brand", "vendor", "variants__sku")
    ordering_fields = ("id", "name", "sku", "price", "stock_quantity", "sort_order", "created_at", "updated_at")

    @extend_schema(responses=serializers.RevisionSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=())
    def history(self, request: Request, pk: str) -> Response:
        """What changed, newest first, by whom or which run. A deleted product keeps its history."""
        return self._history(pk)

    def _history(self, pk: str) -> Response:
        rows = Revision.objects.for_tenant(self.tenant).filter(product_id=pk)
        if not rows.exists() and not self.get_queryset().filter(pk=pk).exists():
            raise Http404
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(serializers.RevisionSerializer(page, many=True).data)

    @extend_schema(responses=serializers.RevisionSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=())
    def revisions(self, request: Request, pk: str) -> Response:
        """The same as history: each revision's id is that of a version that can be restored."""
        return self._history(pk)

    @extend_schema(methods=["GET"], responses=RestorationSerializer, operation_id="products_restore_preview")
    @extend_schema(methods=["POST"], request=RestoreRequestSerializer, responses=RestorationSerializer, operation_id="products_restore")
    @action(detail=True, methods=["get", "post"], url_path=r"revisions/(?P<revision_id>\d{1,18})/restore", filter_backends=())
    def restore(self, request: Request, pk: str, revision_id: str) -> Response:
        """GET: what would change if the product went back to the version right after this revision. POST: does it.

        Fields, variants, pictures, further categories and SKUs go back together. The revision of a product's deletion brings the product
        back, under its old id. What cannot be restored is left as it is and told under `problems`. 409 when there is no such version.
        """
        revision = Revision.objects.for_tenant(self.tenant).filter(product_id=pk, pk=revision_id).first()
        if revision is None:
            raise Http404
        wanted = RestoreRequestSerializer(data=request.data if request.method == "POST" else {})
        wanted.is_valid(raise_exception=True)
        try:
            do = restore_version if request.method == "POST" else preview_restore
            return Response(restoration_answer(do(revision, keep=wanted.validated_data["keep"])))
        except NotRestorable as refused:
            raise Conflict(str(refused), code="not_restorable") from None

    @extend_schema(request=serializers.BulkRequestSerializer, responses=serializers.BulkAnswerSerializer)
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Changes and creates up to 500 products. Each row stands alone: good rows are saved, bad ones come back with their errors.

        A row names its product by `id`, else by an existing `sku`, and carries only the fields to set; without a match it creates one.
        Rows are taken in order. The answer is 200 with one result per row; repeat only the failed ones. What the call changed is a run,
        `run_id` (null when nothing changed), and can be rolled back as one.
        """
        rows = request.data.get("items") if isinstance(request.data, dict) else request.data
        with as_run(self.tenant, total=len(rows) if isinstance(rows, list) else 0, what="changed by a bulk call") as run:
            answer = save_rows(self.tenant, request.data, self.get_serializer_context())
        return Response({**answer, "run_id": run.pk})


class VariantViewSet(CatalogViewSet):
    """Variants: colours with a SKU of their own, or sizes without one."""

    queryset = ProductVariant.objects.select_related("product").prefetch_related("product__variants", with_reservations("product__"))
    serializer_class = serializers.VariantSerializer
    tenant_lookup = "product__tenant"
    filterset_class = VariantFilter
    search_fields = ("name", "sku")


class ImageViewSet(CatalogViewSet):
    """Pictures, uploaded (multipart) or by address."""

    queryset = ProductImage.objects.select_related("product", "variant")
    serializer_class = serializers.ImageSerializer
    tenant_lookup = "product__tenant"
    filterset_class = ImageFilter
    search_fields = ("alt",)
    ordering_fields = ("id", "sort_order")


class CategoryViewSet(CatalogViewSet):
    """The tree of categories."""

    queryset = ProductCategory.objects.select_related("parent")
    serializer_class = serializers.CategorySerializer
    filterset_class = CategoryFilter

    @cached_property
    def _paths(self) -> dict[int, str]:
        return {pk: category.path for pk, category in load_categories(self.tenant.pk).items()}

    def path_of(self, category: ProductCategory) -> str:
        """ "Food > Pizza". All paths of the business are read once per request, after its writes."""
        return self._paths.get(category.pk, category.name)


class ModifierGroupViewSet(CatalogViewSet):
    """Questions such as "Toppings?" with the products they are asked for."""

    queryset = ModifierGroup.objects.prefetch_related("products", "modifiers")
    serializer_class = serializers.ModifierGroupSerializer
    filterset_fields = ("products",)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        return super().filter_queryset(queryset).distinct()


class ModifierViewSet(CatalogViewSet):
    """The answers to a modifier group's question."""

    queryset = Modifier.objects.select_related("group")
    serializer_class = serializers.ModifierSerializer
    tenant_lookup = "group__tenant"
    filterset_fields = ("is_active",)
