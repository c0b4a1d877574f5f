"""Pages of an import's run: what would come (a dry run's result), what would become inactive, and the buttons to go on."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from common.admin import Banner, Tool
from common.admin.access import allows
from integrations.admin.gone import gone_products
from integrations.admin.links import run_page
from integrations.admin.lock_words import WORDS
from integrations.admin.preview_words import cards_of, groups_of
from integrations.admin.run_facts import pace_words, show_steps
from integrations.admin.words import progress_bar
from integrations.links import connection_url
from integrations.models import StoreConnection
from integrations.runs import (
    AlreadyRunning,
    NotConfirmable,
    NotReady,
    confirm_removals,
    connection_of,
    is_import,
    preview_of,
    refusal,
    resume,
    retry_failed,
    triggered,
)
from integrations.runs.orders import order_of
from operations.background import try_now
from operations.models import Run, RunIssue, RunStatus

ISSUES_SHOWN = 20
SHOWN = 200


def _import_run(runs: Any, request: HttpRequest, object_id: str, *, to_change: bool = False) -> Run:
    """The import in sight of this person, else Http404. to_change: a POST of somebody who may manage shops."""
    run = runs.get_object(request, object_id)
    if run is None or not is_import(run) or not runs.has_view_permission(request, run):
        raise Http404
    if to_change and (request.method != "POST" or not allows(request, "integrations:manage")):
        raise Http404
    return run


# --- what would come --------------------------------------------------------------------------------------------------------------
def coming_page(runs: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """What an import would do, product by product; while the dry run is at work, how far it is."""
    run = _import_run(runs, request, object_id)
    if not order_of(run).dry_run:
        return HttpResponseRedirect(runs.object_url(run))
    connection = connection_of(run)
    found, may = preview_of(run), allows(request, "integrations:manage")
    back = [Tool("Back to the shop", connection_url(connection.pk), "arrow_back")] if connection else []
    return runs.own_page(
        request, "integrations/coming.html", "What would come",
        run=run, connection=connection, state=runs.state(run), steps=show_steps(run, connection),
        progress=progress_bar(run), pace=pace_words(run),
        sentence=found.sentence(), cards=cards_of(found), groups=groups_of(found), more=found.more,
        issues=[_remark(issue) for issue in run.issues.all()[:ISSUES_SHOWN]], more_issues=max(run.issues.count() - ISSUES_SHOWN, 0),
        stopped=run.status in (RunStatus.FAILED, RunStatus.CANCELLED), page_banners=_why_not(connection),
        page_tools=[*back, Tool("The run", runs.object_url(run), "list_alt"), *_stop_tools(runs, request, run)],
        start=_start_url(connection) if may and run.status == RunStatus.COMPLETED else "",
    )  # fmt: skip


def _remark(issue: RunIssue) -> dict[str, str]:
    return {"subject": issue.subject, "field": WORDS.get(issue.field, issue.field.replace("_", " ")), "message": issue.message}


def _why_not(connection: StoreConnection | None) -> list[Banner]:
    why = refusal(connection) if connection else "The shop was removed."
    return [Banner("orange", "Nothing can be imported now.", why)] if why else []


def _start_url(connection: StoreConnection | None) -> str:
    if connection is None or refusal(connection):
        return ""
    return reverse("admin:integrations_storeconnection_import_now", args=[connection.pk])


def _stop_tools(runs: Any, request: HttpRequest, run: Run) -> list[Tool]:
    if not run.is_open or not runs.has_edit_permission(request, run):
        return []
    return [Tool("Cancel", runs.object_url(run, "cancel"), "cancel", post=True, confirm="Stop looking? Nothing was written.")]


# --- what would become inactive -----------------------------------------------------------------------------------------------------
def removals_page(runs: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """GET: which products are no longer in the shop. POST: a person says yes, and the import goes on."""
    run = _import_run(runs, request, object_id, to_change=request.method == "POST")
    if run.status != RunStatus.NEEDS_CONFIRMATION:
        if request.method == "POST":
            runs.message_user(request, "The import does not wait for an answer any more.", "warning")
        return HttpResponseRedirect(runs.object_url(run))
    if request.method == "POST":
        return _confirm(runs, request, run)
    products, number = gone_products(run, SHOWN)
    may_cancel, cancel = runs.has_edit_permission(request, run), runs.object_url(run, "cancel")
    return runs.own_page(
        request, "integrations/removals.html", "No longer in the shop",
        run=run, products=products, number=number, more=max(number - len(products), 0), may=allows(request, "integrations:manage"),
        may_cancel=may_cancel, cancel_url=cancel, page_banners=_why_not(connection_of(run)),
        page_tools=[Tool("Back to the run", runs.object_url(run), "arrow_back")],
    )  # fmt: skip


def _confirm(runs: Any, request: HttpRequest, run: Run) -> HttpResponse:
    try:
        confirm_removals(run)
    except NotConfirmable as error:
        runs.message_user(request, str(error), "error")
    else:
        runs.message_user(request, "Confirmed. The import goes on, and these products become inactive.")
    return HttpResponseRedirect(runs.object_url(run))


# --- going on -----------------------------------------------------------------------------------------------------------------------
def resume_view(runs: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """POST: a new run does the rest of one that failed or was cancelled."""
    return _go_on(runs, request, object_id, resume)


def retry_view(runs: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """POST: a new run about the products with issues."""
    return _go_on(runs, request, object_id, retry_failed)


def _go_on(runs: Any, request: HttpRequest, object_id: str, begin: Callable[[Run], Run]) -> HttpResponse:
    run = _import_run(runs, request, object_id, to_change=True)
    try:
        following = triggered(lambda: begin(run))
    except AlreadyRunning as error:
        runs.message_user(request, str(error), "warning")
        return HttpResponseRedirect(run_page(error.run))
    except NotReady as error:
        runs.message_user(request, str(error), "error")
        return HttpResponseRedirect(runs.object_url(run))
    return HttpResponseRedirect(run_page(following, "coming" if order_of(following).dry_run else "change"))


def try_now_view(runs: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """POST: a run that waits for the shop is taken up at once."""
    run = _import_run(runs, request, object_id, to_change=True)
    freed = try_now(run)
    runs.message_user(request, "It is tried now." if freed else "The import does not wait any more.")
    return HttpResponseRedirect(runs.object_url(run))
