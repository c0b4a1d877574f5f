"""Exporting products in the admin: the whole business, the list as it is filtered, or the selected ones."""

import copy
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from common.admin import Tool, action
from common.admin.access import active_tenant
from products_and_services.admin.import_pages import NO_BUSINESS, import_page, run_page, sheet_file, template_file
from products_and_services.models import Product
from products_and_services.spreadsheets.exports import FORMATS, SMALL, file_name, file_of, start_export
from tenants.models import Tenant

ALL, FILTERED = "all", "filtered"
STARTED = "The file is being written. When it is ready, this page has a button to download it, for seven days."


class ExportForm(forms.Form):
    """Which products, as what. products: the choices are made per request, they hold the numbers."""

    products = forms.ChoiceField(label="Which products", widget=forms.RadioSelect)
    format = forms.ChoiceField(label="As what", choices=list(FORMATS.items()), initial="xlsx", widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["products"]
        field.choices, field.initial = choices, choices[-1][0]


class SpreadsheetPages:
    """Mixed into ProductAdmin: the buttons of the list, the pages behind them, the bulk actions."""

    spreadsheet_actions = ("export_xlsx", "export_csv")

    def list_tools(self, request: HttpRequest) -> list[Tool]:
        """Import and Export; the export knows the list's filters."""
        filters = request.GET.urlencode()
        address = reverse(self.url_name("export")) + (f"?{urlencode({'filters': filters})}" if filters else "")  # type: ignore[attr-defined]
        tools = [*super().list_tools(request), Tool("Export", address, "download")]  # type: ignore[misc]
        if self.has_edit_permission(request):  # type: ignore[attr-defined]
            tools.insert(-1, Tool("Import", reverse(self.url_name("import")), "upload_file"))  # type: ignore[attr-defined]
        return tools

    def get_urls(self) -> list[Any]:
        views = {
            "import/template.csv": (partial(template_file, self, "csv"), "template_csv"),
            "import/template.xlsx": (partial(template_file, self, "xlsx"), "template_xlsx"),
            "import/": (partial(import_page, self), "import"),
            "export/": (partial(export_page, self), "export"),
        }
        pages = [self.page(route, view, name) for route, (view, name) in views.items()]  # type: ignore[attr-defined]
        return [*pages, *super().get_urls()]  # type: ignore[misc]

    @action(description="Export to Excel", permissions=["view"])
    def export_xlsx(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Bulk action."""
        return export_selected(self, request, queryset, "xlsx")

    @action(description="Export to CSV", permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Bulk action."""
        return export_selected(self, request, queryset, "csv")


def export_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet, kind: str) -> HttpResponse | None:
    """The selected products as a file; None (with a message) when they are of several businesses."""
    tenants = list(Tenant.objects.filter(pk__in=queryset.order_by().values("tenant_id")))
    if len(tenants) != 1:
        model_admin.message_user(request, "Select products of one business: a file belongs to one business.", messages.WARNING)
        return None
    return _answer(request, tenants[0], list(queryset.order_by().values_list("pk", flat=True)), kind)


def _answer(request: HttpRequest, tenant: Tenant, ids: list[int] | None, kind: str) -> HttpResponse:
    """The file at once, or the page of the run that makes it."""
    number = Product.objects.for_tenant(tenant).count() if ids is None else len(ids)
    if number <= SMALL:
        return sheet_file(file_of(tenant, ids, kind), file_name(tenant, kind), kind)  # type: ignore[return-value]
    run = start_export(tenant, ids, kind)
    messages.success(request, STARTED)
    return HttpResponseRedirect(run_page().object_url(run))


def export_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """The form; a POST answers with the file, or starts the run that makes it."""
    if not model_admin.has_view_permission(request):
        raise Http404
    tenant = active_tenant(request)
    listed = _filtered(model_admin, request) if tenant else None
    total = Product.objects.for_tenant(tenant).count() if tenant else 0
    choices = [(ALL, f"All products ({total})")]
    if listed is not None:
        choices.append((FILTERED, f"Those of the list as it was filtered ({len(listed)})"))
    form = ExportForm(request.POST or None, choices=choices)
    if request.method == "POST" and tenant and form.is_valid():
        ids = listed if form.cleaned_data["products"] == FILTERED else None
        return _answer(request, tenant, ids, form.cleaned_data["format"])
    return model_admin.own_page(
        request, "products_and_services/export.html", "Export products",
        form=form, tenant=tenant, total=total, most=SMALL, page_banners=[] if tenant else [NO_BUSINESS],
        page_tools=[Tool("Back to the products", model_admin.list_url(), "arrow_back")],
        import_url=reverse(model_admin.url_name("import")),
    )  # fmt: skip


def _filtered(model_admin: Any, request: HttpRequest) -> list[int] | None:
    """The ids of the list with the filters that the button carried; None without filters, or with such as mean nothing."""
    filters = request.GET.get("filters", "")
    if not filters:
        return None
    listing = copy.copy(request)
    listing.GET = QueryDict(filters)  # type: ignore[assignment]
    try:
        rows = model_admin.get_changelist_instance(listing).get_queryset(listing)
    except (IncorrectLookupParameters, SuspiciousOperation):
        return None
    return list(rows.order_by().values_list("pk", flat=True).distinct())
