"""The doorbell's other end: thin tasks with ids only."""

from typing import Any

from celery import shared_task

from products_and_services.spreadsheets import exports, imports


@shared_task(name=imports.TASK)
def import_file(run_id: str, *_: Any) -> None:
    """Checks or imports an uploaded file."""
    imports.work_on(run_id)


@shared_task(name=exports.TASK)
def export_file(run_id: str, *_: Any) -> None:
    """Writes products to a file."""
    exports.work_on(run_id)
