"""File imports as runs: upload -> check (a dry run of every row) -> a person confirms -> import, with progress, issues and a cursor.

The check of a small file is done at once, of a large one by a worker. Nothing but the run is written before the confirmation.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice

from django.db import transaction

from common.bulk import chunks
from common.clock import database_now
from operations.background import ask_person, at_work, confirm_run, hand_on, queue_run, take_up
from operations.files import find_file, open_file, store_file
from operations.models import FileRole, Run, RunIssue, RunKind, RunStatus
from operations.services import advance_run, finish_run
from products_and_services.spreadsheets.dialects import SheetRow
from products_and_services.spreadsheets.judging import Judge
from products_and_services.spreadsheets.known import KnownRows
from products_and_services.spreadsheets.reading import NotReadable, Table, check_size, open_table
from products_and_services.spreadsheets.saving import save_verdict
from products_and_services.spreadsheets.values import Locale
from products_and_services.spreadsheets.verdicts import CREATED, FAILED, SKIPPED, UNCHANGED, UPDATED, Options, RowFault, Verdict
from tenants.models import Tenant

TASK = "products_and_services.tasks.import_file"
CHECK, DRY_RUN, IMPORT = "check", "dry run", "import"
SMALL = 200  # rows that are checked while the person waits
PER_TRANSACTION = 100
SECONDS_AT_WORK = 420  # then the next worker goes on; Celery ends a task after 570
PLANNED = {CREATED: "new", UPDATED: "changed", UNCHANGED: "unchanged", SKIPPED: "skipped", FAILED: "failed"}
GONE = "The uploaded file is no longer here: it is kept for 14 days. Upload it again."
Progress = Callable[[int, int], None]


class Stopped(Exception):
    """The run was cancelled or given to another worker; raised inside a transaction, it takes the chunk back."""


@dataclass(frozen=True)
class Upload:
    """What a person sent. size: bytes; chunks: the file in pieces."""

    name: str
    size: int
    chunks: Iterable[bytes]
    options: Options = field(default_factory=Options)


def start_import(tenant: Tenant, upload: Upload, *, stage: str = CHECK) -> Run:
    """A run over the uploaded file. CHECK waits for a person at its end, DRY_RUN just ends, IMPORT writes without asking.

    Raises NotReadable, before anything is kept, for what is no table of products.
    """
    check_size(upload.size)
    params = {"file": upload.name[-200:], "stage": stage, "options": asdict(upload.options)}
    with transaction.atomic():
        run = queue_run(tenant, RunKind.CSV, TASK, params=params, cursor=0)
        file = store_file(run, FileRole.UPLOAD, upload.name, "application/octet-stream", upload.chunks)
        with open_file(file) as copy:
            few = len(list(islice(open_table(copy).rows(), SMALL + 1)))
        if not few:
            raise NotReadable("The file has headings, and no rows below them.")
    if few <= SMALL and stage != IMPORT:
        work_on(str(run.pk))  # The doorbell's worker finds it taken.
    run.refresh_from_db()
    return run


def check_again(run: Run, options: Options) -> bool:
    """Checks the file once more with other choices. False when the run does not wait for a person (any more)."""
    with transaction.atomic():
        if not confirm_run(run, TASK, params={**run.params, "stage": CHECK, "options": asdict(options)}, cursor=0):
            return False
        run.issues.all().delete()
    if run.total <= SMALL:
        work_on(str(run.pk))
    return True


def confirm_import(run: Run, options: Options) -> bool:
    """A person says yes: queues the import of a checked file. False when the run does not wait for a person (any more)."""
    with transaction.atomic():
        if not confirm_run(run, TASK, params={**run.params, "stage": IMPORT, "options": asdict(options)}, cursor=0):
            return False
        run.issues.all().delete()
    return True


def options_of(run: Run) -> Options:
    """The choices that the run was started with."""
    return Options(**run.params.get("options", {}))


def work_on(run_id: str, progress: Progress | None = None, seconds: float = SECONDS_AT_WORK) -> None:
    """Takes a queued run up and works on it from its cursor; does nothing when another worker has it. progress(done, total)."""
    run = take_up(run_id)
    if run is None:
        return
    with at_work(run):
        try:
            _work(run, progress or (lambda done, total: None), time.monotonic() + seconds)
        except NotReadable as error:
            finish_run(run, RunStatus.FAILED, message=str(error))
        except Stopped:
            return


def _work(run: Run, progress: Progress, until: float) -> None:
    file = find_file(run, FileRole.UPLOAD, database_now())
    if file is None:
        raise NotReadable(GONE)
    with open_file(file) as copy:
        table = open_table(copy)
        _count_rows(run, table)
        judge = judge_for(run, table)
        rows = _skip_done(run, table.rows(), judge)
        for part in chunks(rows, PER_TRANSACTION):
            _do_part(run, part, judge)
            progress(run.done, run.total)
            if time.monotonic() > until:
                hand_on(run)
                return
    _end(run)


def _count_rows(run: Run, table: Table) -> None:
    """Reads the file once to its end, so that a broken one is refused before its first row is written."""
    if not run.total:
        run.total = sum(1 for _ in table.rows())
        Run.objects.filter(pk=run.pk).update(total=run.total)


def judge_for(run: Run, table: Table) -> Judge:
    """The judge of the run's file."""
    locale = Locale(run.tenant.zone, table.decimal_comma)
    return Judge(run.tenant, options_of(run), locale, preview=run.params["stage"] != IMPORT)


