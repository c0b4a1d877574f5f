"""Shops that are read by themselves: one entry of celery beat per connection, made from the connection and removed with it.

The connection's schedule is the truth, the entry its doorbell. A lost ring costs a quarter of an hour: the entry “every WooCommerce shop
that is due” asks the same question about all of them, and whoever asks second finds the import started.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from common.clock import database_now
from integrations.models import Provider, Schedule, StoreConnection
from integrations.runs.holding import AlreadyRunning, NotReady, open_run, refusal
from integrations.runs.starting import start_import
from integrations.scheduling.timetable import NIGHTLY, Timetable, is_due
from integrations.webhooks.asking import ask_for_a_look
from operations.models import Run, RunStatus
from operations.services import finish_run

TASK = "integrations.tasks.import_when_due"
DESCRIPTION = "Made from the shop's page; change it there. What is changed here is overwritten with the shop's next change."
ANSWER_WITHIN = timedelta(days=1)
UNANSWERED = "Nobody answered within a day. Nothing was switched off; the next import asks again."
EXPIRES = 600  # seconds; a doorbell that nobody heard for so long is not needed any more


def timetable_of(connection: StoreConnection) -> Timetable | None:
    """None when it is read only by hand."""
    if connection.schedule == Schedule.OFF:
        return None
    return Timetable(str(connection.schedule), connection.schedule_time, connection.tenant.zone, connection.pk)


def schedule_words(connection: StoreConnection) -> str:
    """ "Every night at 03:00 (Africa/Cairo)" """
    timetable = timetable_of(connection)
    return timetable.words() if timetable else "Only when somebody starts it"


def next_run(connection: StoreConnection, now: datetime | None = None) -> datetime | None:
    """When the schedule starts it next (UTC); None when it will not: off, paused, blocked, or waiting for its first import by a person."""
    timetable = timetable_of(connection)
    if timetable is None or refusal(connection) or not was_begun(connection):
        return None
    return timetable.next(now or database_now())


def entry_name(connection_pk: int) -> str:
    """The name of a connection's entry of celery beat."""
    return f"shop-{connection_pk}"


def keep_entry(connection: StoreConnection) -> None:
    """Makes the entry say what the connection says; writes nothing when it does already."""
    timetable = timetable_of(connection)
    if timetable is None:
        drop_entry(connection.pk)
        return
    entry = PeriodicTask.objects.filter(name=entry_name(connection.pk)).first() or PeriodicTask(name=entry_name(connection.pk))
    wanted = {"task": TASK, "args": json.dumps([connection.pk]), "crontab_id": _crontab(timetable).pk, "interval_id": None,
              "expire_seconds": EXPIRES, "description": DESCRIPTION, "enabled": True}  # fmt: skip
    if entry.pk is None or any(getattr(entry, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(entry, name, value)
        entry.save()  # Not update(): only save() tells beat.


def drop_entry(connection_pk: int) -> None:
    """Removes the entry."""
    for entry in PeriodicTask.objects.filter(name=entry_name(connection_pk)):
        entry.delete()


def _crontab(timetable: Timetable) -> Any:
    night = timetable.kind == NIGHTLY
    minute = str(timetable.at.minute) if night else ",".join(str(one) for one in timetable.minutes)
    values = {"minute": minute, "hour": str(timetable.at.hour) if night else "*", "timezone": timetable.zone if night else "UTC"}
    values |= {"day_of_week": "*", "day_of_month": "*", "month_of_year": "*"}
    return CrontabSchedule.objects.filter(**values).first() or CrontabSchedule.objects.create(**values)


def was_begun(connection: StoreConnection) -> bool:
    """Whether a person (or a program) has started an import of everything before: the first one is nobody's but theirs."""
    return connection.imported_at is not None or connection.last_import_id is not None


def start_if_due(connection: StoreConnection, now: datetime) -> Run | None:
    """What the schedule does at its moments: nothing while a run is open, while the shop is paused or blocked, or when it was just read.

    A question that nobody answers for a day gives way: prices and stock would stay old meanwhile, and the next import asks it again.
    """
    timetable = timetable_of(connection)
    if timetable is None or refusal(connection) or not was_begun(connection):
        return None
    last = connection.last_import.created_at if connection.last_import else connection.imported_at
    if not is_due(timetable, last, now):
        return None
    run = open_run(connection)
    if run is not None and not _gives_way(run, now):
        return None
    return _start(connection, wait=timetable.spread)


def _gives_way(run: Run, now: datetime) -> bool:
    asked = run.heartbeat_at or run.created_at
    if run.status != RunStatus.NEEDS_CONFIRMATION or now - asked < ANSWER_WITHIN:
        return False
    return finish_run(run, RunStatus.CANCELLED, message=UNANSWERED)


def start_all(provider: str, *, only_due: bool = False) -> int:
    """Starts an import of every shop of active businesses; returns how many were started.

    only_due: those whose schedule says so. Left out are shops that are paused, blocked or being read already.
    """
    shops, now = _shops(provider), database_now()
    if only_due:
        return sum(start_if_due(connection, now) is not None for connection in shops)
    return sum(_start(connection) is not None for connection in shops)


def _shops(provider: str) -> QuerySet[StoreConnection]:
    shops = StoreConnection.objects.filter(provider=Provider(provider), is_active=True, tenant__is_active=True)
    return shops.select_related("tenant", "last_import").defer("credentials", "last_import__params", "last_import__cursor")


def _start(connection: StoreConnection, wait: int = 0) -> Run | None:
    try:
        run = start_import(connection, wait=wait)
    except (AlreadyRunning, NotReady):
        return None
    ask_for_a_look(connection)
    return run
