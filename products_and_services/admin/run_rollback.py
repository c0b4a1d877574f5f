"""What this room adds to a run's page: "Roll back", its preview, who rolled the run back or what it rolls back, and where products are."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin import Banner, Extension, Tool, extend, site
from operations.admin.runs import name_product_page
from operations.models import Run, RunKind
from products_and_services.undo.rollback import NotRollable, preview_rollback, refusal, rollbacks_of, rolled_back_by, start_rollback
from products_and_services.undo.words import describe_steps, problem_lines

MOST_SHOWN = 40


def product_url(product_id: int) -> str:
    """The page of a product, for what a run says about it."""
    return reverse("admin:products_and_services_product_change", args=[product_id])


def rollback_url(run: Run) -> str:
    """Where one rolls a run back: the preview."""
    return reverse("admin:operations_run_rollback", args=[run.pk])


def undo_link(run: Run) -> SafeString:
    """ "Undo" as a link, for messages about a bulk edit."""
    return format_html('<a class="undo-link" href="{}">Undo</a>', rollback_url(run))


class RollbackExtension(Extension):
    """Added to Run: operations itself does not know what runs change."""

    def get_urls(self, model_admin: Any) -> list[Any]:
        return [model_admin.page("<path:object_id>/rollback/", partial(rollback_page, model_admin), "rollback")]

    def tools(self, request: HttpRequest, obj: Run) -> list[Tool]:
        page = site._registry[Run]
        if not page.has_edit_permission(request, obj) or refusal(obj):
            return []
        return [Tool("Roll back the rest" if rolled_back_by(obj) else "Roll back", rollback_url(obj), "undo")]

    def banners(self, request: HttpRequest, obj: Run | None = None) -> list[Banner]:
        if obj is None:
            return []
        page = site._registry[Run]
        found = []
        if obj.kind == RunKind.ROLLBACK and obj.params.get("rolls_back"):
            source = Run.objects.for_tenant(obj.tenant_id).filter(pk=obj.params["rolls_back"]).first()
            if source is not None:
                found.append(Banner("blue", f"Rolls back: {source}", tools=[Tool("Open that run", page.object_url(source), "history")]))
        by = rolled_back_by(obj) or next((other for other in rollbacks_of(obj) if other.is_open), None)
        if by is not None:
            title = "Is being rolled back" if by.is_open else "Rolled back"
            tools = [Tool("Open the rollback", page.object_url(by), "undo")]
            found.append(Banner("orange", f"{title} by {by.started_by or 'the system'} ({by})", tools=tools))
        return found


def rollback_page(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """GET shows what a rollback would do; POST starts it and goes to its run."""
    run = model_admin.get_object(request, object_id)
    if run is None or not model_admin.has_edit_permission(request, run):
        raise Http404("No such run.")
    overwrite = bool((request.POST if request.method == "POST" else request.GET).get("overwrite"))
    if request.method == "POST":
        return _started(model_admin, request, run, overwrite)
    found = preview_rollback(run, overwrite=overwrite)
    return model_admin.own_page(
        request, "products_and_services/rollback.html", "Roll a run back",
        run=run, found=found, refused=refusal(run), overwrite=overwrite,
        differences=describe_steps(found.steps[:MOST_SHOWN]), names=True, more=max(len(found.steps) - MOST_SHOWN, 0),
        problems=problem_lines(found.problems[:MOST_SHOWN]), more_problems=max(len(found.problems) - MOST_SHOWN, 0),
        back_url=model_admin.object_url(run), back_title="Back to the run",
    )  # fmt: skip


def _started(model_admin: Any, request: HttpRequest, run: Run, overwrite: bool) -> HttpResponse:
    try:
        rollback = start_rollback(run, overwrite=overwrite)
    except NotRollable as refused:
        model_admin.message_user(request, str(refused), messages.ERROR)
        return HttpResponseRedirect(model_admin.object_url(run))
    model_admin.message_user(request, "The rollback is queued. This page shows how far it is.", messages.SUCCESS)
    return HttpResponseRedirect(model_admin.object_url(rollback))


extend(Run, RollbackExtension)
name_product_page(product_url)
