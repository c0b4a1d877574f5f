"""Rolling a run back: who may be rolled back, what would happen, and the Run of kind rollback that does it page by page.

The run's revisions are all that is read, however they were written (see revisions.py). Three phases, so that every SKU is free when it is
needed: what the run created goes; SKUs move, all in one transaction, as they may form rings across pages; the rest, and what the run
deleted, comes back. Each page is one transaction with its progress, so a killed worker's successor goes on exactly there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from operations.background import queue_run
from operations.models import OPEN_STATUSES, Run, RunKind, RunStatus
from products_and_services.models import Revision
from products_and_services.steps.step import Key, Step
from products_and_services.undo.pages import PAGE, PHASES, page_of_products, plan_page
from products_and_services.undo.problems import Problem
from tenants.services import record_audit

TASK = "products_and_services.tasks.roll_back"
KINDS = (RunKind.EDIT, RunKind.CSV, RunKind.IMPORT, RunKind.IN_STEP, RunKind.ROLLBACK)


class NotRollable(Exception):
    """This run cannot be rolled back now; the text says why."""


@dataclass(frozen=True)
class RollbackPreview:
    """total, made, deleted: products that the run touched, created, deleted. looked_at: how many of them the steps are about."""

    total: int
    made: int
    deleted: int
    looked_at: int
    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def notes_of(run: Run) -> QuerySet[Revision]:
    """The revisions a run left."""
    return Revision.objects.for_tenant(run.tenant_id).filter(run_id=run.pk).order_by()


def rollbacks_of(run: Run) -> list[Run]:
    """Every rollback of this run, newest first."""
    return list(Run.objects.for_tenant(run.tenant_id).filter(kind=RunKind.ROLLBACK, params__rolls_back=str(run.pk)))


def rolled_back_by(run: Run) -> Run | None:
    """The completed rollback that is in force: not rolled back itself."""
    done = (other for other in rollbacks_of(run) if other.status == RunStatus.COMPLETED)
    return next((other for other in done if rolled_back_by(other) is None), None)


def refusal(run: Run) -> str:
    """Why the run cannot be rolled back, "" when it can. One that left something alone may be rolled back once more, for the rest."""
    if run.kind not in KINDS:
        return "Only runs that change products can be rolled back."
    if run.is_open:
        return "The run is still at work. Cancel it or wait for its end first."
    if any(other.status in OPEN_STATUSES for other in rollbacks_of(run)):
        return "The run is being rolled back right now."
    if not notes_of(run).exists():
        return "The run changed no product, or its history is no longer kept."
    done = rolled_back_by(run)
    if done is not None and not done.issues.exists():
        return "The run has been rolled back already. To have its changes again, roll that rollback back."
    return ""


def start_rollback(run: Run, *, overwrite: bool = False) -> Run:
    """Queues the rollback as a Run and notes it in the audit log. overwrite: also what others changed since. Raises NotRollable."""
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)  # Two people at once: the second one finds the first one's rollback.
        why = refusal(run)
        if why:
            raise NotRollable(why)
        total = notes_of(run).values("product_id").distinct().count()
        params = {"rolls_back": str(run.pk), "overwrite": overwrite}
        cursor = {"phase": PHASES[0], "after": 0}
        rollback = queue_run(run.tenant, RunKind.ROLLBACK, TASK, total=total, params=params, cursor=cursor)
        record_audit("run_rolled_back", run.tenant, subject=str(run), metadata={**params, "run_id": str(rollback.pk), "products": total})
    return rollback


def preview_rollback(run: Run, *, overwrite: bool = False, most: int = 200) -> RollbackPreview:
    """What a rollback would do, with the steps for the first `most` products. Writes nothing."""
    notes = notes_of(run)
    products = notes.filter(entity="product").values("product_id").distinct()
    ids = page_of_products(run.tenant_id, run.pk, 0, most)
    steps, problems = plan_page(run.tenant_id, run.pk, ids, overwrite=overwrite, pending=_coming_free(run))
    return RollbackPreview(
        total=notes.values("product_id").distinct().count(),
        made=products.filter(action="created").count(),
        deleted=products.filter(action="deleted").count(),
        looked_at=len(ids),
        steps=steps,
        problems=problems,
    )


def preview_pages(run: Run, *, overwrite: bool = False) -> Iterator[tuple[int, list[Step], list[Problem]]]:
    """The whole of it, page by page: (number of products, steps, problems). Writes nothing."""
    after, pending = 0, _coming_free(run)
    while ids := page_of_products(run.tenant_id, run.pk, after, PAGE):
        yield len(ids), *plan_page(run.tenant_id, run.pk, ids, overwrite=overwrite, pending=pending)
        after = ids[-1]


def _coming_free(run: Run) -> set[Key]:
    """Who gives a SKU up during the rollback, whichever page it stands on."""
    rows = notes_of(run).filter(Q(action="created") | Q(changes__has_key="sku"))
    return set(rows.exclude(entity="image").values_list("entity", "entity_id").distinct())


def rolled_back_run(rollback: Run) -> UUID:
    """The id of the run that a rollback takes back."""
    return UUID(rollback.params["rolls_back"])
