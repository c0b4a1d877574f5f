"""What keeping a shop in step leaves behind: nothing where nothing was written, else one run per shop and hour that tells all of it.

A shop with a hundred orders a day would else fill the list of runs with a hundred lines of one product each. See docs/decisions/0095.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from common import metering
from common.clock import database_now
from integrations.importing.outcome import FAILS_AT, Outcome
from integrations.models import LogStatus, StoreConnection, StoreWatch, WebhookLog
from integrations.runs.orders import subject_of
from operations.models import Run, RunIssue, RunKind, RunStatus
from products_and_services.undo.rollback import rollbacks_of
from tenants.actor import current_actor

EVENT = "in_step"
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
WRITTEN = ("created", "updated", "linked", "inactive")
TOLD = (*WRITTEN, "failed", "asked")
METERED = {"created": "created", "updated": "updated", "linked": "updated", "inactive": "inactive", "failed": "errors"}


def run_of_the_hour(connection: StoreConnection, now: datetime) -> Run:
    """The run that tells what this hour brings; one that is not stored yet where there is none, or where it was rolled back."""
    known = Run.objects.for_tenant(connection.tenant_id).filter(kind=RunKind.IN_STEP, subject=subject_of(connection.pk))
    run = known.filter(created_at__gt=now - AN_HOUR).order_by("-created_at").first()
    if run is not None and not rollbacks_of(run):
        return run
    return Run(
        tenant=connection.tenant, kind=RunKind.IN_STEP, status=RunStatus.COMPLETED, subject=subject_of(connection.pk), started_at=now,
        started_by=current_actor().name, params={"connection": connection.pk, "store_url": connection.address},
    )  # fmt: skip


def enter(run: Run, connection: StoreConnection, counts: Counter[str], issues: Iterable[RunIssue]) -> None:
    """Adds what was done to the run, in the transaction that did it. Nothing is stored where nothing was written or told."""
    now, is_new = database_now(), run._state.adding
    new, failed_again = _untold(run, list(issues))
    told = Counter({name: counts[name] for name in TOLD if counts[name]}) - Counter(failed=failed_again)
    if not told:
        return
    run.counts = dict(Counter(run.counts) + told)
    run.done = run.total = sum(run.counts.values())
    run.finished_at = run.heartbeat_at = now
    run.save()
    for issue in new:
        issue.run = run
    RunIssue.objects.bulk_create(new)
    for name, number in told.items():
        if name in METERED:
            metering.observe("imported_products", METERED[name], count=number)
    if is_new:
        _log(connection, {"run_id": str(run.pk)})


def _untold(run: Run, issues: list[RunIssue]) -> tuple[list[RunIssue], int]:
    """Those that the run does not tell already, and how many products failed again: a list of changes shows each several times."""
    if run._state.adding or not issues:
        return issues, 0
    known = run.issues.filter(reference__in={issue.reference for issue in issues})
    told, new, failed_again = set(known.values_list("reference", "field", "code", "message")), [], 0
    for issue in issues:
        if (issue.reference, issue.field, issue.code, issue.message) in told:
            failed_again += Outcome.is_failure(issue)
        else:
            new.append(issue)
    return new, failed_again


def failed_at_one_of(connection: StoreConnection, external_ids: Iterable[str]) -> bool:
    """Whether within a day the shop has failed at one of these products only."""
    runs = Run.objects.for_tenant(connection.tenant_id).filter(kind=RunKind.IN_STEP, subject=subject_of(connection.pk))
    lately = runs.filter(created_at__gt=database_now() - A_DAY)
    return RunIssue.objects.filter(run__in=lately, code=FAILS_AT, reference__in=external_ids).exists()


def note_failure(watch: StoreWatch, words: str) -> None:
    """The first time in a row that the shop did not answer."""
    _log(watch.connection, {"kind": watch.kind}, error=words)


def note_much_gone(connection: StoreConnection, number: int) -> None:
    """So many products are missing that an import has to ask a person first. Said once a day, not with every look and delivery."""
    told = WebhookLog.objects.filter(connection=connection, event=EVENT, payload__has_key="gone", created_at__gt=database_now() - A_DAY)
    if told.exists():
        return
    words = f"{number} products are not in the shop any more: so many that nothing was switched off. The next whole import asks you."
    _log(connection, {"gone": number}, error=words)


def _log(connection: StoreConnection, payload: dict[str, object], error: str = "") -> None:
    WebhookLog.objects.create(
        tenant=connection.tenant, connection=connection, provider=connection.provider, event=EVENT, payload=payload,
        status=LogStatus.ERROR if error else LogStatus.SUCCESS, error=error,
    )  # fmt: skip
