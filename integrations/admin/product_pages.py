"""What the buttons and actions about shops on product pages do."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from common.admin import CheckboxesWidget
from common.admin.access import allows
from integrations.admin.links import run_page
from integrations.admin.lock_words import WORDS, name_words
from integrations.deciding.locks import lock_fields
from integrations.models import ExternalRef, RefKind
from integrations.records import LOCKABLE
from integrations.runs import AlreadyRunning, NotReady, start_import, triggered
from products_and_services.admin.run_rollback import undo_link
from products_and_services.edits import as_run, ids_by_tenant

LOCK, UNLOCK = "lock", "unlock"


def refs_with_shop() -> QuerySet[ExternalRef]:
    """Identities of products with their shops, without the shops' keys."""
    return ExternalRef.objects.filter(kind=RefKind.PRODUCT).select_related("connection").defer("connection__credentials")


def look_again_view(page: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """POST: the shop is asked about this one product now, and everything that is not locked becomes as it is there."""
    product = page.posted(request, object_id)
    ref = refs_with_shop().select_related("connection__tenant").filter(product=product).first()
    if ref is None or not allows(request, "integrations:manage"):
        raise Http404
    try:
        run = triggered(lambda: start_import(ref.connection, only_ids=[ref.external_id], full=True))
    except AlreadyRunning as error:
        page.message_user(request, str(error), messages.WARNING)
        return HttpResponseRedirect(run_page(error.run))
    except NotReady as error:
        page.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(page.object_url(product))
    return HttpResponseRedirect(run_page(run))


def keep_view(page: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """POST from “Keep mine”: locks the named fields of one product."""
    product = page.posted(request, object_id)
    names = [name for name in request.POST.getlist("names") if name in LOCKABLE]
    if names:
        lock_fields(product.tenant_id, [product.pk], names)
        verb = "is" if len(names) == 1 else "are"
        page.message_user(request, f"{name_words(names)} of “{product.name}” {verb} locked: the shop no longer changes it.")
    return page.came_from(request, product)


class LocksForm(forms.Form):
    """Which fields, and which way."""

    names = forms.MultipleChoiceField(
        label="Which fields", choices=list(WORDS.items()), widget=CheckboxesWidget, error_messages={"required": "Tick at least one field."}
    )
    way = forms.ChoiceField(choices=[(LOCK, "Lock"), (UNLOCK, "Unlock")])


def choose_locks(page: Any, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
    """The action's own page: asks, then locks or unlocks as one run that can be rolled back."""
    form = LocksForm(request.POST if "way" in request.POST else None)
    if form.is_valid():
        _lock_selected(page, request, queryset, form.cleaned_data["names"], locked=form.cleaned_data["way"] == LOCK)
        return None
    return page.own_page(
        request, "integrations/locks.html", "Lock or unlock fields",
        form=form, number=queryset.count(), ids=request.POST.getlist(ACTION_CHECKBOX_NAME), box=ACTION_CHECKBOX_NAME,
        across=request.POST.get("select_across", "0"), back_url=request.get_full_path(),
    )  # fmt: skip


def _lock_selected(page: Any, request: HttpRequest, queryset: QuerySet, names: list[str], *, locked: bool) -> None:
    words = f"{name_words(names)} {'locked' if locked else 'unlocked'}"
    for tenant, ids in ids_by_tenant(queryset).items():
        with as_run(tenant, total=len(ids), what=f"changed: {words}") as run, transaction.atomic():
            changed = lock_fields(tenant.pk, ids, names, locked=locked)
        text = f"{words} for {changed} product{'' if changed == 1 else 's'}. "
        page.message_user(request, text + undo_link(run) if changed else f"{words}: that was so already.", messages.SUCCESS)
