"""The buttons of a shop and what they do: test, look at what would come, import, look for changes, compare everything, pause, switch on."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from common.admin import Banner, Tool, TriesConnections
from common.trial import TrialResult
from integrations.admin.links import run_page
from integrations.connecting.addresses import put_address
from integrations.connecting.blocking import then_words
from integrations.connecting.connections import check_connection, merged_credentials, pause, switch_on
from integrations.in_step.asking import NoLook, look_for_changes
from integrations.models import StoreConnection
from integrations.runs import AlreadyRunning, NotReady, needs_preview, open_run, start_import, triggered
from integrations.runs.orders import order_of, subject_of
from integrations.webhooks.asking import repair
from operations.models import Run, RunStatus

LOOK_FIRST = "Before the first import you see what it would do. Nothing is written yet."
PAUSE = "Stop reading this shop? An import that is running stops; what it has done stays. Products stay as they are."


class ConnectionPages(TriesConnections):
    """Mixed into the admin page of StoreConnection. Every change is a POST of somebody who may manage integrations."""

    asked = "the shop"
    tried = ("provider", "store_url")

    def get_urls(self) -> list[Any]:
        views = {
            "look": self.look_view,
            "import_now": self.import_view,
            "compare": self.compare_view,
            "look_for_changes": self.look_for_changes_view,
            "pause": self.pause_view,
            "switch_on": self.switch_on_view,
            "repair_webhooks": self.repair_webhooks_view,
        }
        own = [self.page(f"<path:object_id>/{name.replace('_', '-')}/", view, name) for name, view in views.items()]
        return [*own, *super().get_urls()]

    # --- buttons and notices ----------------------------------------------------------------------------------------------------
    def connection_tools(self, request: HttpRequest, connection: StoreConnection) -> list[Tool]:
        """What can be done with the shop now."""
        running = connection.current_run if connection.current_run and connection.current_run.is_open else None
        opened = [_open_tool(running)] if running and running.status != RunStatus.NEEDS_CONFIRMATION else []  # The banner leads there.
        if not self.has_edit_permission(request, connection):
            return opened
        url = self.object_url
        test = self.trial_tool(connection, primary=connection.is_active and connection.blocked_at is not None)
        if not connection.is_active:
            return [Tool("Switch on", url(connection, "switch_on"), "play_arrow", post=True, primary=True), test]
        mend = [Tool("Repair webhooks now", url(connection, "repair_webhooks"), "bolt", post=True)] if connection.use_webhooks else []
        held = Tool("Pause", url(connection, "pause"), "pause", post=True, confirm=PAUSE)
        if running or connection.blocked_at is not None:
            return [*opened, test, *(mend if running else []), held]
        return [*self._start_tools(connection), test, *mend, held]

    def _start_tools(self, connection: StoreConnection) -> list[Tool]:
        url, first = self.object_url, _must_look_first(connection)
        look = Tool("See what would come", url(connection, "look"), "preview", post=True, primary=first)
        if first:
            return [look]
        tools = [Tool("Import now", url(connection, "import_now"), "download", post=True, primary=True), look]
        if not needs_preview(connection):
            tools.append(Tool("Look for changes now", url(connection, "look_for_changes"), "update", post=True))
            tools.append(Tool("Compare everything", url(connection, "compare"), "compare_arrows", post=True))
        return tools

    def connection_banners(self, request: HttpRequest, connection: StoreConnection) -> list[Banner]:
        """Why nothing comes, and the way on; after the first look, what is next."""
        if not connection.is_active:
            return [Banner("orange", "Paused.", "Nothing is read from the shop, and nothing changes here, until you switch it on.")]
        if connection.blocked_at is not None:
            to_do = f"When it is mended here or in the shop, press “Test connection”. {then_words(connection)}"
            return [Banner("red", "The shop does not let us in.", f"{connection.blocked_reason} {to_do}")]
        run = connection.current_run
        if run is not None and run.status == RunStatus.NEEDS_CONFIRMATION:
            tools = [Tool("Look and decide", run_page(run), "help", primary=True)]
            return [Banner("orange", "An import waits for your answer.", run.message, tools)]
        return []

    def _back(self, connection: StoreConnection) -> HttpResponse:
        return HttpResponseRedirect(self.object_url(connection))

    # --- test -------------------------------------------------------------------------------------------------------------------
    def try_connection(self, row: StoreConnection) -> TrialResult:
        return check_connection(row)

    def tried_fields(self, form: Any) -> tuple[str, ...]:
        return (*self.tried, *form.ours)

    def typed_row(self, form: Any, row: StoreConnection | None) -> StoreConnection:
        typed, before, keys = form.instance, row.address if row else "", form.credentials()
        put_address(typed, form.cleaned_data["store_url"])
        typed.credentials = merged_credentials(typed, keys)
        if keys or typed.address != before:
            typed.facts = {}  # Found out with other values.
        return typed

    def is_freed(self, row: StoreConnection) -> bool:
        return row.blocked_at is not None and not _is_blocked(row)

    # --- imports ----------------------------------------------------------------------------------------------------------------
    def look_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A dry run: its page shows what an import would do."""
        return self._start(request, object_id, dry_run=True)

    def import_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """An import of what has changed; before the first one somebody has to have looked."""
        connection = self.posted(request, object_id)
        if _must_look_first(connection):
            self.message_user(request, LOOK_FIRST, "warning")
            return self._start(request, object_id, dry_run=True)
        return self._start(request, object_id)

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """An import that also compares what seems unchanged."""
        return self._start(request, object_id, full=True)

    def _start(self, request: HttpRequest, object_id: str, **options: bool) -> HttpResponse:
        connection = self.posted(request, object_id)
        try:
            run = triggered(lambda: start_import(connection, **options))
        except AlreadyRunning as error:
            self.message_user(request, str(error), "warning")
            return HttpResponseRedirect(run_page(error.run))
        except NotReady as error:
            self.message_user(request, str(error), "error")
            return self._back(connection)
        return HttpResponseRedirect(run_page(run, "coming" if options.get("dry_run") else "change"))

    def look_for_changes_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The small way: only what was changed since the last time is read, at once instead of with the next round."""
        connection = self.posted(request, object_id)
        try:
            self.message_user(request, look_for_changes(connection).words)
        except NoLook as refused:
            self.message_user(request, str(refused), "warning")
        return self._back(connection)

    # --- webhooks ---------------------------------------------------------------------------------------------------------------
    def repair_webhooks_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A worker looks at the hooks in the shop: it may take as long as the shop does."""
        connection = self.posted(request, object_id)
        repair(connection)
        self.message_user(request, "The webhooks in the shop are being looked at. “Told at once” on this page shows what comes of it.")
        return self._back(connection)

    # --- pause ------------------------------------------------------------------------------------------------------------------
    def pause_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Nothing is read any more."""
        connection = self.posted(request, object_id)
        was_running = open_run(connection) is not None
        pause(connection)
        stopped = " The running import was stopped; what it did stays done." if was_running else ""
        self.message_user(request, f"Paused.{stopped}")
        return self._back(connection)

    def switch_on_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Goes on."""
        connection = self.posted(request, object_id)
        switch_on(connection)
        self.message_user(request, "Switched on. The schedule goes on from here.")
        return self._back(connection)


def _is_blocked(connection: StoreConnection) -> bool:
    return StoreConnection.objects.filter(pk=connection.pk, blocked_at__isnull=False).exists()


def _open_tool(run: Run) -> Tool:
    looks = order_of(run).dry_run
    return Tool("Show the running import", run_page(run, "coming" if looks else "change"), "visibility", primary=True)


def _must_look_first(connection: StoreConnection) -> bool:
    """Until a dry run has ended well, the first import is not offered."""
    if not needs_preview(connection):
        return False
    ended = Run.objects.for_tenant(connection.tenant_id).filter(subject=subject_of(connection.pk), status=RunStatus.COMPLETED)
    return not ended.exists()