def _skip_done(run: Run, rows: Iterator[SheetRow], judge: Judge) -> Iterator[SheetRow]:
    """The rows beyond the cursor; of those before it only what they were called is noted, for duplicates."""
    for row in islice(rows, run.cursor or 0):
        values, _ = judge.read(row)
        try:
            judge.seen.note(row, values)
        except RowFault:
            continue
    yield from rows


def _do_part(run: Run, rows: list[SheetRow], judge: Judge) -> None:
    """One transaction: the rows, their issues, the counts and the cursor. Raises Stopped when the run is no longer ours."""
    writes = run.params["stage"] == IMPORT
    with transaction.atomic():
        counts = Counter(run.counts)
        issues: list[RunIssue] = []
        for verdict in judge_rows(rows, judge, writes=writes):
            counts[verdict.outcome if writes else PLANNED[verdict.outcome]] += 1
            issues += _issues(run, verdict)
        RunIssue.objects.bulk_create(issues, batch_size=500)
        done = (run.cursor or 0) + len(rows)
        phase = "importing" if writes else "checking"
        if not advance_run(run, done=done, counts=dict(counts), phase=phase, cursor=done):
            raise Stopped


def judge_rows(rows: list[SheetRow], judge: Judge, *, writes: bool) -> Iterator[Verdict]:
    """The verdicts on a chunk of rows; with `writes` each is saved before the next is judged."""
    read = [(row, *judge.read(row)) for row in rows]
    known = KnownRows(judge.tenant, [values for _, values, _ in read])
    for row, values, problems in read:
        verdict = judge.judge(row, values, problems, known)
        if writes:
            save_verdict(verdict, known, judge.paths)
        yield verdict


def _issues(run: Run, verdict: Verdict) -> list[RunIssue]:
    """One per problem and note of a row."""
    subject = f"row {verdict.row.number}" + (f" ({verdict.subject})" if verdict.subject else "")
    product_id = getattr(verdict.entity, "product_id", None) or getattr(verdict.entity, "pk", None)
    return [
        RunIssue(
            run=run, product_id=product_id, subject=subject[:200], field=problem.heading, code=problem.code, message=problem.message
        )
        for problem in (*verdict.problems, *verdict.notes)
    ]  # fmt: skip


def _end(run: Run) -> None:
    stage, failed = run.params["stage"], run.counts.get(FAILED, 0)
    if stage == CHECK:
        ask_person(run, total=run.total, counts=run.counts)
        return
    rows = "row is" if failed == 1 else "rows are"
    words = f"{failed} {rows} not in the shop: download the failed rows, correct them and upload that file." if failed else ""
    finish_run(run, message=words if stage == IMPORT else "Only checked; nothing was written.")
