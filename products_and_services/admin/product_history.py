"""The history of one product in words: what changed, from what to what, by whom or which run; and the way back to each version."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst

from common.admin.access import allows
from products_and_services.models import Revision
from products_and_services.undo.versions import ends_of_edits
from products_and_services.undo.words import category_names, lines_of

PER_PAGE = 50


def history_page(model_admin: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    """One page of revisions, newest first."""
    product = model_admin.get_object(request, str(object_id))
    if product is None or not model_admin.has_view_permission(request, product):
        raise Http404("No such product.")
    rows = Revision.objects.for_tenant(product.tenant_id).filter(product_id=product.pk)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("p"))
    return model_admin.own_page(
        request, "products_and_services/history.html", f"History of {product.name}",
        product=product, product_url=model_admin.object_url(product), page=page,
        entries=_with_restore_links(request, rows, list(page.object_list)),
    )  # fmt: skip


def _with_restore_links(request: HttpRequest, rows: QuerySet[Revision], shown: list[Revision]) -> list[dict[str, Any]]:
    """A version can be had back where an edit ended; the newest is the present one."""
    entries = describe(shown)
    if shown and allows(request, "catalog:edit"):
        newer = rows.filter(pk__gt=shown[0].pk).order_by("pk").first()
        ends = ends_of_edits(shown, newer) - ({shown[0].pk} if newer is None else set())
        for entry in entries:
            if entry["revision"].pk in ends:
                entry["restore_url"] = reverse("admin:products_and_services_revision_restore", args=[entry["revision"].pk])
    return entries


def describe(revisions: list[Revision]) -> list[dict[str, Any]]:
    """The revisions as a template draws them: {"revision", "what", "restored", "run_url", "lines": [(field, old, new)]}.

    Two queries at most. restored: the moment of the version that was brought back, or None.
    """
    categories = category_names(revision.changes for revision in revisions)
    sources = {revision.restores for revision in revisions if revision.restores}
    moments = dict(Revision.objects.filter(pk__in=sources).values_list("pk", "created_at")) if sources else {}
    return [
        {
            "revision": revision,
            "what": f"{capfirst(revision.entity)} {revision.action}",
            "restored": moments.get(revision.restores),
            "run_url": _run_url(revision),
            "lines": lines_of(revision.entity, revision.changes, categories),
        }
        for revision in revisions
    ]


def _run_url(revision: Revision) -> str:
    try:
        return reverse("admin:operations_run_change", args=[revision.run_id]) if revision.run_id else ""
    except NoReverseMatch:
        return ""
