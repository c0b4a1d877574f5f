"""Shops: the list, and the form of one shop with what came of its imports."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin import Badge, Banner, TenantModelAdmin, Tool, display, live_cell, register, render_badge, render_moment
from common.clock import database_now
from integrations.admin.connection_form import (
    StoreConnectionForm,
    credential_fields,
    declared_credentials,
    shown_for_their_kind,
    stored_keys,
)
from integrations.admin.connection_pages import ConnectionPages
from integrations.admin.delete_page import DeletePage
from integrations.admin.history import show_history
from integrations.admin.in_step_words import show_in_step
from integrations.admin.links import deliveries_of, products_of, questions_of
from integrations.admin.words import run_badge, show_moment, show_state, sums
from integrations.connecting.addresses import leads_elsewhere
from integrations.connecting.connections import check_connection, save_connection
from integrations.models import Answer, LinkQuestion, Schedule, StoreConnection
from integrations.runs import refusal
from integrations.scheduling.schedules import next_run, schedule_words
from integrations.watching import JUMP_TOLD_FOR
from integrations.webhooks.standing import standing_of, with_standing
from operations.models import RunStatus

NOW = ("state", "last_result", "next_import", "news", "in_step", "products", "questions")
NEWS_BADGES = {
    "off": Badge("grey", "○ Off"), "waiting": Badge("grey", "○ Not yet"), "working": Badge("green", "✓ Yes"),
    "problem": Badge("orange", "⚠ No"),
}  # fmt: skip
ANSWERED_SINCE = "The shop has answered well since."
UNSAID = "Saved, but nothing can be imported with these values yet."


@register(StoreConnection)
class StoreConnectionAdmin(ConnectionPages, DeletePage, TenantModelAdmin):
    """Owners change it, managers see it without keys, staff do not see it."""

    view_scope, edit_scope = "integrations:view", "integrations:manage"
    form = StoreConnectionForm
    nav_group, nav_icon, nav_order = "Shops", "storefront", 10
    list_display = ("shop", "state", "last_result", "next_import", "products", "questions")
    list_display_links = ("shop",)
    list_filter = ("provider", "is_active")
    search_fields = ("name", "store_url", "shop_domain")
    readonly_fields = (*NOW, "history", "keys", "address")
    empty_hint = (
        "No shop is connected yet. Its products come here by themselves, and from here to WhatsApp. You need the shop's address and a key "
        "that you make in the shop; the next page shows where."
    )
    change_form_outer_before_template = "integrations/connection_before.html"
    warn_unsaved_form = True
    fieldsets = (
        ("Now", {"fields": NOW}),
        ("The shop", {"fields": ("name", "provider", "store_url", "same_shop")}),
        ("Key", {"fields": ()}),
        ("What comes in", {"fields": ("link_by_sku", "fill_blank_skus", "download_images")}),
        ("What goes out", {"fields": ("write_orders",)}),
        ("When", {"fields": ("use_webhooks", "changes_every", "glances_every", "schedule", "schedule_time")}),
        ("Imports so far", {"fields": ("history",)}),
    )
    conditional_fields = {"schedule_time": "schedule == 'nightly'", **shown_for_their_kind()}

    @property
    def media(self) -> Any:
        return super().media + Media(css={"all": ["integrations/shops.css"]}, js=["integrations/shops.js"])

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Keys are decrypted only where they are needed, and runs come without their long columns."""
        waiting = LinkQuestion.objects.filter(connection=OuterRef("pk"), answer=Answer.OPEN).order_by().values("connection")
        rows = super().get_queryset(request).select_related("tenant", "current_run", "last_import").defer(
            "credentials", "current_run__params", "last_import__params", "last_import__cursor"
        )  # fmt: skip
        return with_standing(rows).annotate(open_questions=Coalesce(Subquery(waiting.annotate(number=Count("pk")).values("number")), 0))

    # --- the list, and "Now" on the page --------------------------------------------------------------------------------------
    @display(description="Shop", ordering="name")
    def shop(self, connection: StoreConnection) -> SafeString:
        """Name, and below it the kind of shop and its address."""
        kind = connection.get_provider_display()
        note = f"{kind} · {connection.address}" if connection.name else kind
        return format_html('{}<small class="shop-note">{}</small>', connection, note)

    @display(description="State", ordering="is_active")
    @live_cell
    def state(self, connection: StoreConnection) -> SafeString:
        """Live: the badge, and how far a running import is."""
        shown = show_state(connection)
        if connection.blocked_at is None:
            return shown
        return format_html('{} <span class="shop-note">{}</span>', shown, connection.blocked_reason)

    @display(description="Last import", ordering="last_import__created_at")
    @live_cell
    def last_result(self, connection: StoreConnection) -> SafeString:
        """Live: how the newest import of everything ended, when, and what it did."""
        run = connection.last_import
        if run is None:
            return format_html("{}", "None yet")
        when = render_moment(run.finished_at or run.created_at)
        broke = run.status in (RunStatus.FAILED, RunStatus.CANCELLED)
        words = run.message if broke else "" if run.is_open else sums(run.counts)
        if broke and words == connection.blocked_reason:
            words = ""  # It stands beside the state.
        elif run.status == RunStatus.FAILED and connection.checked_at and run.finished_at and connection.checked_at > run.finished_at:
            words = ANSWERED_SINCE  # What had to be done was done. The reason stands among the imports so far.
        return format_html('{} {} <span class="shop-note">{}</span>', render_badge(run_badge(run)), when, words)

    @display(description="Next import", ordering="schedule")
    @live_cell
    def next_import(self, connection: StoreConnection) -> SafeString:
        """Live: the schedule in words, and when it comes next or why it does not."""
        words = schedule_words(connection)
        run, coming = connection.current_run, next_run(connection)
        if run is not None and run.status == RunStatus.NEEDS_CONFIRMATION and coming is not None:
            return format_html('{} <span class="shop-note">after your answer</span>', words)
        if coming is not None:
            return format_html('{} <span class="shop-note">next: {}</span>', words, show_moment(coming, connection.tenant))
        return format_html('{} <span class="shop-note">{}</span>', words, _why_none(connection))

    @display(description="Told at once")
    @live_cell
    def news(self, connection: StoreConnection) -> SafeString:
        """Live: whether the shop tells us of changes by itself, since when, or why not."""
        standing = standing_of(connection)
        last = standing.last_delivery_at
        heard = format_html('<a href="{}">last news {}</a>', deliveries_of(connection), render_moment(last)) if last else ""
        return format_html('{} <span class="shop-note">{} {}</span>', render_badge(NEWS_BADGES[standing.state]), standing.text, heard)

    @display(description="In between")
    @live_cell
    def in_step(self, connection: StoreConnection) -> SafeString:
        """Live: what keeps it in step between two imports."""
        return show_in_step(connection)

    @display(description="Products", ordering="product_count")
    @live_cell
    def products(self, connection: StoreConnection) -> SafeString:
        """Live: as the last completed import counted them."""
        if connection.product_count is None:
            return format_html("{}", "—")
        link = format_html('<a href="{}">{}</a>', products_of(connection), f"{connection.product_count:,}")
        jumped = connection.count_jumped_at is not None and database_now() - connection.count_jumped_at < JUMP_TOLD_FOR
        if not jumped or connection.count_before == connection.product_count:
            return link
        when = render_moment(connection.count_jumped_at)
        return format_html('{} <span class="shop-note">{} before the import {}</span>', link, f"{connection.count_before or 0:,}", when)

    @display(description="Questions")
    @live_cell
    def questions(self, connection: Any) -> SafeString:
        """Live: products for which somebody must say whether they are ones that were entered here."""
        if not connection.open_questions:
            return format_html("{}", "None")
        return format_html('<a href="{}">{} to answer</a>', questions_of(connection), connection.open_questions)

    @display(description="Imports")
    def history(self, connection: StoreConnection) -> SafeString:
        """The newest imports with how long each took."""
        return show_history(connection)

    @display(description="Keys")
    def keys(self, connection: StoreConnection) -> str:
        """Which keys are stored; never what they are."""
        known = stored_keys(connection)
        fields = credential_fields(connection.provider).values()
        return ", ".join(f"{one.label}: {'stored' if known.get(one.name) else 'missing'}" for one in fields)

    # --- form -------------------------------------------------------------------------------------------------------------------
    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """With a field for each key; who may only look gets none."""
        if self._may_edit(request, obj):
            form = type(self.form.__name__, (self.form,), declared_credentials())
            kwargs["form"] = form
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        may_edit = self._may_edit(request, obj)
        inputs = [name for name in declared_credentials() if obj is None or name in credential_fields(obj.provider)]
        moved = obj is not None and request.method == "POST" and leads_elsewhere(obj, request.POST.get("store_url", ""))
        hidden = set() if moved and may_edit else {"same_shop"}
        shown: list[Any] = []
        business: list[str] = []  # Who sees all businesses chooses one for a new shop, in the first section there is.
        for title, options in super().get_fieldsets(request, obj):
            if obj is None and title in ("Now", "Imports so far"):
                business += [name for name in options["fields"] if name == "tenant"]
                continue
            fields = [name for name in options["fields"] if name not in hidden]
            if not shown:
                fields = [*business, *fields]
            if title == "Key":
                fields = inputs if may_edit else ["keys"]
            elif not may_edit:
                fields = ["address" if name == "store_url" else name for name in fields]
            shown.append((title, {**options, "fields": fields}))
        return shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = [*super().get_readonly_fields(request, obj)]
        return fields if obj is None else [*fields, "provider"]

    def _may_edit(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_change_permission(request, obj) if obj is not None else self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: StoreConnection, form: Any, change: bool) -> None:
        """Through the service that every face uses; the shop is asked afterwards, outside the form's transaction."""
        if change:
            self.hold(obj)
        try:
            save_connection(obj, form.credentials())
        except ValidationError as error:  # Somebody else has connected the same shop since the form was checked.
            raise IntegrityError(str(error)) from error
        names = {"store_url", *form.ours}
        request.shop_to_test = obj if not change or names & set(form.changed_data) else None  # type: ignore[attr-defined]

    def response_post_save_add(self, request: HttpRequest, obj: StoreConnection) -> HttpResponse:
        """To the shop's own page: what comes next is there."""
        return HttpResponseRedirect(self.object_url(obj))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The test of new values takes seconds of network: after the transaction, so that nobody waits for its locks."""
        answer = super().changeform_view(request, *args, **kwargs)
        saved = getattr(request, "shop_to_test", None)
        if saved is not None and answer.status_code == 302:
            self._tell(request, saved)
        return answer

    def _tell(self, request: HttpRequest, connection: StoreConnection) -> None:
        result = check_connection(connection)
        self.tell_trial(request, result, UNSAID if result.tone == "red" else "")

    # --- notices and buttons ------------------------------------------------------------------------------------------------------
    def banners(self, request: HttpRequest, obj: Any = None) -> list[Banner]:
        return self.connection_banners(request, obj) if obj is not None else []

    def tools(self, request: HttpRequest, obj: StoreConnection) -> list[Tool]:
        return self.connection_tools(request, obj)


def _why_none(connection: StoreConnection) -> str:
    if connection.schedule == Schedule.OFF:
        return ""
    if not connection.is_active:
        return "not while it is paused"
    if connection.blocked_at is not None:
        return "not until the key is mended"
    return "after the first import" if not refusal(connection) else "not while the business is switched off"
