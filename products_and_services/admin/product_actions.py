"""Bulk actions of the product list: each calls one service per business and says how many products it changed."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst

from common.admin import action
from products_and_services.services import change_products


def change_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet, values: dict[str, Any], words: str) -> None:
    """Sets the columns on the selected products and reports: "12 products activated, 3 were so already."."""
    by_tenant: dict[Any, list[int]] = defaultdict(list)
    for tenant_id, pk in queryset.order_by("pk").values_list("tenant_id", "pk"):
        by_tenant[tenant_id].append(pk)
    changed = sum(change_products(tenant_id, ids, values) for tenant_id, ids in by_tenant.items())
    unchanged = sum(map(len, by_tenant.values())) - changed
    counted = f"{changed} product{'' if changed == 1 else 's'} {words}"
    rest = f", {unchanged} {'was' if unchanged == 1 else 'were'} so already" if unchanged else ""
    model_admin.message_user(request, capfirst(f"{counted}{rest}."), messages.SUCCESS if changed else messages.INFO)


class ProductActions:
    """Mixed into ProductAdmin."""

    actions: Sequence[str] = ("activate", "deactivate", "sync_on", "sync_off", "sold_out", "available_again")

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
