"""How a call that starts an import is bounded, refused and answered, whichever address it came to."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from common.api import Conflict
from integrations.models import StoreConnection
from integrations.runs import AlreadyRunning, NotReady, record_trigger, refusal, start_import, triggered
from integrations.runs.orders import order_of
from operations.api import AcceptedSerializer, accepted_run
from operations.models import Run, RunStatus
from tenants.viewsets import KeyThrottle


class TriggerThrottle(KeyThrottle):
    """Besides the general bound: calls that make us call a shop."""

    rate = "30/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        key = super().get_cache_key(request, view)
        return f"{key}-trigger" if key else None


class BadTrigger(APIException):
    """400 with a code of its own: `not_configured`, `ambiguous`."""

    status_code = 400


class ImportAcceptedSerializer(AcceptedSerializer):
    """The import has been accepted; results come with the run."""

    task_id = serializers.CharField(help_text="Id of the background task, for the logs.")


def accepted(run: Run, request: Request) -> dict[str, Any]:
    """The body of a 202."""
    return accepted_run(run, request, task_id=order_of(run).task_id)


def begin(connection: StoreConnection, *, full: bool = False, dry_run: bool = False) -> Run:
    """The run that does it: a new one, or the one that is doing just that already. Raises Conflict when something else is in the way.

    Both are noted in the audit trail (decision 0090): whoever reads it later sees each call that was answered with "accepted".
    """
    if why := refusal(connection):
        raise Conflict(why, code="blocked" if connection.is_active else "paused")
    try:
        return triggered(lambda: start_import(connection, full=full, dry_run=dry_run))
    except AlreadyRunning as busy:
        run = _the_same(busy, full=full, dry_run=dry_run)
        record_trigger(connection, run, already_running=True)
        return run
    except NotReady as refused:
        raise Conflict(str(refused), code="not_ready") from None


def _the_same(busy: AlreadyRunning, *, full: bool, dry_run: bool) -> Run:
    """An open run of everything serves whoever asks for the same; one that waits for a person, or does less, does not."""
    order = order_of(busy.run)
    if busy.run.status == RunStatus.NEEDS_CONFIRMATION:
        raise Conflict(f"{busy} It is run {busy.run.pk}.", code="needs_confirmation")
    if order.part or order.dry_run != dry_run or (full and not order.full):
        raise Conflict(f"Another kind of import of this shop is under way, run {busy.run.pk}. Wait for its end or cancel it.", code="busy")
    return busy.run
