"""Imports as runs: one shop, one open run at a time, whoever starts it and however it ends.

holding.py   who has a shop's connection: taken by one conditional UPDATE, given back by the end of the run itself
orders.py    what a run was asked to do, as it stands in its params
starting.py  starting, confirming, going on, trying again what failed
working.py   a worker's time at a run, step by step (the steps are importing/), or the whole of it in this process
desk.py      what the steps write down: progress, issues, the preview of a dry run
pulse.py     a sign of life while one step takes long
ending.py    what becomes of a run when the shop fails or a person must say something
evidence.py  what the end of a run leaves behind: the log, the connection's dates, counters
preview.py, progress.py, pace.py, results.py, details.py   what people and programs read of a run
"""

from integrations.runs.holding import AlreadyRunning, NotReady, open_run, refusal
from integrations.runs.preview import Preview, PreviewRow, preview_of
from integrations.runs.progress import Progress, progress_of
from integrations.runs.results import connection_of, is_import, result_of, with_shop
from integrations.runs.starting import (
    NotConfirmable,
    confirm_removals,
    needs_preview,
    record_trigger,
    resume,
    retry_failed,
    start_import,
    triggered,
)
from integrations.runs.working import confirm_now, resume_now, run_now, work_on_import

__all__ = [
    "AlreadyRunning",
    "NotConfirmable",
    "NotReady",
    "Preview",
    "PreviewRow",
    "Progress",
    "confirm_now",
    "confirm_removals",
    "connection_of",
    "is_import",
    "needs_preview",
    "open_run",
    "preview_of",
    "progress_of",
    "record_trigger",
    "refusal",
    "result_of",
    "resume",
    "resume_now",
    "retry_failed",
    "run_now",
    "start_import",
    "triggered",
    "with_shop",
    "work_on_import",
]
