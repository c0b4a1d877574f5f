"""The worker's part of a rollback: phase by phase, page by page, each page one transaction with its progress."""

from time import monotonic
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from operations.background import at_work, hand_on, take_up
from operations.models import Run, RunIssue
from operations.services import advance_run, finish_run
from products_and_services.models import Product, Revision
from products_and_services.steps.step import Step
from products_and_services.steps.stored import lock_products
from products_and_services.steps.writing import write_steps
from products_and_services.undo.checks import missing_files
from products_and_services.undo.pages import PAGE, PHASES, Nets, check_plan, family_of, nets_of, page_of_products, plan_nets
from products_and_services.undo.problems import Problem
from products_and_services.undo.rollback import rolled_back_run
from products_and_services.undo.words import heading_of

SECONDS_AT_WORK = 300.0
TRIES = 3
PHASE_WORDS = {"remove": "removing what was created", "skus": "moving SKUs back", "rest": "changing back"}
FILTERS: dict[str, dict[str, Any]] = {"remove": {"action": "created"}, "rest": {}}


class _Lost(Exception):
    """The run was cancelled or given to another worker: the page must not be written."""


def work_on_rollback(run_id: str, *, seconds: float = SECONDS_AT_WORK) -> None:
    """Takes a queued rollback up and works until it is done, cancelled, or the time is up (then the next worker goes on)."""
    run = take_up(run_id)
    if run is None:
        return
    until = monotonic() + seconds
    with at_work(run):
        try:
            while _cursor(run)["phase"] in PHASES:
                _next_page(run)
                if monotonic() > until:
                    hand_on(run)
                    return
        except _Lost:
            return
        finish_run(run, message=_message(run))


def _cursor(run: Run) -> dict[str, Any]:
    cursor: Any = run.cursor
    return cursor or {"phase": PHASES[0], "after": 0}


def _next_page(run: Run) -> None:
    """One page, or the step to the next phase."""
    phase, after = _cursor(run)["phase"], _cursor(run)["after"]
    target = rolled_back_run(run)
    if phase == "skus":
        _write_page(run, target, phase, _products_with_skus(run, target), _next_phase(phase))
        return
    ids = page_of_products(run.tenant_id, target, after, PAGE, **FILTERS[phase])
    cursor = {"phase": phase, "after": ids[-1]} if ids else _next_phase(phase)
    _write_page(run, target, phase, ids, cursor)


def _products_with_skus(run: Run, target: UUID) -> list[int]:
    rows = Revision.objects.for_tenant(run.tenant_id).filter(run_id=target, action="changed", changes__has_key="sku")
    return list(rows.order_by("product_id").values_list("product_id", flat=True).distinct())


def _next_phase(phase: str) -> dict[str, Any]:
    following = (*PHASES, "end")[PHASES.index(phase) + 1]
    return {"phase": following, "after": 0}


def _write_page(run: Run, target: UUID, phase: str, ids: list[int], cursor: dict[str, Any]) -> None:
    nets = _nets(run, target, phase, ids)
    overwrite, family = bool(run.params.get("overwrite")), family_of(run.tenant_id, target)
    files: set[str] = set()
    if any(key[0] != "product" for key in nets):  # Asked outside the transaction: the storage may be remote.
        files = missing_files(plan_nets(run.tenant_id, nets, family, overwrite=overwrite).steps)
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                lock_products(run.tenant_id, _to_lock(nets))
                plan = plan_nets(run.tenant_id, nets, family, overwrite=overwrite)
                steps, problems = check_plan(run.tenant_id, plan, files)
                write_steps(run.tenant_id, steps)
                _note_issues(run, problems, steps)
                _advance(run, phase, ids, nets, steps, len(problems), cursor)
            return
        except IntegrityError:  # Somebody took a SKU between the look and the write: look again.
            if attempt == TRIES - 1:
                raise
            run.refresh_from_db(fields=["done", "counts", "cursor"])


def _nets(run: Run, target: UUID, phase: str, ids: list[int]) -> Nets:
    nets: Nets = {}
    for start in range(0, len(ids), PAGE):
        nets |= nets_of(run.tenant_id, target, ids[start : start + PAGE], phase)
    return nets


def _to_lock(nets: Nets) -> set[int]:
    """The products of the rows, and those that parts moved away from."""
    moved = {net.before["product_id"] for (entity, _), net in nets.items() if entity != "product" and net.before.get("product_id")}
    return {net.product_id for net in nets.values()} | moved


def _advance(run: Run, phase: str, ids: list[int], nets: Nets, steps: list[Step], left: int, cursor: dict[str, Any]) -> None:
    counts = dict(run.counts)
    whole = [step for step in steps if step.entity == "product"]
    done = run.done
    counts["removed"] = counts.get("removed", 0) + sum(step.action == "deleted" for step in whole)
    counts["recreated"] = counts.get("recreated", 0) + sum(step.action == "created" for step in whole)
    counts["left_alone"] = counts.get("left_alone", 0) + left
    if phase == "remove":
        done += sum(key[0] == "product" for key in nets)
    if phase == "rest":
        mine = set(ids) - _made_by_run(run, ids)
        notes = Revision.objects.for_tenant(run.tenant_id).filter(run_id=run.pk, product_id__in=mine)
        touched = set(notes.values_list("product_id", flat=True))
        done += len(mine)
        counts["restored"] = counts.get("restored", 0) + len(touched) - sum(step.action == "created" for step in whole)
        counts["unchanged"] = counts.get("unchanged", 0) + len(mine) - len(touched)
    words = PHASE_WORDS.get(cursor["phase"], "")
    if not advance_run(run, done=done, counts={name: number for name, number in counts.items() if number}, phase=words, cursor=cursor):
        raise _Lost


def _made_by_run(run: Run, ids: list[int]) -> set[int]:
    """Products the rolled-back run created and left there: counted in the first phase."""
    rows = Revision.objects.for_tenant(run.tenant_id).filter(run_id=rolled_back_run(run), product_id__in=ids, entity="product")
    actions = set(rows.values_list("product_id", "action"))
    return {pk for pk, action in actions if action == "created" and (pk, "deleted") not in actions}


def _note_issues(run: Run, problems: list[Problem], steps: list[Step]) -> None:
    if not problems:
        return
    names = dict(Product.objects.filter(pk__in={problem.product_id for problem in problems}).values_list("pk", "name"))
    RunIssue.objects.bulk_create(
        [
            RunIssue(
                run=run, product_id=problem.product_id, subject=names.get(problem.product_id, f"Product {problem.product_id}")[:200],
                field=heading_of(problem)[:100], code=problem.code, message=problem.message,
            )
            for problem in problems
        ],
        batch_size=500,
    )  # fmt: skip


def _message(run: Run) -> str:
    left = run.counts.get("left_alone", 0)
    if not left:
        return "Everything the run changed is as it was before."
    return f"{left} thing{' was' if left == 1 else 's were'} left as {'it is' if left == 1 else 'they are'}; the issues say why."
