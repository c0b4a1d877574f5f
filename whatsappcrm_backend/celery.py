"""The Celery application. Tasks are thin: they name a service and pass ids (never payloads or secrets)."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready
from django_structlog.celery.steps import DjangoStructLogInitStep

from common.collector import calm_collector

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whatsappcrm_backend.settings")

app = Celery("whatsappcrm_backend")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@worker_process_init.connect
@worker_ready.connect  # For the worker with threads, whose first process does the work.
def start_calmly(**_: Any) -> None:
    calm_collector()


@worker_ready.connect
def sweep_at_start(sender: Any = None, **_: Any) -> None:
    """What piled up while no worker ran goes out at once, not at the next minute."""
    with sender.app.connection_for_write() as connection:
        sender.app.send_task("meta_integration.tasks.sweep", connection=connection, ignore_result=True)
