"""Removing a shop: what happens to its products is asked, and said, before anything is done."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html

from common.admin import Tool
from integrations.admin.links import products_of, run_page
from integrations.connecting.connections import remove_connection
from integrations.models import RefKind, StoreConnection
from integrations.providers import adapter_class
from operations.models import Run
from products_and_services.edits import edit_products

KEEP, STOP = "keep", "stop"


class RemovalForm(forms.Form):
    """What becomes of the products."""

    products = forms.ChoiceField(
        label="Its products", initial=KEEP, widget=forms.RadioSelect, error_messages={"required": "Choose what becomes of the products."},
        choices=[(KEEP, "Keep them as they are. They stay on sale, and are changed only here from now on."),
                 (STOP, "Make them inactive. They are hidden at Meta and in the chat; “Activate” brings them back.")],
    )  # fmt: skip


class DeletePage:
    """Mixed into the admin page of StoreConnection."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Shops are removed one by one: each asks about its products."""
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        actions.pop("delete_selected", None)
        return actions

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """GET says what would happen; POST does it."""
        connection = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if connection is None or not self.has_delete_permission(request, connection):  # type: ignore[attr-defined]
            raise Http404
        form = RemovalForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._remove(request, connection, form.cleaned_data["products"])
        active = _products(connection).filter(product__is_active=True).count()
        return self.own_page(
            request, "integrations/remove.html", f"Remove {connection}?",
            connection=connection, form=form, products=_products(connection).count(), active=active, questions=connection.open_questions,
            keys_at=adapter_class(connection.provider).keys_at,
            products_url=products_of(connection), back_url=self.object_url(connection),  # type: ignore[attr-defined]
            page_tools=[Tool("Back to the shop", self.object_url(connection), "arrow_back")],  # type: ignore[attr-defined]
        )  # fmt: skip

    def _remove(self, request: HttpRequest, connection: StoreConnection, choice: str) -> HttpResponse:
        name, run = str(connection), None
        with transaction.atomic():
            if choice == STOP:
                ids = list(_products(connection).values_list("product_id", flat=True))
                run = edit_products(connection.tenant, ids, {"is_active": False}, f"made inactive, as the shop {name} was removed")
            remove_connection(connection)
        self.message_user(request, f"The shop {name} was removed. {_became(choice, run)}")  # type: ignore[attr-defined]
        if run is not None:
            link = format_html('<a class="undo-link" href="{}">See which products, or undo it</a>', run_page(run))
            self.message_user(request, link)  # type: ignore[attr-defined]
        return HttpResponseRedirect(self.list_url())  # type: ignore[attr-defined]


def _products(connection: StoreConnection) -> Any:
    """The identities of the shop's products."""
    return connection.refs.filter(kind=RefKind.PRODUCT)


def _became(choice: str, run: Run | None) -> str:
    if choice == KEEP:
        return "Its products stay as they are."
    if run is None:
        return "None of its products was active."
    return "Its products are being made inactive." if run.is_open else "Its products are inactive now."
