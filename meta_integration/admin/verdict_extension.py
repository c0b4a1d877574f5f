"""What Meta thinks of a product, on the product's pages: column "At Meta", filters by both sides, section, and "Ask Meta"."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.admin import Extension, action, display, extend, live_cell
from meta_integration.admin import product_pages
from meta_integration.admin.filters import MetaStateFilter, OurStateFilter
from meta_integration.admin.words import show_advice, show_meta_state, show_moment
from meta_integration.ask_meta import ask_about_selected
from meta_integration.said import Said, items_of, said_about, said_of, with_said
from meta_integration.standing import OURS, is_sending, our_state
from meta_integration.status import live_status
from products_and_services.models import Product

SHORT = 120  # characters of a reason in the list


class MetaVerdict(Extension):
    """Meta's side of each product, apart from ours ("Meta Sync Status")."""

    list_display = ("at_meta",)
    list_position = 3
    list_filter = (OurStateFilter, MetaStateFilter)
    actions = ("ask_meta",)
    shown = ("our_side", "metas_side", "metas_items")
    readonly_fields = shown
    fieldsets = (("What Meta says", {"fields": shown, "classes": ["meta-section"]}),)

    def get_queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return with_said(rows)

    @display(description="At Meta")
    @live_cell
    def at_meta(self, product: Product) -> SafeString:
        """Live: the worst of its items, and below it the first reason."""
        said = said_of(product)
        note = said.note if len(said.note) <= SHORT else f"{said.note[: SHORT - 1]}…"
        badge = show_meta_state(said.state)
        return format_html('{} <span class="meta-note">{}</span>', badge, note) if note else badge

    @display(description="Our side")
    @live_cell
    def our_side(self, product: Product) -> str:
        """Live: not sent, queued, sending, sent, or needs help."""
        sending = any(is_sending(item) for item in items_of(product))
        return OURS[our_state(live_status(product), sending=sending)]

    @display(description="Meta's side")
    @live_cell
    def metas_side(self, product: Product) -> SafeString:
        """Live: the worst of its items, and when Meta was asked."""
        said = said_of(product)
        if said.state is None:
            return format_html("{}", "Nothing of it is shown.")
        asked = show_moment(said.asked_at, product.tenant, "no answer about this version yet")
        return format_html("{} asked: {}", show_meta_state(said.state), asked)

    @display(description="Reasons")
    @live_cell
    def metas_items(self, product: Product) -> SafeString:
        """Live: each item with Meta's words and what to do."""
        rows = [(item.retailer_id, show_meta_state(said.state), show_advice(said)) for item, said in _sayings(product)]
        listed = format_html_join("", "<li><strong>{}</strong> {} {}</li>", rows)
        return format_html('<ul class="meta-items">{}</ul>', listed) if rows else format_html("{}", "—")

    @action(description="Ask Meta", permissions=["view"])
    def ask_meta(self, model_admin: Any, request: HttpRequest, queryset: QuerySet) -> None:
        """Reads back what Meta thinks of the selected products."""
        model_admin.message_user(request, ask_about_selected(queryset).sentence())

    def get_urls(self, model_admin: Any) -> list[Any]:
        return [model_admin.page("<path:object_id>/ask-meta/", partial(product_pages.ask_view, model_admin), "ask_meta")]


def _sayings(product: Product) -> list[tuple[Any, Said]]:
    pairs = [(item, said_about(item)) for item in items_of(product)]
    return [(item, said) for item, said in pairs if said.state is not None]


extend(Product, MetaVerdict)
