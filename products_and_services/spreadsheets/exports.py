"""Products as a file: streamed at once when there are few, as a run with a private file to download when there are many."""

from collections.abc import Callable, Iterable, Iterator
from tempfile import TemporaryFile
from typing import Any

from operations.background import at_work, queue_run, take_up
from operations.files import store_file
from operations.models import FileRole, Run, RunKind
from operations.services import advance_run, finish_run
from products_and_services.models import Product
from products_and_services.spreadsheets.categories import CategoryPaths
from products_and_services.spreadsheets.columns import COLUMNS
from products_and_services.spreadsheets.imports import Stopped
from products_and_services.spreadsheets.stored import PARTS, export_rows
from products_and_services.spreadsheets.values import Locale
from products_and_services.spreadsheets.writing import TYPES, WRITERS
from tenants.models import Tenant

TASK = "products_and_services.tasks.export_file"
SMALL = 1_000  # products that are streamed while the person waits
PER_READ = 500
PIECE = 256 * 1024
FORMATS = {"csv": "CSV (opens everywhere)", "xlsx": "Excel (XLSX)"}
HEADINGS = [column.heading for column in COLUMNS]
Progress = Callable[[int, int], None]


def file_of(tenant: Tenant, ids: Iterable[int] | None, kind: str, seen: Callable[[int], object] | None = None) -> Iterator[bytes]:
    """The file in pieces. ids: None means all products; those of other businesses are left out. seen(number) after each 500 products."""
    return WRITERS[kind](HEADINGS, _rows(tenant, ids, seen or (lambda number: None)))


def _rows(tenant: Tenant, ids: Iterable[int] | None, seen: Callable[[int], object]) -> Iterator[list[Any]]:
    paths, locale = CategoryPaths(tenant), Locale(tenant.zone)
    products = Product.objects.for_tenant(tenant).select_related("tenant").prefetch_related(*PARTS).order_by("pk")
    wanted = None if ids is None else sorted(set(ids))
    last = number = 0
    while True:
        part = products.filter(pk__gt=last)
        if wanted is not None:
            some, wanted = wanted[:PER_READ], wanted[PER_READ:]
            if not some:
                return
            part = products.filter(pk__in=some)
        rows = list(part[:PER_READ])
        for product in rows:
            yield from export_rows(product, paths, locale)
            last = product.pk
        number += len(rows)
        seen(number)
        if wanted is None and len(rows) < PER_READ:
            return


def file_name(tenant: Tenant, kind: str) -> str:
    """ "solar-products.csv" """
    return f"{tenant.sub_domain}-products.{kind}"


def start_export(tenant: Tenant, ids: Iterable[int] | None, kind: str) -> Run:
    """A run that makes the file; the file is at the run, for seven days. ids: None means all products."""
    chosen = None if ids is None else sorted(set(ids))
    total = Product.objects.for_tenant(tenant).count() if chosen is None else len(chosen)
    return queue_run(tenant, RunKind.EXPORT, TASK, total=total, params={"format": kind, "product_ids": chosen}, cursor=0)


def work_on(run_id: str, progress: Progress | None = None) -> None:
    """Takes a queued export up; after a worker's death the next one begins anew, in place of the unfinished file."""
    run = take_up(run_id)
    if run is None:
        return
    with at_work(run):
        try:
            _export(run, progress or (lambda done, total: None))
        except Stopped:
            return


def _export(run: Run, progress: Progress) -> None:
    def seen(number: int) -> None:
        if not advance_run(run, done=number, counts={"exported": number}, phase="writing"):
            raise Stopped
        progress(number, run.total)

    kind = run.params["format"]
    # To a temporary file first: storing runs in one transaction, in which nobody would see the progress.
    with TemporaryFile() as file:
        for piece in file_of(run.tenant, run.params["product_ids"], kind, seen):
            file.write(piece)
        file.seek(0)
        pieces = iter(lambda: file.read(PIECE), b"")
        store_file(run, FileRole.RESULT, file_name(run.tenant, kind), TYPES[kind], pieces)
    finish_run(run, message="The file can be downloaded for seven days.")
