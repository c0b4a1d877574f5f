"""Bulk actions of the product list: each calls one service per business and says how many products it changed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from common.admin import action, site
from operations.models import Run
from products_and_services.admin.run_rollback import undo_link
from products_and_services.edits import as_run, edit_products, ids_by_tenant


def change_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet, values: dict[str, Any], words: str) -> None:
    """Sets the columns on the selected products and reports per business: "12 products activated, 3 were so already. Undo"."""
    for tenant, ids in ids_by_tenant(queryset).items():
        run = edit_products(tenant, ids, values, words)
        if run is None:
            model_admin.message_user(request, f"Nothing to change: {_counted(len(ids))} {_were(len(ids))} so already.", messages.INFO)
        elif run.is_open:
            page = site._registry[Run].object_url(run)
            link = format_html('<a class="undo-link" href="{}">See how far it is</a>', page)
            text = format_html("{} are changed in the background. {}", _counted(len(ids)), link)
            model_admin.message_user(request, text, messages.SUCCESS)
        else:
            rest = run.counts["unchanged"]
            already = f", {rest} {_were(rest)} so already" if rest else ""
            text = format_html("{} {}{}. {}", _counted(run.counts["changed"]), words, already, undo_link(run))
            model_admin.message_user(request, text, messages.SUCCESS)


def delete_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet) -> None:
    """Deletes the products as a run per business, so that they can be had back together."""
    for tenant, ids in ids_by_tenant(queryset).items():
        with as_run(tenant, total=len(ids), what="deleted") as run, transaction.atomic():
            queryset.model.objects.filter(pk__in=ids).delete()
        if run.pk is not None:
            model_admin.message_user(request, format_html("Deleted by mistake? {}", undo_link(run)), messages.SUCCESS)


def _counted(number: int) -> str:
    return f"{number} product{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


class ProductActions:
    """Mixed into ProductAdmin."""

    actions: Sequence[str] = ("activate", "deactivate", "sync_on", "sync_off", "sold_out", "available_again")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        """ "Delete selected": a run, too."""
        delete_selected(self, request, queryset)

    @action(description="Activate", permissions=["edit"])
    def activate(self, request: HttpRequest, queryset: QuerySet) -> None:
        """On sale again."""
        change_selected(self, request, queryset, {"is_active": True}, "activated")

    @action(description="Deactivate (hidden at Meta)", permissions=["edit"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Off sale, kept here."""
        change_selected(self, request, queryset, {"is_active": False}, "deactivated")

    @action(description="Switch Meta sync on", permissions=["edit"])
    def sync_on(self, request: HttpRequest, queryset: QuerySet) -> None:
        """May go to Meta."""
        change_selected(self, request, queryset, {"sync_to_meta": True}, "switched on for Meta")

    @action(description="Switch Meta sync off", permissions=["edit"])
    def sync_off(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Kept away from Meta."""
        change_selected(self, request, queryset, {"sync_to_meta": False}, "switched off for Meta")

    @action(description="Mark as sold out today", permissions=["edit"])
    def sold_out(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Out of stock at Meta until marked available."""
        change_selected(self, request, queryset, {"is_available": False}, "marked as sold out")

    @action(description="Mark as available again", permissions=["edit"])
    def available_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Ends "sold out today"."""
        change_selected(self, request, queryset, {"is_available": True}, "marked as available")
