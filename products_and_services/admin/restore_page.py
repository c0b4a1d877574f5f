"""The page "Restore this version": first what would change, field by field, then the doing."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from common.admin import site
from products_and_services.models import Product, Revision
from products_and_services.undo.restore import STOCK, NotRestorable, Restoration, preview_restore, restore_version
from products_and_services.undo.words import describe_problems, describe_steps


def restore_page(model_admin: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    """GET shows, POST restores and goes to the product."""
    revision = model_admin.get_object(request, str(object_id))
    if revision is None or not model_admin.has_edit_permission(request, revision):
        raise Http404("No such revision.")
    context: dict[str, Any] = {}
    try:
        if request.method == "POST":
            return _restored(model_admin, request, restore_version(revision, keep={STOCK} if request.POST.get("keep_stock") else ()))
        found = preview_restore(revision)
        context = {"found": found, "differences": describe_steps(found.steps), "problems": describe_problems(found.problems)}
    except NotRestorable as refused:
        context = {"refused": str(refused)}
    back = _back(revision, model_admin)
    return model_admin.own_page(request, "products_and_services/restore.html", "Restore a version", **back, **context)


def _restored(model_admin: Any, request: HttpRequest, done: Restoration) -> HttpResponse:
    moment = f"{done.revision.created_at:%Y-%m-%d %H:%M}"
    back = f"{done.name} is back, with its old number {done.product_id}."
    words = f"{done.name} is as it was on {moment} (UTC)." if done.exists else back
    model_admin.message_user(request, words if done.steps else "Nothing had to be changed.", messages.SUCCESS)
    for line in describe_problems(done.problems):
        model_admin.message_user(request, f"Left as it is: {line}", messages.WARNING)
    there = Product.objects.filter(pk=done.product_id, tenant=done.revision.tenant_id).first()
    return HttpResponseRedirect(site._registry[Product].object_url(there) if there else model_admin.list_url())


def _back(revision: Revision, model_admin: Any) -> dict[str, str]:
    if Product.objects.filter(pk=revision.product_id, tenant=revision.tenant_id).exists():
        address = reverse("admin:products_and_services_product_revisions", args=[revision.product_id])
        return {"back_title": "Back to the history", "back_url": address}
    return {"back_title": "Back to the history of changes", "back_url": model_admin.list_url()}
