"""What the catalog sync adds to the product pages: column, filters, section, actions, buttons, banner."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.admin import Banner, Extension, Tool, action, display, extend, live_cell
from common.admin.access import allows
from common.retry import CATALOG_MAX_ATTEMPTS
from meta_integration.admin import product_pages
from meta_integration.admin.filters import MetaNeedFilter, MetaStatusFilter
from meta_integration.admin.pause_banner import pause_banners
from meta_integration.admin.words import show_badge, show_moment
from meta_integration.catalog.looks import look_again
from meta_integration.diagnosis import item_views
from meta_integration.models import MetaAppConfig
from meta_integration.resend import resend_selected
from meta_integration.status import live_status, why_not_sent, with_live_status
from products_and_services.models import Product, SyncStatus

MOST_PREVIEWS = 20
SHORT = 120  # characters of an error in the list


class MetaStatus(Extension):
    """Column "Meta Sync Status", section "Meta Catalog Sync Status", and what one can do about them."""

    media = Media(css={"all": ["meta_integration/meta.css"]})
    list_display = ("meta_status",)
    list_position = 2
    list_filter = (MetaStatusFilter, MetaNeedFilter)
    actions = ("sync_now", "reset_attempts", "check_pictures", "preview_payload")
    shown = (
        "meta_state", "meta_error", "meta_attempts", "meta_next", "meta_last_attempt", "meta_last_success", "meta_item_id", "meta_items"
    )  # fmt: skip
    readonly_fields = shown
    fieldsets = (("Meta Catalog Sync Status", {"fields": shown, "classes": ["meta-section"]}),)

    def get_queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return with_live_status(rows).select_related("tenant")

    # --- list ---------------------------------------------------------------------------------------------------------------
    @display(description="Meta Sync Status", ordering="meta_sync_status")
    @live_cell
    def meta_status(self, product: Product) -> SafeString:
        """Live: the badge, and below it the next attempt or the reason."""
        status = live_status(product)
        badge = show_badge(status, product.meta_sync_attempts)
        if status == SyncStatus.RETRY and product.meta_sync_next_attempt:
            moment = show_moment(product.meta_sync_next_attempt, product.tenant)
            return format_html('{} <span class="meta-note">next attempt {}</span>', badge, moment)
        note = ""
        if status in (SyncStatus.NOT_SYNCED, SyncStatus.HIDDEN):
            note = why_not_sent(product)
        elif status in (SyncStatus.REJECTED, SyncStatus.FAILED):
            note = product.meta_sync_last_error
        short = note if len(note) <= SHORT else f"{note[: SHORT - 1]}…"
        return format_html('{} <span class="meta-note">{}</span>', badge, short) if note else badge

    # --- section ------------------------------------------------------------------------------------------------------------
    @display(description="Meta Sync Status")
    @live_cell
    def meta_state(self, product: Product) -> SafeString:
        """Live: the badge, and for a product that is not sent the reason."""
        status = live_status(product)
        reason = why_not_sent(product) if status in (SyncStatus.NOT_SYNCED, SyncStatus.HIDDEN) else ""
        return format_html("{} {}", show_badge(status, product.meta_sync_attempts), reason)

    @display(description="Last Meta Sync Error")
    @live_cell
    def meta_error(self, product: Product) -> str:
        """Live: Meta's words, or what is missing."""
        return product.meta_sync_last_error or "None"

    @display(description="Attempts")
    @live_cell
    def meta_attempts(self, product: Product) -> str:
        """Live: of five."""
        return f"{product.meta_sync_attempts} of {CATALOG_MAX_ATTEMPTS}"

    @display(description="Next attempt")
    @live_cell
    def meta_next(self, product: Product) -> SafeString:
        """Live: relative and on the business's clock."""
        waits = live_status(product) == SyncStatus.RETRY
        return show_moment(product.meta_sync_next_attempt if waits else None, product.tenant, "None planned")

    @display(description="Last attempt")
    @live_cell
    def meta_last_attempt(self, product: Product) -> SafeString:
        """Live."""
        return show_moment(product.meta_sync_last_attempt, product.tenant, "Never")

    @display(description="Last success")
    @live_cell
    def meta_last_success(self, product: Product) -> SafeString:
        """Live."""
        return show_moment(product.meta_sync_last_success, product.tenant, "Never")

    @display(description="Item id at Meta")
    @live_cell
    def meta_item_id(self, product: Product) -> str:
        """Live."""
        return product.meta_catalog_item_id or "—"

    @display(description="Items at Meta")
    @live_cell
    def meta_items(self, product: Product) -> SafeString:
        """Live: each item with its state and what to do."""
        views = item_views(product)
        rows = format_html_join(
            "",
            "<li><strong>{}</strong> {} <span>{} {}</span></li>",
            ((view.item.retailer_id, show_badge(view.status, view.item.attempts), view.meaning, view.to_do) for view in views),
        )
        return format_html('<ul class="meta-items">{}</ul>', rows) if views else format_html("{}", "None yet")

    # --- actions --------------------------------------------------------------------------------------------------------------
    @action(description="Sync now", permissions=["edit"])
    def sync_now(self, model_admin: Any, request: HttpRequest, queryset: QuerySet) -> None:
        """Sends the selected products again, whatever they waited for."""
        model_admin.message_user(request, resend_selected(queryset, reset=False).sentence())

    @action(description="Reset Meta sync attempts", permissions=["edit"])
    def reset_attempts(self, model_admin: Any, request: HttpRequest, queryset: QuerySet) -> None:
        """Attempts 0, error cleared, sent again at once."""
        model_admin.message_user(request, resend_selected(queryset, reset=True).sentence())

    @action(description="Check pictures again", permissions=["edit"])
    def check_pictures(self, model_admin: Any, request: HttpRequest, queryset: QuerySet) -> None:
        """Looks at the selected products' pictures again, whatever is known of them."""
        by_tenant: dict[Any, list[int]] = {}
        for product in queryset.select_related("tenant"):
            by_tenant.setdefault(product.tenant, []).append(product.pk)
        numbers = [look_again(tenant, ids) for tenant, ids in by_tenant.items()]
        counted = [number for number in numbers if number is not None]
        model_admin.message_user(request, product_pages.look_again_words(sum(counted) if counted else None))

    @action(description="Preview payload", permissions=["view"])
    def preview_payload(self, model_admin: Any, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        """What would be sent for the selected products (the first twenty)."""
        return product_pages.payload_page(model_admin, request, list(queryset[:MOST_PREVIEWS]))

    # --- pages and buttons ------------------------------------------------------------------------------------------------------
    def get_urls(self, model_admin: Any) -> list[Any]:
        return [
            model_admin.page("<path:object_id>/why/", partial(product_pages.why_view, model_admin), "why"),
            model_admin.page("<path:object_id>/payload/", partial(product_pages.payload_view, model_admin), "payload"),
            model_admin.page("<path:object_id>/sync-now/", partial(product_pages.resend_view, model_admin, False), "sync_now"),
            model_admin.page("<path:object_id>/check-pictures/", partial(product_pages.check_pictures_view, model_admin), "check_pictures"),
            model_admin.page("<path:object_id>/reset-sync/", partial(product_pages.resend_view, model_admin, True), "reset_sync"),
        ]

    def banners(self, request: HttpRequest, obj: Any = None) -> list[Banner]:
        return pause_banners(request, obj.tenant if obj else None)

    def tools(self, request: HttpRequest, obj: Product) -> list[Tool]:
        return product_pages.product_tools(request, obj)

    def list_tools(self, request: HttpRequest) -> list[Tool]:
        config = product_pages.config_in_sight(request)
        if config is None or not allows(request, "integrations:view"):
            return []
        address = product_pages.page_of(MetaAppConfig).object_url(config, "preview")
        return [Tool("Preview of a push to Meta", address, "visibility")]


extend(Product, MetaStatus)
