"""The buttons of a shop and what they do: test, look at what would come, import, compare everything, pause and switch on."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from common.admin import Banner, Tool
from integrations.addresses import put_address
from integrations.admin.links import run_page
from integrations.blocking import then_words
from integrations.connections import ConnectionResult, check_connection, merged_credentials, pause, switch_on
from integrations.models import StoreConnection
from integrations.runs import AlreadyRunning, NotReady, needs_preview, open_run, record_trigger, start_import
from integrations.runs.orders import order_of, subject_of
from operations.models import Run, RunStatus

LEVELS = {"green": "success", "orange": "warning", "red": "error"}
TESTED = ("provider", "store_url")
LOOK_FIRST = "Before the first import you see what it would do. Nothing is written yet."
PAUSE = "Stop reading this shop? An import that is running stops; what it has done stays. Products stay as they are."


class ConnectionPages:
    """Mixed into the admin page of StoreConnection. Every change is a POST of somebody who may manage integrations."""

    def get_urls(self) -> list[Any]:
        views = {
            "test": self.test_view,
            "look": self.look_view,
            "import_now": self.import_view,
            "compare": self.compare_view,
            "pause": self.pause_view,
            "switch_on": self.switch_on_view,
        }
        own = [self.page(f"<path:object_id>/{name.replace('_', '-')}/", view, name) for name, view in views.items()]
        return [self.page("test-new/", self.test_new_view, "test_new"), *own, *super().get_urls()]

    # --- buttons and notices ----------------------------------------------------------------------------------------------------
    def connection_tools(self, request: HttpRequest, connection: StoreConnection) -> list[Tool]:
        """What can be done with the shop now."""
        running = connection.current_run if connection.current_run and connection.current_run.is_open else None
        opened = [_open_tool(running)] if running and running.status != RunStatus.NEEDS_CONFIRMATION else []  # The banner leads there.
        if not self.has_edit_permission(request, connection):
            return opened
        url = self.object_url
        test = Tool("Test connection", url(connection, "test"), "network_check", post=True)
        if not connection.is_active:
            return [Tool("Switch on", url(connection, "switch_on"), "play_arrow", post=True, primary=True), test]
        held = Tool("Pause", url(connection, "pause"), "pause", post=True, confirm=PAUSE)
        if running or connection.blocked_at is not None:
            return [*opened, test, held]
        return [*self._start_tools(connection), test, held]

    def _start_tools(self, connection: StoreConnection) -> list[Tool]:
        url, first = self.object_url, _must_look_first(connection)
        look = Tool("See what would come", url(connection, "look"), "preview", post=True, primary=first)
        if first:
            return [look]
        tools = [Tool("Import now", url(connection, "import_now"), "download", post=True, primary=True), look]
        if not needs_preview(connection):
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

    # --- who may ----------------------------------------------------------------------------------------------------------------
    def _to_change(self, request: HttpRequest, object_id: str) -> StoreConnection:
        connection = self.get_object(request, object_id)
        if connection is None or request.method != "POST" or not self.has_edit_permission(request, connection):
            raise Http404
        return connection

    def _back(self, connection: StoreConnection) -> HttpResponse:
        return HttpResponseRedirect(self.object_url(connection))

    # --- test -------------------------------------------------------------------------------------------------------------------
    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Tests the typed values (sent by the page's script as a form) over the stored ones."""
        return self._test(request, self._to_change(request, object_id))

    def test_new_view(self, request: HttpRequest) -> HttpResponse:
        """Tests the values of a shop that is not saved yet."""
        if request.method != "POST" or not self.has_add_permission(request):
            raise Http404
        return self._test(request, None)

    def _test(self, request: HttpRequest, connection: StoreConnection | None) -> HttpResponse:
        typed = "store_url" in request.POST
        trial = connection if connection is not None and not typed else self._typed(request, connection)
        result = check_connection(trial) if isinstance(trial, StoreConnection) else trial
        if typed:
            shown = {name: getattr(result, name) for name in ("tone", "text", "to_do", "said")}
            shown["freed"] = connection is not None and connection.blocked_at is not None and not _is_blocked(connection)
            return JsonResponse(shown, headers={"Cache-Control": "no-store"})
        said = f"The shop says: “{result.said}”" if result.said else ""
        self.message_user(request, " ".join(filter(None, (result.text, result.to_do, said))), LEVELS[result.tone])
        return self._back(connection) if connection else HttpResponseRedirect(self.list_url())

    def _typed(self, request: HttpRequest, connection: StoreConnection | None) -> StoreConnection | ConnectionResult:
        """The shop as it is typed, not saved; or what is wrong with the values."""
        stored = self.get_queryset(request).get(pk=connection.pk) if connection else StoreConnection()
        form = self.get_form(request, connection, change=connection is not None)(request.POST, instance=stored)
        form.is_valid()
        wrong = [" ".join(form.errors[name]) for name in (*TESTED, *form.ours) if name in form.errors]
        if wrong:
            return ConnectionResult("red", "Nothing was asked, because a value is missing or wrong.", " ".join(wrong))
        before, keys = connection.address if connection else "", form.credentials()
        put_address(stored, form.cleaned_data["store_url"])
        stored.credentials = merged_credentials(stored, keys)
        if keys or stored.address != before:
            stored.facts = {}  # Found out with other values.
        return stored

    # --- imports ----------------------------------------------------------------------------------------------------------------
    def look_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A dry run: its page shows what an import would do."""
        return self._start(request, object_id, dry_run=True)

    def import_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """An import of what has changed; before the first one somebody has to have looked."""
        connection = self._to_change(request, object_id)
        if _must_look_first(connection):
            self.message_user(request, LOOK_FIRST, "warning")
            return self._start(request, object_id, dry_run=True)
        return self._start(request, object_id)

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """An import that also compares what seems unchanged."""
        return self._start(request, object_id, full=True)

    def _start(self, request: HttpRequest, object_id: str, **options: bool) -> HttpResponse:
        connection = self._to_change(request, object_id)
        try:
            run = start_import(connection, **options)
        except AlreadyRunning as error:
            self.message_user(request, str(error), "warning")
            return HttpResponseRedirect(run_page(error.run))
        except NotReady as error:
            self.message_user(request, str(error), "error")
            return self._back(connection)
        record_trigger(connection, run)
        return HttpResponseRedirect(run_page(run, "coming" if options.get("dry_run") else "change"))

    # --- pause ------------------------------------------------------------------------------------------------------------------
    def pause_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Nothing is read any more."""
        connection = self._to_change(request, object_id)
        was_running = open_run(connection) is not None
        pause(connection)
        stopped = " The running import was stopped; what it did stays done." if was_running else ""
        self.message_user(request, f"Paused.{stopped}")
        return self._back(connection)

    def switch_on_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Goes on."""
        connection = self._to_change(request, object_id)
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
