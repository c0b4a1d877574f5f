"""What `/v1/runs/{id}/` tells of an import beyond what it tells of every run."""

from typing import Any

from integrations.runs.orders import order_of
from integrations.runs.preview import preview_of
from integrations.runs.progress import progress_of
from integrations.runs.results import is_import, result_of
from operations.details import tell_more
from operations.models import Run, RunKind


def describe_import(run: Run) -> dict[str, Any]:
    """step: start, categories, products, missing, pictures or end; per_second: products; seconds_left: of work; tries: how often the shop
    did not answer since the import last got further; part: only certain products; preview: of a dry run, in a sentence.
    """
    if not is_import(run):
        return {}
    order, progress = order_of(run), progress_of(run)
    asked = {"connection_id": order.connection, "store_url": order.store_url, "task_id": order.task_id}
    asked |= {"dry_run": order.dry_run, "full": order.full, "part": order.part, "resumes": order.resumes or None}
    pace = {"step": progress.phase, "per_second": progress.per_second, "seconds_left": progress.seconds_left, "tries": progress.tries}
    found = {"preview": preview_of(run).sentence()} if order.dry_run else {}
    return {**asked, **pace, "result": result_of(run), **found}


def register() -> None:
    """Called when Django starts."""
    tell_more(RunKind.IMPORT, describe_import)
