"""Runs: progress that moves by itself, issues to read and to download, cancel."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince

from common.admin import (
    Badge,
    ChoicesDropdownFilter,
    Row,
    Section,
    TenantInline,
    TenantModelAdmin,
    Tool,
    action,
    dashboard_section,
    display,
    live_cell,
    register,
    render_badge,
    render_moment,
    render_progress,
    site,
)
from common.admin.access import allows, sees_all
from common.csv_text import csv_lines
from operations.background import SILENT_AFTER
from operations.files import file_answer, find_file
from operations.models import OPEN_STATUSES, FileRole, Run, RunIssue, RunStatus
from operations.services import cancel_run

BADGES = {
    RunStatus.QUEUED: Badge("grey", "○ Queued"),
    RunStatus.RUNNING: Badge("blue", "↻ Running"),
    RunStatus.NEEDS_CONFIRMATION: Badge("orange", "? Needs confirmation"),
    RunStatus.COMPLETED: Badge("green", "✓ Completed"),
    RunStatus.FAILED: Badge("red", "✗ Failed"),
    RunStatus.CANCELLED: Badge("grey", "○ Cancelled"),
}
GOOD_FIRST = ("synced", "created", "updated", "new", "changed", "unchanged", "skipped")


def status_badge(run: Run) -> str:
    """The state; an open run that has not moved for ten minutes says so."""
    beat = run.heartbeat_at or run.created_at
    if run.status == RunStatus.RUNNING and timezone.now() - beat > SILENT_AFTER:
        return render_badge(Badge("orange", "⚠ No news", hint="Running, but nothing was heard for ten minutes."))
    return render_badge(BADGES[RunStatus(run.status)])


def _amount(run: Run) -> str:
    """ "3 of 12"; only "3" where nobody knows beforehand how much there is."""
    return f"{run.done:,} of {run.total:,}" if run.total else f"{run.done:,}"


def progress_bar(run: Run) -> str:
    """The bar while it runs, the sum afterwards."""
    return render_progress(run.done, run.total or run.done, _amount(run) + (f" · {run.phase}" if run.phase and run.is_open else ""))


_product_pages: list[Callable[[int], str]] = []


def name_product_page(address: Callable[[int], str]) -> None:
    """The app that has the products says where the page of one is: issues lead there."""
    _product_pages[:] = [address]


class RunIssueInline(TenantInline):
    """What went wrong, fifty to a page."""

    model = RunIssue
    fields = readonly_fields = ("about", "field", "message", "code")
    can_add = can_change = can_delete_rows = False
    per_page = 50
    show_count = True
    hide_title = True

    @display(description="Subject")
    def about(self, issue: RunIssue) -> str:
        """With the way to the product; it may have been deleted since."""
        if not issue.product_id or not _product_pages:
            return issue.subject or "—"
        return format_html('<a href="{}">{}</a>', _product_pages[0](issue.product_id), issue.subject or "The product")

    def get_count(self, request: HttpRequest, obj: Run) -> int:
        """Shown beside the heading."""
        return obj.issues.count()


@register(Run)
class RunAdmin(TenantModelAdmin):
    """Runs are started elsewhere; here one watches and stops them."""

    can_add = can_change = can_delete = False
    inlines = (RunIssueInline,)
    nav_group, nav_icon, nav_order = "Operations", "sync", 10
    list_display = ("what", "state", "progress", "sums", "started_by", "begun", "took")
    list_filter = (("kind", ChoicesDropdownFilter), ("status", ChoicesDropdownFilter))
    search_fields = ("started_by", "message")
    actions = ("cancel",)
    readonly_fields = ("state", "progress", "sums", "took")
    fieldsets = (
        (None, {"fields": ("kind", "state", "progress", "sums", "message")}),
        ("When and who", {"fields": ("started_by", "created_at", "started_at", "heartbeat_at", "finished_at", "took")}),
    )
    empty_hint = "Runs appear here when products are imported, pushed to Meta or compared with it."

    class Media:
        js = ("operations/run.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("params")

    @display(description="Kind", ordering="kind")
    def what(self, run: Run) -> str:
        """The kind, and below it what upper apps know: which shop, and whether it only looked."""
        return format_html('{}<small class="second-line">{}</small>', run.get_kind_display(), " · ".join(self.notes(run)))

    def notes(self, run: Run) -> list[str]:
        """What upper apps say about a run beside its kind."""
        return [note for note in (extension.second_line(run) for extension in self.extensions) if note]

    @display(description="State", ordering="status")
    @live_cell
    def state(self, run: Run) -> str:
        """Live."""
        return status_badge(run)

    @display(description="Progress")
    @live_cell
    def progress(self, run: Run) -> str:
        """Live."""
        return progress_bar(run)

    @display(description="Result")
    @live_cell
    def sums(self, run: Run) -> str:
        """Live: "12 synced, 3 failed"."""
        known = [name for name in GOOD_FIRST if name in run.counts]
        names = [*known, *sorted(set(run.counts) - set(known))]  # PostgreSQL does not keep the order of JSON keys.
        return ", ".join(f"{run.counts[name]:,} {name.replace('_', ' ')}" for name in names) or "—"

    @display(description="Started", ordering="created_at")
    def begun(self, run: Run) -> str:
        """How long ago."""
        return render_moment(run.created_at)

    @display(description="Took")
    @live_cell
    def took(self, run: Run) -> str:
        """From the start to the end, or to now."""
        if run.started_at is None:
            return "—"
        end = run.finished_at or timezone.now()
        return f"{(end - run.started_at).seconds} s" if end - run.started_at < timedelta(minutes=1) else timesince(run.started_at, end)

    # --- cancel and download ------------------------------------------------------------------------------------------------
    @action(description="Cancel selected runs", permissions=["edit"])
    def cancel(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Bulk action; what is done stays done."""
        ended = sum(cancel_run(run) for run in queryset.filter(status__in=OPEN_STATUSES))
        self.message_user(request, f"{ended} cancelled, {queryset.count() - ended} had already ended.")

    def tools(self, request: HttpRequest, obj: Run) -> list[Tool]:
        tools = []
        if obj.is_open and self.has_edit_permission(request, obj):
            question = "Stop this run? What it has done stays done."
            tools.append(Tool("Cancel", self.object_url(obj, "cancel"), "cancel", post=True, confirm=question))
        if obj.issues.exists():
            tools.append(Tool("Download issues (CSV)", self.object_url(obj, "issues"), "download"))
        file = find_file(obj, FileRole.RESULT, timezone.now())
        if file is not None:
            title = f"Download {file.name} ({filesizeformat(file.size)})"
            tools.append(Tool(title, self.object_url(obj, "file"), "download", primary=True))
        return tools

    def get_urls(self) -> list[Any]:
        return [
            self.page("<path:object_id>/cancel/", self.cancel_view, "cancel"),
            self.page("<path:object_id>/issues.csv", self.issues_view, "issues"),
            self.page("<path:object_id>/file/", self.file_view, "file"),
            *super().get_urls(),
        ]

    def cancel_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST from the run's page."""
        run = self.posted(request, object_id)
        self.message_user(request, "Cancelled. What was done stays done." if cancel_run(run) else "The run had already ended.")
        return HttpResponseRedirect(self.object_url(run))

    def issues_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """All issues as CSV."""
        run = self.get_object(request, object_id)
        if run is None or not self.has_view_permission(request, run):
            raise Http404
        rows = run.issues.values_list("product_id", "subject", "field", "code", "message").iterator(chunk_size=500)
        lines = csv_lines(("product_id", "subject", "field", "code", "message"), rows)
        headers = {"Content-Disposition": f'attachment; filename="run-{run.pk}-issues.csv"'}
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)

    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What the run made, until it expires."""
        run = self.get_object(request, object_id)
        if run is None or not self.has_view_permission(request, run):
            raise Http404
        file = find_file(run, FileRole.RESULT, timezone.now())
        if file is None:
            raise Http404
        return file_answer(file)


@dashboard_section(order=80)
def recent_runs(request: HttpRequest) -> Section | None:
    """The five newest runs."""
    if not allows(request, "catalog:view"):
        return None
    page = cast(RunAdmin, site._registry[Run])
    named = sees_all(request)
    runs = page.get_queryset(request).select_related("tenant" if named else None)
    rows = [_run_row(page, run, named) for run in runs[:5]]
    empty = "No run yet. One starts when you push products to Meta or import a shop."
    return Section("Recent runs", rows=rows, empty=empty, more_url=page.list_url())


def _run_row(page: RunAdmin, run: Run, named: bool) -> Row:
    words = [run.get_kind_display(), *page.notes(run), *[str(run.tenant)] * named, _amount(run)]
    return Row(" · ".join(words), status_badge(run), page.object_url(run), render_moment(run.created_at))
