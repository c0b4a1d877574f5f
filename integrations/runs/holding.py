"""Who has a connection. A run has it while the run is open: its end, however it comes about, is what gives the connection back.

So nothing has to be released and nothing can be forgotten: cancelled by a person, failed by the sweep after a worker's death, ended by a
restore or deleted, a run that is not open any more holds nothing. An ended run never opens again (going on is a new run).
"""

from typing import Any
from uuid import UUID

from django.db import connection as database

from integrations.models import StoreConnection
from operations.models import OPEN_STATUSES, Run, RunStatus
from tenants.models import Tenant

TRIES = 5
PAUSED = "The shop is paused: nothing is read from it. Switch it on first."
INACTIVE = "The business is inactive. Activate it first."
REMOVED = "The shop was removed."
WAITS = "An import of this shop waits for an answer. Confirm or cancel it first."
RUNS = "An import of this shop is under way already. Wait for its end or cancel it."


class NotReady(Exception):
    """Nothing can be imported now; the text says why and what to do."""


class AlreadyRunning(Exception):
    """The connection has an open run: `run`."""

    def __init__(self, run: Run) -> None:
        super().__init__(WAITS if run.status == RunStatus.NEEDS_CONFIRMATION else RUNS)
        self.run = run


def open_run(connection: StoreConnection) -> Run | None:
    """The run that has the connection now."""
    return _open(StoreConnection.objects.filter(pk=connection.pk).values_list("current_run_id", flat=True).first())


def refusal(connection: StoreConnection) -> str:
    """Why nothing can be read from the shop now, in words; "" when it can."""
    if not connection.is_active:
        return PAUSED
    if connection.blocked_at is not None:
        return f"The shop does not let us in: {connection.blocked_reason} When it is mended, test the connection."
    return "" if connection.tenant.is_active else INACTIVE


def may_go_on(connection_pk: int) -> bool:
    """Whether `refusal` would have nothing to say. Asked for every page of an import, so it is written out: the ORM would take as long to
    build the statement as half the page takes to be read."""
    shops, businesses = (database.ops.quote_name(model._meta.db_table) for model in (StoreConnection, Tenant))
    # The tables' names are our own models'; every value is a parameter.
    sql = f"SELECT s.is_active AND s.blocked_at IS NULL AND t.is_active FROM {shops} s JOIN {businesses} t ON t.id = s.tenant_id"  # noqa: S608
    with database.cursor() as cursor:
        cursor.execute(f"{sql} WHERE s.id = %s", [connection_pk])
        row = cursor.fetchone()
    return bool(row and row[0])


def take(connection: StoreConnection, run: Run, **values: Any) -> None:
    """Gives the connection to a new run; values: columns that change with it. Called in the transaction that made the run.

    The write compares with what was read and touches one row, so that of any number at once exactly one wins: a condition on the run's
    status inside the UPDATE would be judged by PostgreSQL with the eyes of before it waited. Raises AlreadyRunning, NotReady.
    """
    for _ in range(TRIES):
        current = StoreConnection.objects.select_related("tenant").defer("credentials").filter(pk=connection.pk).first()
        if current is None:
            raise NotReady(REMOVED)
        if why := refusal(current):
            raise NotReady(why)
        holder = _open(current.current_run_id)
        if holder is not None:
            raise AlreadyRunning(holder)
        as_read = StoreConnection.objects.filter(pk=current.pk, is_active=True, blocked_at__isnull=True)
        held = {"current_run": current.current_run_id} if current.current_run_id else {"current_run__isnull": True}
        if as_read.filter(**held).update(current_run=run, **values):
            connection.current_run = run
            return
    raise NotReady("Others start and stop imports of this shop at this very moment. Try again.")


def _open(run_pk: UUID | None) -> Run | None:
    return Run.objects.filter(pk=run_pk, status__in=OPEN_STATUSES).first() if run_pk else None
