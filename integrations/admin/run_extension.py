"""What an import of a shop adds to its run's page: steps, pace, why it waits, and what a person can do about it."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin import Banner, Extension, Tool, display, extend, live_cell
from common.admin.access import allows
from integrations.admin import run_pages
from integrations.admin.history import KINDS
from integrations.admin.links import run_page
from integrations.admin.run_facts import order_words, pace_words, show_steps
from integrations.admin.words import clock_words
from integrations.links import connection_url
from integrations.runs import connection_of, is_import, progress_of, refusal, with_shop
from integrations.runs.orders import order_of
from operations.models import Run, RunStatus


class ShopImport(Extension):
    """Added to Run: operations itself does not know what runs do."""

    media = Media(css={"all": ["integrations/shops.css"]})
    shown = ("import_shop", "import_steps", "import_pace")
    readonly_fields = shown
    fieldsets = (("The import", {"fields": shown}),)
    fieldset_position = 1

    def concerns(self, obj: Run) -> bool:
        return is_import(obj)

    def get_queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return with_shop(rows)

    def second_line(self, obj: Any) -> str:
        """In lists: which shop, and whether it was only looked at."""
        return " · ".join(filter(None, (obj.shop_name, KINDS["dry_run"] if obj.only_looks else "")))

    # --- section ----------------------------------------------------------------------------------------------------------------
    @display(description="Shop")
    def import_shop(self, run: Run) -> SafeString:
        """With the way to it, and what was asked for."""
        connection = connection_of(run)
        if connection is None:
            return format_html("{}", "The shop was removed.")
        name = format_html('<a href="{}">{}</a>', connection_url(connection.pk), connection)
        return format_html('{} <span class="shop-note">{}</span>', name, order_words(run))

    @display(description="Steps")
    @live_cell
    def import_steps(self, run: Run) -> SafeString:
        """Live: done, at work, to come."""
        return show_steps(run, connection_of(run))

    @display(description="Pace")
    @live_cell
    def import_pace(self, run: Run) -> str:
        """Live: products a second, the time that is left, and the last sign of life."""
        return pace_words(run)

    # --- notices and buttons ------------------------------------------------------------------------------------------------------
    def banners(self, request: HttpRequest, obj: Run | None = None) -> list[Banner]:
        if obj is None or not is_import(obj):
            return []
        may, waits = allows(request, "integrations:manage"), progress_of(obj).waits_until
        if waits:
            tools = [Tool("Try now", run_page(obj, "try_now"), "refresh", post=True, primary=True)] if may else []
            until = clock_words(waits, obj.tenant)
            return [
                Banner(
                    "orange",
                    f"The shop does not answer; trying again at {until}.",
                    f"{_sentence(obj.phase)} What was done stays done.",
                    tools,
                )
            ]
        if obj.status == RunStatus.NEEDS_CONFIRMATION:
            return [Banner("orange", "This import waits for your answer.", obj.message, [_decide(obj)])]
        return []

    def tools(self, request: HttpRequest, obj: Run) -> list[Tool]:
        if not is_import(obj):
            return []
        tools = []
        if order_of(obj).dry_run:
            tools.append(Tool("What would come", run_page(obj, "coming"), "preview", primary=True))
        if not allows(request, "integrations:manage") or obj.is_open:
            return tools
        connection = connection_of(obj)
        if connection is None or refusal(connection):
            return tools
        if obj.status in (RunStatus.FAILED, RunStatus.CANCELLED):
            tools.append(Tool("Resume", run_page(obj, "resume"), "play_arrow", post=True, primary=True))
        if not order_of(obj).dry_run and obj.issues.exclude(reference="").exists():
            tools.append(Tool("Try the failed ones again", run_page(obj, "retry"), "refresh", post=True))
        return tools

    def get_urls(self, model_admin: Any) -> list[Any]:
        views = {
            "coming": run_pages.coming_page,
            "removals": run_pages.removals_page,
            "resume": run_pages.resume_view,
            "retry": run_pages.retry_view,
            "try_now": run_pages.try_now_view,
        }
        return [
            model_admin.page(f"<path:object_id>/{name.replace('_', '-')}/", partial(view, model_admin), name)
            for name, view in views.items()
        ]


def _sentence(words: str) -> str:
    """ "try 1 was in vain" -> "Try 1 was in vain." """
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def _decide(run: Run) -> Tool:
    return Tool("See which products, and decide", run_page(run, "removals"), "help", primary=True)


extend(Run, ShopImport)
