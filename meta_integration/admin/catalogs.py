"""What was sent and where: category catalogs, items with their last call, batches. Evidence to filter and to send again."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin import (
    Badge,
    Banner,
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
    SimpleListFilter,
    TenantModelAdmin,
    Tool,
    action,
    display,
    live_cell,
    register,
    render_badge,
    render_moment,
    site,
)
from common.redaction import redact
from meta_integration.admin.filters import ItemMetaStateFilter
from meta_integration.admin.pause_banner import pause_banners
from meta_integration.admin.product_pages import pretty
from meta_integration.admin.words import badge_of, show_advice, show_meta_state
from meta_integration.ask_meta import ask_about_selected
from meta_integration.catalog.summary import status_of
from meta_integration.models import CatalogBatch, CatalogItem, CategoryCatalog, ItemState
from meta_integration.remedies import remedy_for_code
from meta_integration.resend import resend_selected
from meta_integration.said import said_about
from products_and_services.models import Product


@register(CategoryCatalog)
class CategoryCatalogAdmin(TenantModelAdmin):
    """Categories that go to a catalog of their own."""

    view_scope, edit_scope = "integrations:view", "integrations:manage"
    nav_group, nav_icon, nav_order = "Meta", "account_tree", 35
    list_display = ("category", "catalog")
    list_select_related = ("category", "catalog__tenant")
    fieldsets = (
        (
            None,
            {
                "fields": ("category", "catalog"),
                "description": "Customers on WhatsApp see product messages of one catalog only: the one connected to the WhatsApp account. "
                "Products in other catalogs are shown as lists in the chat.",
            },
        ),
    )
    empty_hint = "Everything goes to the default catalog. Add an entry to send a category, with all below it, to another one."


class WaitingFilter(SimpleListFilter):
    """Waiting for a call, or settled."""

    title = "waiting"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Waiting"), ("no", "Settled")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        settled = Q(mark=F("done"))
        return queryset.filter(settled if self.value() == "no" else ~settled) if self.value() in ("yes", "no") else queryset


@register(CatalogItem)
class CatalogItemAdmin(TenantModelAdmin):
    """One line per item at Meta, with the last call. Also items whose product is gone, for example deletes that failed."""

    tenant_lookup = "catalog__tenant"
    can_add = can_change = can_delete = False
    nav_group, nav_icon, nav_order = "Meta", "inventory", 30
    list_display = ("retailer_id", "name", "shown_state", "at_meta", "attempts", "next_try", "error", "tried")
    list_filter = (("state", ChoicesDropdownFilter), ItemMetaStateFilter, WaitingFilter, "error_code", ("catalog", RelatedDropdownFilter))
    search_fields = ("retailer_id", "name", "meta_id", "last_error")
    list_select_related = ("catalog", "verdict")
    actions = ("send_again", "ask_meta")
    readonly_fields = (
        "shown_state", "at_meta", "asked", "since", "reasons", "next_try", "error", "what_to_do", "tried", "succeeded", "call", "answer",
        "product",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("retailer_id", "name", "product", "shown_state", "error", "what_to_do", "attempts", "next_try")}),
        ("What Meta says", {"fields": ("at_meta", "reasons", "asked", "since")}),
        ("At Meta", {"fields": ("catalog", "meta_id", "tried", "succeeded", "error_code", "fbtrace_id", "call", "answer")}),
    )
    empty_hint = "Items appear here when products are prepared for Meta."

    @display(description="State", ordering="state")
    @live_cell
    def shown_state(self, item: CatalogItem) -> SafeString:
        """Live."""
        if item.state == ItemState.GONE and not item.is_waiting:
            return render_badge(Badge("grey", "○ Deleted"))
        columns = {"state": item.state, "mark": item.mark, "done": item.done, "catalog_id": item.catalog_id}
        if item.state == ItemState.GONE:
            return render_badge(Badge("blue", "↻ Syncing"))
        return render_badge(badge_of(status_of(columns, set()), item.attempts))

    @display(description="At Meta")
    @live_cell
    def at_meta(self, item: CatalogItem) -> SafeString:
        """Live: Meta's side, and below it the first reason."""
        said = said_about(item)
        badge = show_meta_state(said.state)
        return format_html('{} <span class="meta-note">{}</span>', badge, said.note) if said.note else badge

    @display(description="Reasons")
    @live_cell
    def reasons(self, item: CatalogItem) -> SafeString:
        """Live: Meta's words and what to do."""
        return show_advice(said_about(item)) or format_html("{}", "None")

    @display(description="Asked")
    def asked(self, item: CatalogItem) -> SafeString:
        """How long ago Meta answered about the version it has now."""
        return render_moment(said_about(item).asked_at, "not yet about this version")

    @display(description="Says so since")
    def since(self, item: CatalogItem) -> SafeString:
        """Since when the answer is the same."""
        return render_moment(said_about(item).changed_at)

    @display(description="Next attempt", ordering="next_attempt_at")
    @live_cell
    def next_try(self, item: CatalogItem) -> SafeString:
        """Live."""
        return render_moment(item.next_attempt_at if item.is_waiting else None)

    @display(description="Last error")
    @live_cell
    def error(self, item: CatalogItem) -> SafeString:
        """Live: Meta's words."""
        return format_html('<span class="meta-note">{}</span>', item.last_error) if item.last_error else format_html("{}", "—")

    @display(description="What to do")
    def what_to_do(self, item: CatalogItem) -> str:
        """In words, by code."""
        troubled = item.state in (ItemState.RETRY, ItemState.FAILED, ItemState.REJECTED)
        remedy = remedy_for_code(item.error_code) if troubled and item.last_error else None
        return f"{remedy.meaning} {remedy.to_do}" if remedy else "Nothing."

    @display(description="Last attempt", ordering="last_attempt_at")
    def tried(self, item: CatalogItem) -> SafeString:
        """How long ago."""
        return render_moment(item.last_attempt_at, "never")

    @display(description="Last success", ordering="last_success_at")
    def succeeded(self, item: CatalogItem) -> SafeString:
        """How long ago."""
        return render_moment(item.last_success_at, "never")

    @display(description="Last request")
    def call(self, item: CatalogItem) -> SafeString:
        """As it was sent, secrets masked."""
        return _json(item.last_request)

    @display(description="Last answer")
    def answer(self, item: CatalogItem) -> SafeString:
        """As it came, secrets masked."""
        return _json(item.last_answer)

    @display(description="Product")
    def product(self, item: CatalogItem) -> SafeString | str:
        """The way to the product, while there is one."""
        product = Product.objects.filter(pk=item.product_id, tenant=item.catalog.tenant_id).first() if item.product_id else None
        if product is None:
            return "Gone"
        return format_html('<a href="{}">{}</a>', site._registry[Product].object_url(product), product.name)

    @action(description="Send again", permissions=["edit"])
    def send_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        """A new series of attempts for the items' products."""
        ids = set(queryset.exclude(product_id=None).values_list("product_id", flat=True))
        owners = queryset.values("catalog__tenant")
        products = Product.objects.filter(pk__in=ids, tenant__in=owners).select_related("tenant")
        text = resend_selected(products, reset=True).sentence()
        gone = len(ids) - len(products)
        self.message_user(request, text + (f" {gone} belong to deleted products: “Compare with Meta now” retries those." if gone else ""))

    @action(description="Ask Meta", permissions=["view"])
    def ask_meta(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Reads back what Meta thinks of the items' products."""
        ids = queryset.exclude(product_id=None).values("product_id")
        products = Product.objects.filter(pk__in=ids, tenant__in=queryset.values("catalog__tenant")).select_related("tenant")
        self.message_user(request, ask_about_selected(products).sentence())

    def banners(self, request: HttpRequest, obj: Any = None) -> list[Banner]:
        return pause_banners(request, obj.catalog.tenant if obj else None)

    def tools(self, request: HttpRequest, obj: CatalogItem) -> list[Tool]:
        product = Product.objects.filter(pk=obj.product_id, tenant=obj.catalog.tenant_id).first() if obj.product_id else None
        return [Tool("Why is it not live?", site._registry[Product].object_url(product, "why"), "help")] if product else []


@register(CatalogBatch)
class CatalogBatchAdmin(TenantModelAdmin):
    """Batches handed to Meta and how they ended."""

    tenant_lookup = "catalog__tenant"
    view_scope, edit_scope = "integrations:view", "integrations:manage"
    can_add = can_change = can_delete = False
    nav_group, nav_icon, nav_order = "Meta", "stacks", 40
    list_display = ("opened", "catalog", "state", "size", "errors_total", "polls", "ended")
    list_filter = (("catalog", RelatedDropdownFilter), "outcome")
    search_fields = ("handle",)
    list_select_related = ("catalog__tenant",)
    readonly_fields = ("opened", "state", "size", "ended", "short_handle")
    fieldsets = ((None, {"fields": ("catalog", "state", "size", "errors_total", "polls", "opened", "ended", "outcome", "short_handle")}),)
    empty_hint = "Batches appear here when more than five items go at once."

    @display(description="State")
    @live_cell
    def state(self, batch: CatalogBatch) -> SafeString:
        """Live: waiting for Meta, done, or released after half an hour."""
        if batch.finished_at:
            return render_badge(Badge("orange", "✓ Done, with errors") if batch.errors_total else Badge("green", "✓ Done"))
        if batch.freed_at:
            return render_badge(Badge("orange", "⚠ No answer", hint="Its items were asked about one by one and released."))
        return render_badge(Badge("blue", "↻ Meta is working"))

    @display(description="Items")
    def size(self, batch: CatalogBatch) -> int:
        """How many rows it had."""
        return len(batch.rows)

    @display(description="Sent", ordering="opened_at")
    def opened(self, batch: CatalogBatch) -> SafeString:
        """How long ago."""
        return render_moment(batch.opened_at)

    @display(description="Ended", ordering="finished_at")
    def ended(self, batch: CatalogBatch) -> SafeString:
        """How long ago."""
        return render_moment(batch.finished_at)

    @display(description="Handle at Meta")
    def short_handle(self, batch: CatalogBatch) -> str:
        """Long ones break the page."""
        return batch.handle


def _json(data: dict[str, Any]) -> SafeString:
    return format_html('<pre class="meta-pre">{}</pre>', pretty(redact(data))) if data else format_html("{}", "—")
