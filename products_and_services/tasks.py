"""The doorbell's other end: thin tasks with ids only."""

from typing import Any

from celery import shared_task

from products_and_services.edits import work_on_edit
from products_and_services.spreadsheets import exports, imports
from products_and_services.undo.rollback_work import work_on_rollback


@shared_task(name=imports.TASK)
def import_file(run_id: str, *_: Any) -> None:
    """Checks or imports an uploaded file."""
    imports.work_on(run_id)


@shared_task(name=exports.TASK)
def export_file(run_id: str, *_: Any) -> None:
    """Writes products to a file."""
    exports.work_on(run_id)


@shared_task(name="products_and_services.tasks.edit_products")
def edit_products(run_id: str, *_: Any) -> None:
    """A large bulk edit."""
    work_on_edit(run_id)


@shared_task(name="products_and_services.tasks.roll_back")
def roll_back(run_id: str, *_: Any) -> None:
    """A rollback of a run."""
    work_on_rollback(run_id)
