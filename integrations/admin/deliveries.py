"""What shops told us by themselves: one line per delivery, to read, to filter, and to take once more."""

import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin import (
    Badge,
    ChoicesDropdownFilter,
    TenantModelAdmin,
    Tool,
    action,
    display,
    register,
    render_badge,
    render_moment,
)
from common.redaction import redact
from integrations.links import connection_url
from integrations.models import DeliveryState, StoreDelivery
from integrations.webhooks.replaying import MOST_AT_ONCE, REFUSED, NotReplayable, replay, replay_some

BADGES = {
    DeliveryState.NOTED: Badge("green", "✓ Noted", hint="What it named is fetched from the shop again."),
    DeliveryState.IGNORED: Badge("grey", "○ Nothing to do"),
    DeliveryState.FAILED: Badge("red", "✗ Failed"),
}
REPLAYED = "Noted once more: the product is fetched from the shop again."


@register(StoreDelivery)
class StoreDeliveryAdmin(TenantModelAdmin):
    """Evidence: nobody adds, changes or deletes it; “Replay” does again what it called for."""

    view_scope, edit_scope = "integrations:view", "integrations:manage"
    can_add = can_change = can_delete = False
    nav_group, nav_icon, nav_order = "Shops", "bolt", 25
    list_display = ("what", "shop", "products", "state_badge", "note", "when")
    list_filter = (("state", ChoicesDropdownFilter), "topic", "connection")
    list_select_related = ("connection",)
    search_fields = ("topic", "delivery_id", "external_ids")
    actions = ("replay_selected",)
    fieldsets = (
        (None, {"fields": ("topic", "shop", "products", "state_badge", "note", "created_at", "replayed_at", "delivery_id", "body")}),
    )
    readonly_fields = ("shop", "products", "state_badge", "body")
    empty_hint = "Nothing yet. A shop whose page says that it tells us of each change leaves a line here for every one."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("connection__credentials")

    def get_urls(self) -> list[Any]:
        return [self.page("<path:object_id>/replay/", self.replay_view, "replay"), *super().get_urls()]

    def tools(self, request: HttpRequest, obj: StoreDelivery) -> list[Tool]:
        """Replay, where there is something to do again."""
        if obj.news in REFUSED or not self.has_edit_permission(request, obj):
            return []
        return [Tool("Replay", self.object_url(obj, "replay"), "replay", post=True)]

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Does again what one delivery called for."""
        delivery = self.posted(request, object_id)
        try:
            replay(delivery)
        except NotReplayable as refused:
            self.message_user(request, str(refused), "warning")
        else:
            self.message_user(request, delivery.note or REPLAYED)
        return HttpResponseRedirect(self.object_url(delivery))

    @action(description="Replay", permissions=["edit"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Says how many there were something to do about, and how to go on where there were too many for once."""
        told = replay_some(queryset)
        words = [f"{told.done} {'delivery' if told.done == 1 else 'deliveries'} taken once more."]
        if told.skipped:
            words.append(f"{told.skipped} left out: there is nothing to fetch again.")
        if told.left:
            words.append(f"{told.left} are left, as one page does {MOST_AT_ONCE} at the most: choose the same and press “Replay” again.")
        self.message_user(request, " ".join(words), "warning" if told.left else "success")

    @display(description="Topic", ordering="topic")
    def what(self, delivery: StoreDelivery) -> str:
        """The shop's own word."""
        return delivery.topic or "(unnamed)"

    @display(description="Shop", ordering="connection")
    def shop(self, delivery: StoreDelivery) -> SafeString:
        """With the way to it."""
        return format_html('<a href="{}">{}</a>', connection_url(delivery.connection_id), delivery.connection)

    @display(description="Products in the shop")
    def products(self, delivery: StoreDelivery) -> str:
        """Their numbers there."""
        return ", ".join(delivery.external_ids) or "—"

    @display(description="State", ordering="state")
    def state_badge(self, delivery: StoreDelivery) -> SafeString:
        """What became of it."""
        return render_badge(BADGES[DeliveryState(delivery.state)])

    @display(description="When", ordering="-id")
    def when(self, delivery: StoreDelivery) -> SafeString:
        """How long ago."""
        return render_moment(delivery.created_at)

    @display(description="What is kept of it")
    def body(self, delivery: StoreDelivery) -> SafeString:
        """Short, and without anything about customers."""
        return format_html("<pre>{}</pre>", json.dumps(redact(delivery.content), indent=2, ensure_ascii=False, default=str))
