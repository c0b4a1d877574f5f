"""What file imports add to the pages of runs: the preview, the start, the failed rows to download."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from common.admin import Extension, Tool, extend, site
from common.clock import database_now
from operations.files import find_file, open_file
from operations.models import FileRole, Run, RunKind, RunStatus
from products_and_services.admin.import_pages import import_run, preview_page, sheet_file, start_page
from products_and_services.spreadsheets.failed import failed_issues, failed_rows_file
from products_and_services.spreadsheets.imports import GONE
from products_and_services.spreadsheets.reading import NotReadable


class ImportRuns(Extension):
    """Buttons and pages of runs of the kind "File import"."""

    def get_urls(self, model_admin: Any) -> list[Any]:
        pages = {"preview": preview_page, "start": start_page, "failed": failed_file}
        return [model_admin.page(f"<path:object_id>/{name}/", partial(view, model_admin), name) for name, view in pages.items()]

    def tools(self, request: HttpRequest, obj: Run) -> list[Tool]:
        if obj.kind != RunKind.CSV:
            return []
        runs = site._registry[Run]
        if obj.status == RunStatus.NEEDS_CONFIRMATION:
            return [Tool("Look at it and start", runs.object_url(obj, "preview"), "preview", primary=True)]
        if obj.is_open or not failed_issues(obj).exists() or find_file(obj, FileRole.UPLOAD, database_now()) is None:
            return []
        return [Tool("Download the failed rows", runs.object_url(obj, "failed"), "download", primary=True)]


def failed_file(runs: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """The failed rows with their errors, in the format they came in."""
    run = import_run(runs, request, object_id)
    file = find_file(run, FileRole.UPLOAD, database_now())
    try:
        if file is None:
            raise NotReadable(GONE)
        copy = open_file(file)
        kind, pieces = failed_rows_file(run, copy)
    except NotReadable as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(runs.object_url(run))
    name = str(run.params.get("file", "products")).rsplit(".", 1)[0]
    return sheet_file(_closing(pieces, copy), f"{name}-failed-rows.{kind}", kind)  # type: ignore[return-value]


def _closing(pieces: Iterator[bytes], copy: Any) -> Iterator[bytes]:
    with copy:
        yield from pieces


extend(Run, ImportRuns)
