"""Step 2: one round of work for one catalog under its lease: polls, look-ups, then one send. The caller rings again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Min, Q

from common.clock import database_now
from common.lease import Lease, claim
from common.log_context import about
from meta_integration.catalog.asks import ask_due, may_be_asked
from meta_integration.catalog.batches import BatchSender
from meta_integration.catalog.carriers import load_carriers
from meta_integration.catalog.changes import due_changes, next_change_due
from meta_integration.catalog.decide import LONGEST_WAIT, Step, step_for, wanted_for
from meta_integration.catalog.expand import expand_due
from meta_integration.catalog.looks import LOOK_AGAIN, ask_for_looks
from meta_integration.catalog.pause import end_if_over, is_callable, is_paused, is_resting
from meta_integration.catalog.polls import poll_due
from meta_integration.catalog.rows import Row, read_rows, settle_rows
from meta_integration.catalog.settle import ASK_AFTER, give_up, settle_without_call, stand
from meta_integration.catalog.singles import AT_MOST, may_go_singly, send_singly
from meta_integration.catalog.summary import refresh_catalog_summaries, refresh_summaries, refresh_underway
from meta_integration.catalog.surroundings import surroundings_of
from meta_integration.catalog.verdicts import expect
from meta_integration.catalog_service import MetaCatalogService, service_for
from meta_integration.models import Catalog, CatalogBatch, CatalogItem

LONGEST_NAP = 100.0  # seconds; whatever is due later is the sweep's business


@dataclass(frozen=True)
class Outcome:
    """more: ring again at once; nap: seconds until the next thing is due (None: nothing soon); busy: somebody else holds the lease."""

    more: bool = False
    nap: float | None = None
    busy: bool = False


def drain_catalog(catalog_pk: int, clock: Callable[[], datetime] = database_now) -> Outcome:
    """One round. A death inside it leaves the lease to run out; whoever takes it over asks about what was in flight."""
    catalog = Catalog.objects.select_related("tenant", "config__tenant").filter(pk=catalog_pk).first()
    if catalog is None:
        return Outcome()
    with about(tenant=catalog.tenant.sub_domain, catalog=catalog.catalog_id):
        return _drain(catalog, clock)


def _drain(catalog: Catalog, clock: Callable[[], datetime]) -> Outcome:
    expanded = catalog.tenant.is_active and expand_due(catalog.tenant, clock())
    if not is_callable(catalog, clock()):
        moments = [next_change_due(catalog.tenant_id)] if catalog.tenant.is_active else []
        return Outcome(more=expanded, nap=_nap_until(moments, clock()))
    lease = claim(Catalog, catalog.pk, clock())
    if lease is None:
        return Outcome(busy=True)
    try:
        if lease.taken_over:
            _doubt_what_was_in_flight(catalog, clock())
            refresh_underway(catalog)
        end_if_over(catalog, clock())
        _round(catalog, lease, clock)
    except Exception:
        _doubt_what_was_in_flight(catalog, clock())
        lease.release()
        raise
    lease.release()
    # Looked at after the release: a doorbell that found us busy has left its change for us.
    return Outcome(more=has_work(catalog, clock()), nap=_next_nap(catalog, clock()))


def _doubt_what_was_in_flight(catalog: Catalog, now: datetime) -> None:
    in_flight = CatalogItem.objects.filter(catalog=catalog, in_flight=True)
    in_flight.update(in_flight=False, ask_at=now + ASK_AFTER)


def _round(catalog: Catalog, lease: Lease, clock: Callable[[], datetime]) -> None:
    service = service_for(catalog)
    touched: set[int | None] = set()
    go_on = poll_due(catalog, service, clock, touched) and ask_due(catalog, service, clock, touched)
    rows = _waiting_rows(catalog, clock()) if go_on and not is_resting(catalog, clock()) else []
    touched |= {row.product_id for row in rows}
    calls = _decide(catalog, rows, clock()) if rows else []
    if calls:
        _send(catalog, calls, lease, service, clock)
    if is_paused(catalog, clock()):
        refresh_catalog_summaries(catalog)
    refresh_summaries(touched)
    expect(catalog, touched, clock())


def has_work(catalog: Catalog, now: datetime) -> bool:
    """True when another round would find something to expand or to send."""
    if due_changes(catalog.tenant_id, now).exists():
        return True
    if not is_callable(catalog, now) or is_resting(catalog, now):
        return False
    return CatalogItem.objects.filter(due_items(now), catalog=catalog).exists()


def due_items(now: datetime) -> Q:
    """Condition for waiting items that a round should look at: new marks, and retries whose time has come."""
    retry = Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=now) | Q(next_attempt_at__gt=now + LONGEST_WAIT)
    return ~Q(mark=F("done")) & Q(batch__isnull=True) & (~Q(checked_mark=F("mark")) | retry)


def _waiting_rows(catalog: Catalog, now: datetime) -> list[Row]:
    """What had been live goes first: an edit overtakes a long first push."""
    waiting = CatalogItem.objects.filter(due_items(now), catalog=catalog)
    return read_rows(waiting.order_by("-was_sent", "id")[: catalog.batch_size])


def _decide(catalog: Catalog, rows: list[Row], now: datetime) -> list[Row]:
    """The rows that need a call; all others are settled, or noted as looked at, here."""
    carriers = load_carriers(catalog, [row.retailer_id for row in rows])
    around = surroundings_of(catalog.tenant, catalog.config)
    calls, still, unseen = [], [], set()
    for row in rows:
        row.want(wanted_for(row, carriers.get(row.retailer_id), around, now))
        step = step_for(row, row.wanted, now)
        if step is Step.CALL:
            calls.append(row)
            continue
        if step is Step.LOOK:
            row.next_attempt_at = now + LOOK_AGAIN
            unseen.add(row.product_id)
        {Step.SETTLE: settle_without_call, Step.STAND: stand, Step.FAIL: give_up, Step.WAIT: _keep, Step.LOOK: _keep}[step](row)
        still.append(row)
    settle_rows(still, now=now, was_called=False)
    ask_for_looks(catalog.tenant_id, unseen)
    return calls


def _keep(row: Row) -> None:
    """What waits for its time, or for a look at its pictures, stays as it is; writing it notes the mark at which it was looked at."""


def _send(catalog: Catalog, rows: list[Row], lease: Lease, service: MetaCatalogService, clock: Callable[[], datetime]) -> None:
    singles = [row for row in rows if may_go_singly(row)]
    if len(rows) > AT_MOST or not singles:
        BatchSender(catalog, lease, service, clock).send(rows)
    else:
        send_singly(catalog, singles, lease, service, clock)


def _next_nap(catalog: Catalog, now: datetime) -> float | None:
    poll = CatalogBatch.objects.filter(catalog=catalog, poll_at__isnull=False).aggregate(at=Min("poll_at"))["at"]
    ask = may_be_asked(catalog).aggregate(at=Min("ask_at"))["at"]
    return _nap_until([poll, ask, next_change_due(catalog.tenant_id), catalog.resting_until], now)


def _nap_until(moments: Iterable[datetime | None], now: datetime) -> float | None:
    known = [moment for moment in moments if moment]
    if not known:
        return None
    seconds = (min(known) - now) / timedelta(seconds=1)
    return max(seconds, 0.05) if seconds <= LONGEST_NAP else None

