"""Importing a file in the admin: upload, look at what it would do, start. The run's own page shows the progress."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from common.admin import Badge, Banner, FileWidget, Tool, render_badge, render_moment, site
from common.admin.access import active_tenant
from operations.models import Run, RunKind, RunStatus
from products_and_services.models import Product, ProductCategory
from products_and_services.spreadsheets.failed import failed_issues
from products_and_services.spreadsheets.imports import PLANNED, Upload, check_again, confirm_import, options_of, start_import
from products_and_services.spreadsheets.previews import preview
from products_and_services.spreadsheets.reading import MOST_BYTES, MOST_ROWS, NotReadable
from products_and_services.spreadsheets.template import template
from products_and_services.spreadsheets.verdicts import BOTH, CREATED, FAILED, MODES, SKIPPED, UNCHANGED, UPDATED, Options, Verdict
from products_and_services.spreadsheets.writing import TYPES

NO_BUSINESS = Banner("orange", "Which business?", "Choose one in the list at the top of the sidebar first: a file belongs to one business.")
ISSUES_SHOWN = 20
BADGES = {
    CREATED: Badge("green", "new"), UPDATED: Badge("blue", "changed"), UNCHANGED: Badge("grey", "unchanged"),
    SKIPPED: Badge("grey", "skipped"), FAILED: Badge("red", "error"),
}  # fmt: skip
CARDS = {"failed": "with errors", "skipped": "left out"}
TONES = {"new": "green", "changed": "blue", "failed": "red"}


class OptionsForm(forms.Form):
    """What an import may do."""

    mode = forms.ChoiceField(label="What may happen", choices=list(MODES.items()), initial=BOTH, widget=forms.RadioSelect)
    create_categories = forms.BooleanField(label="Make categories that do not exist yet", required=False, initial=True)
    default_category = forms.ModelChoiceField(
        label="Category of new products that name none", queryset=ProductCategory.objects.none(), required=False, empty_label="none"
    )

    def __init__(self, *args: Any, tenant: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["default_category"]
        choice.queryset = ProductCategory.objects.for_tenant(tenant).with_path() if tenant else ProductCategory.objects.none()

    def options(self) -> Options:
        """The choices of a valid form."""
        category = self.cleaned_data["default_category"]
        return Options(self.cleaned_data["mode"], self.cleaned_data["create_categories"], category.pk if category else None)


class UploadForm(OptionsForm):
    """The file and the choices."""

    file = forms.FileField(
        label="File", widget=FileWidget, allow_empty_file=True, error_messages={"required": "Choose a file first."},
        help_text=f"CSV or Excel (.xlsx), up to {MOST_BYTES // 2**20} MB and {MOST_ROWS:,} rows.",
    )  # fmt: skip
    field_order = ("file",)

    def upload(self) -> Upload:
        """What a valid form holds."""
        file = self.cleaned_data["file"]
        return Upload(file.name, file.size, file.chunks(), self.options())


def run_page() -> Any:
    """The registered admin page of runs."""
    return site._registry[Run]


def import_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """The form; a POST keeps the file, checks it (a large one in the background) and shows the preview."""
    if not model_admin.has_edit_permission(request):
        raise Http404
    tenant = active_tenant(request)
    form = UploadForm(request.POST or None, request.FILES or None, tenant=tenant)
    if request.method == "POST" and tenant and form.is_valid():
        try:
            return HttpResponseRedirect(run_page().object_url(start_import(tenant, form.upload()), "preview"))
        except NotReadable as error:
            form.add_error("file", str(error))
    recent = Run.objects.for_tenant(tenant).filter(kind=RunKind.CSV)[:5] if tenant else []
    return model_admin.own_page(
        request, "products_and_services/import.html", "Import products",
        form=form, tenant=tenant, recent=[_recent(run) for run in recent],
        page_banners=[] if tenant else [NO_BUSINESS],
        page_tools=[
            Tool("Back to the products", model_admin.list_url(), "arrow_back"),
            Tool("Template (Excel)", reverse(model_admin.url_name("template_xlsx")), "download"),
            Tool("Template (CSV)", reverse(model_admin.url_name("template_csv")), "download"),
        ],
    )  # fmt: skip


def _recent(run: Run) -> dict[str, Any]:
    page = run_page()
    return {
        "run": run, "file": run.params.get("file", ""), "url": page.object_url(run),
        "state": page.state(run), "sums": page.sums(run), "when": render_moment(run.created_at),
    }  # fmt: skip


def template_file(model_admin: Any, kind: str, request: HttpRequest) -> HttpResponse:
    """The file to begin with."""
    if not model_admin.has_view_permission(request):
        raise Http404
    return sheet_file(template(kind), f"products-template.{kind}", kind)


def sheet_file(pieces: Any, name: str, kind: str) -> StreamingHttpResponse:  # type: ignore[type-arg]
    """A spreadsheet as a download that nobody on the way keeps."""
    headers = {"Content-Disposition": content_disposition_header(True, name) or "", "Cache-Control": "no-store"}
    return StreamingHttpResponse(pieces, content_type=TYPES[kind], headers=headers)


# --- one import: pages of its run -------------------------------------------------------------------------------------------------
def preview_page(runs: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """What the file would do; while it is still being checked, how far that is."""
    run = import_run(runs, request, object_id)
    if run.status == RunStatus.NEEDS_CONFIRMATION:
        return _show_preview(runs, request, run)
    if run.params.get("stage") == "check" and run.is_open:
        return runs.own_page(
            request, "products_and_services/import_checking.html", "Checking the file", run=run, progress=runs.progress(run),
            page_tools=_tools(runs, run, request),
        )  # fmt: skip
    return HttpResponseRedirect(runs.object_url(run))


def import_run(runs: Any, request: HttpRequest, object_id: str) -> Run:
    """The run of a file import in sight of this person, else Http404."""
    run = runs.get_object(request, object_id)
    if run is None or run.kind != RunKind.CSV or not runs.has_view_permission(request, run):
        raise Http404
    return run


def _show_preview(runs: Any, request: HttpRequest, run: Run, form: OptionsForm | None = None) -> HttpResponse:
    chosen = options_of(run)
    initial = {"mode": chosen.mode, "create_categories": chosen.create_categories, "default_category": chosen.default_category}
    try:
        shown = preview(run)
    except NotReadable as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(runs.object_url(run))
    wanted = run.counts.get(PLANNED[CREATED], 0) + run.counts.get(PLANNED[UPDATED], 0)
    return runs.own_page(
        request, "products_and_services/import_preview.html", "Before the import",
        run=run, file=run.params.get("file", ""), shown=shown, wanted=wanted, may_start=runs.has_edit_permission(request, run),
        cards=[(CARDS.get(name, name), run.counts[name], TONES.get(name, "grey")) for name in PLANNED.values() if name in run.counts],
        rows=[_row(verdict) for verdict in shown.verdicts],
        issues=failed_issues(run)[:ISSUES_SHOWN], more_issues=max(failed_issues(run).count() - ISSUES_SHOWN, 0),
        form=form or OptionsForm(initial=initial, tenant=run.tenant), page_tools=_tools(runs, run, request),
        start_url=runs.object_url(run, "start"),
    )  # fmt: skip


def _row(verdict: Verdict) -> dict[str, Any]:
    return {
        "number": verdict.row.number, "badge": render_badge(BADGES[verdict.outcome]), "subject": verdict.subject,
        "changes": verdict.changes, "problems": [*verdict.problems, *verdict.notes], "is_new": getattr(verdict.entity, "pk", None) is None,
    }  # fmt: skip


def _tools(runs: Any, run: Run, request: HttpRequest) -> list[Tool]:
    products = site._registry[Product]
    tools = [Tool("Another file", reverse(products.url_name("import")), "arrow_back"), Tool("The run", runs.object_url(run), "list_alt")]
    if run.counts.get(FAILED):
        tools.append(Tool("Download the rows with errors", runs.object_url(run, "failed"), "download"))
    if run.is_open and runs.has_edit_permission(request, run):
        question = "Forget this file? Nothing of it was written."
        tools.append(Tool("Cancel", runs.object_url(run, "cancel"), "cancel", post=True, confirm=question))
    return tools


def start_page(runs: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """POST from the preview: starts the import, or checks again with other choices."""
    run = import_run(runs, request, object_id)
    if request.method != "POST" or not runs.has_edit_permission(request, run):
        raise Http404
    form = OptionsForm(request.POST, tenant=run.tenant)
    if not form.is_valid():
        messages.error(request, "Please choose again: " + " ".join(str(text) for texts in form.errors.values() for text in texts))
        return HttpResponseRedirect(runs.object_url(run, "preview"))
    if "again" in request.POST:
        done, page, words = check_again(run, form.options()), "preview", ""
    else:
        done, page, words = confirm_import(run, form.options()), "change", "The import has started. This page shows how far it is."
    if not done:
        messages.warning(request, "This import does not wait for a start any more.")
    elif words:
        messages.success(request, words)
    return HttpResponseRedirect(runs.object_url(run, page if done else "change"))
