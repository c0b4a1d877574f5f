"""Bulk edits as Runs, so that each can be looked up and rolled back as one. Small ones are done at once, large ones by a worker."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic
from typing import Any

from django.db import transaction

from operations.background import at_work, hand_on, queue_run, take_up
from operations.models import Run, RunKind, RunStatus
from operations.services import advance_run, finish_run, start_run
from products_and_services.models import Revision
from products_and_services.revisions import readable
from products_and_services.services import change_products, check_bulk_values
from products_and_services.steps.stored import FIELDS, for_column
from tenants.actor import acting_as, current_actor
from tenants.models import Tenant

SMALL = 1_000
PAGE = 1_000
SECONDS_AT_WORK = 300.0
TASK = "products_and_services.tasks.edit_products"


def edit_products(tenant: Tenant, product_ids: Iterable[int], values: Mapping[str, Any], what: str = "") -> Run | None:
    """Sets the same columns on many products (see services.change_products) as a Run of kind edit. what: "deactivated", for its message.

    Up to 1,000 products: done when this returns, in one transaction; None when nothing changed. More: the run is queued.
    Raises ValueError as change_products does.
    """
    ids = sorted(set(product_ids))
    check_bulk_values(tenant.pk, values)
    if len(ids) > SMALL:
        noted = {name: readable(FIELDS["product"][name], value) for name, value in values.items()}
        return queue_run(tenant, RunKind.EDIT, TASK, total=len(ids), params={"product_ids": ids, "values": noted, "what": what}, cursor=0)
    with transaction.atomic():
        run = start_run(tenant, RunKind.EDIT, total=len(ids), params={"what": what})
        with acting_as(replace(current_actor(), run_id=str(run.pk))):
            changed = change_products(tenant.pk, ids, values)
        if not changed:
            run.delete()
            return None
        advance_run(run, done=len(ids), counts={"changed": changed, "unchanged": len(ids) - changed})
        finish_run(run, message=_message(changed, what))
    return run


def work_on_edit(run_id: str, *, seconds: float = SECONDS_AT_WORK) -> None:
    """The worker's part of a large edit: a page of products per transaction, resumed at its cursor."""
    run = take_up(run_id)
    if run is None:
        return
    until = monotonic() + seconds
    with at_work(run):
        ids = run.params["product_ids"]
        values = {name: for_column("product", name, value) for name, value in run.params["values"].items()}
        while (done := _place(run)) < len(ids):
            if not _edit_page(run, ids[done : done + PAGE], values):
                return
            if monotonic() > until:
                hand_on(run)
                return
        finish_run(run, message=_message(run.counts.get("changed", 0), run.params.get("what", "")))


def _edit_page(run: Run, ids: list[int], values: dict[str, Any]) -> bool:
    """False when the run was cancelled or given to another worker: then nothing is written."""
    with transaction.atomic():
        changed = run.counts.get("changed", 0) + change_products(run.tenant_id, ids, values)
        done = _place(run) + len(ids)
        ours = advance_run(run, done=done, counts={"changed": changed, "unchanged": done - changed}, phase="editing", cursor=done)
        transaction.set_rollback(not ours)
    return ours


def _place(run: Run) -> int:
    """How many of the ids are done."""
    return int(run.cursor or 0)


def _message(changed: int, what: str) -> str:
    return f"{changed} product{'' if changed == 1 else 's'} {what or 'changed'}."


@contextmanager
def as_run(tenant: Tenant, *, total: int, what: str = "") -> Iterator[Run]:
    """Everything inside is noted as one Run of kind edit, which ends with the block; without any change it leaves no run behind.

    The block does its own transactions, so whatever it wrote before an exception can be rolled back as well. Afterwards
    its pk is None if it was not kept.
    """
    run = start_run(tenant, RunKind.EDIT, total=total, params={"what": what})
    status = RunStatus.FAILED
    try:
        with acting_as(replace(current_actor(), run_id=str(run.pk))):
            yield run
        status = RunStatus.COMPLETED
    finally:
        _close(run, status, what)


def _close(run: Run, status: str, what: str) -> None:
    notes = Revision.objects.for_tenant(run.tenant_id).filter(run_id=run.pk).order_by()
    changed = notes.values("product_id").distinct().count()
    if not changed:
        run.delete()
        return
    advance_run(run, done=run.total, counts={"changed": changed, "unchanged": max(run.total - changed, 0)})
    finish_run(run, status, message=_message(changed, what))


def ids_by_tenant(rows: Any) -> dict[Tenant, list[int]]:
    """{business: product ids} of a queryset of products."""
    found: dict[Any, list[int]] = {}
    for tenant_id, pk in rows.order_by("pk").values_list("tenant_id", "pk"):
        found.setdefault(tenant_id, []).append(pk)
    tenants = Tenant.objects.in_bulk(found)
    return {tenants[tenant_id]: ids for tenant_id, ids in found.items()}
