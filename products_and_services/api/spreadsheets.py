"""Files of products over the API: `/v1/products/import/` and `/v1/products/export/`, mixed into the product view set."""

from typing import Any

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import Conflict
from operations.api import RunLinkSerializer, run_link
from operations.models import Run
from products_and_services.models import ProductCategory
from products_and_services.spreadsheets.exports import FORMATS, SMALL, file_name, file_of, start_export
from products_and_services.spreadsheets.imports import DRY_RUN, IMPORT, Upload, start_import
from products_and_services.spreadsheets.reading import NotReadable
from products_and_services.spreadsheets.verdicts import BOTH, MODES, Options
from products_and_services.spreadsheets.writing import TYPES
from tenants.viewsets import TenantPrimaryKeyRelatedField

FORMAT = OpenApiParameter("format", enum=list(FORMATS), description="csv (default) or xlsx.")


class FormatIsOurs(DefaultContentNegotiation):
    """`?format=` names the file's format here; DRF would look for a renderer of that name."""

    class settings:
        URL_FORMAT_OVERRIDE = None


class ImportFileSerializer(serializers.Serializer):
    """Multipart. mode: create, update or both; dry_run: check every row and write nothing."""

    file = serializers.FileField(allow_empty_file=True, help_text="CSV or XLSX, see docs/spreadsheets.md.")
    mode = serializers.ChoiceField(choices=list(MODES), default=BOTH)
    create_categories = serializers.BooleanField(default=True)
    default_category = TenantPrimaryKeyRelatedField(queryset=ProductCategory.objects.all(), required=False, allow_null=True)
    dry_run = serializers.BooleanField(default=False)


class ExportFileSerializer(serializers.Serializer):
    """What a background export writes."""

    format = serializers.ChoiceField(choices=list(FORMATS), default="csv")


class SpreadsheetActions:
    """Mixed into ProductViewSet."""

    @extend_schema(request={"multipart/form-data": ImportFileSerializer}, responses={202: RunLinkSerializer})
    @action(detail=False, methods=["post"], url_path="import", parser_classes=(MultiPartParser,))
    def import_file(self, request: Request) -> Response:
        """Imports products from a CSV or XLSX file in the background. 400 for what is no table of products, with the reason.

        The run counts created, updated, unchanged, skipped and failed rows (a dry run: new, changed ..) and lists each problem.
        """
        asked = ImportFileSerializer(data=request.data, context=self.get_serializer_context())  # type: ignore[attr-defined]
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        category = wanted.get("default_category")
        options = Options(wanted["mode"], wanted["create_categories"], category.pk if category else None)
        file = wanted["file"]
        try:
            upload = Upload(file.name, file.size, file.chunks(), options)
            run = start_import(self.tenant, upload, stage=DRY_RUN if wanted["dry_run"] else IMPORT)  # type: ignore[attr-defined]
        except NotReadable as error:
            raise serializers.ValidationError({"file": [str(error)]}) from None
        return _started(run, request)

    @extend_schema(parameters=[FORMAT], responses={(200, "text/csv"): OpenApiTypes.BINARY})
    @action(detail=False, url_path="export", content_negotiation_class=FormatIsOurs)
    def export_file(self, request: Request) -> StreamingHttpResponse:
        """The products of the list (all its filters work) with their variants, as CSV or XLSX. 409 for more than 1,000: use POST."""
        kind = _format(request.query_params)
        ids = self._listed()
        if len(ids) > SMALL:
            words = f"These are {len(ids)} products; at most {SMALL} come at once. POST to this address writes them in the background."
            raise Conflict(words, code="too_many")
        headers = {"Content-Disposition": content_disposition_header(True, file_name(self.tenant, kind)) or "", "Cache-Control": "no-store"}  # type: ignore[attr-defined]
        return StreamingHttpResponse(file_of(self.tenant, ids, kind), content_type=TYPES[kind], headers=headers)  # type: ignore[attr-defined]

    @extend_schema(request=ExportFileSerializer, responses={202: RunLinkSerializer})
    @export_file.mapping.post
    def export_in_background(self, request: Request) -> Response:
        """Writes the products of the list to a file in the background; `/v1/runs/{id}/file/` has it for seven days."""
        ids = self._listed() if set(request.query_params) - {"format"} else None
        return _started(start_export(self.tenant, ids, _format(request.data)), request)  # type: ignore[attr-defined]

    def _listed(self) -> list[int]:
        rows = self.filter_queryset(self.get_queryset())  # type: ignore[attr-defined]
        return list(rows.order_by().values_list("pk", flat=True).distinct())


def _format(data: Any) -> str:
    asked = ExportFileSerializer(data={"format": data["format"]} if "format" in data else {})
    asked.is_valid(raise_exception=True)
    return str(asked.validated_data["format"])


def _started(run: Run, request: Request) -> Response:
    return Response(run_link(run, request), status=202)
