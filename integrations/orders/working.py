"""One order after the other goes to its shop: first it is looked for there, and only where it is not found it is written, once.

A worker holds a row by a lease, so two never write the same order; it is renewed meanwhile, as an old order is looked for in many pages.
Before the shop is asked to write, the row says so: whoever finds that a worker died, or that an answer was lost, looks again, and not too
soon, as a shop's search may know a new order only some seconds later.
"""

import logging
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db.models import Q, QuerySet

from common.clock import database_now
from common.doorbell import ring
from common.encrypted_field import DecryptionError
from common.errors import NeedsConfigurationError, RemoteError, TransientError
from common.lease import Lease, claim, free_at
from common.log_context import about
from integrations.models import OrderState, OrderWriteBack
from integrations.orders import settling
from integrations.orders.mapping import for_shop
from integrations.orders.payload import load_order
from integrations.orders.queueing import TASK
from integrations.providers import adapter_for
from integrations.runs.pulse import RENEWED_EVERY, Pulse, renewer
from tenants.actor import Actor, acting_as

logger = logging.getLogger("store_orders")

A_DAY = timedelta(days=1)  # Times further ahead were left by a clock that had jumped.
LOOK_AFTER = timedelta(minutes=2)  # An order that may have been written is known to the shop's search by then.
SECONDS, AT_ONCE = 45.0, 20
BROKE = "Something went wrong on our side; the log of this time tells more."
KEYS = "Enter the shop's keys again on its page."


def due_orders(now: datetime) -> QuerySet[OrderWriteBack]:
    """What can be written now: its shop wants orders, and is neither paused nor blocked. Nothing waits for a day: see watches.due_by."""
    return OrderWriteBack.objects.filter(
        Q(next_try_at__lte=now) | Q(next_try_at__gt=now + A_DAY), state=OrderState.WAITING, connection__write_orders=True,
        connection__is_active=True,
        connection__blocked_at__isnull=True, tenant__is_active=True,
    )  # fmt: skip


def ring_waiting(now: datetime) -> list[int]:
    """The sweep: rings each shop for which orders are due; returns their numbers. A lost doorbell costs a minute."""
    shops = sorted(set(due_orders(now).order_by().values_list("connection_id", flat=True)))
    for pk in shops:
        ring(TASK, pk)
    return [pk for pk in shops if pk is not None]


def work_on_orders(connection_pk: int, *, seconds: float = SECONDS) -> int:
    """Writes what is due for one shop, until its time is up (then it rings again) or the shop is out. Returns how many rows were looked at.

    Only this shop's orders wait for it: each shop has its own doorbell.
    """
    end, done = monotonic() + seconds, 0
    while (held := _take_next(connection_pk)) is not None:
        row, lease = held
        try:
            with (
                acting_as(Actor(f"order {row.order_number}")), about(tenant=row.tenant.sub_domain, order=row.order_number),
                Pulse(renewer(lease), every=RENEWED_EVERY),
            ):  # fmt: skip
                goes_on = _attempt(row, lease)
        finally:
            lease.release()
        done += 1
        if not goes_on:
            break
        if monotonic() >= end:
            ring(TASK, connection_pk)
            break
    return done


def _take_next(connection_pk: int) -> tuple[OrderWriteBack, Lease] | None:
    """None also while another worker is at this shop: one that hangs must not hold them all. That one goes on with what is due."""
    now = database_now()
    due = due_orders(now).filter(connection=connection_pk)
    if OrderWriteBack.objects.filter(connection=connection_pk, state=OrderState.WAITING).exclude(free_at(now)).exists():
        return None
    free = due.filter(free_at(now)).order_by("tries", "next_try_at", "pk").values_list("pk", flat=True)
    for pk in list(free[:AT_ONCE]):
        lease = claim(OrderWriteBack, pk, database_now())
        if lease is None:
            continue
        row = due.select_related("connection__tenant", "tenant").filter(pk=pk).first()
        if row is not None:
            return row, lease
        lease.release()
    return None


def _attempt(row: Any, lease: Lease) -> bool:
    """Whether it makes sense to go on with the next order of this shop."""
    try:
        number = _written_number(row, lease)
    except DecryptionError as error:
        settling.failed(row, lease, NeedsConfigurationError(str(error), data={"remedy": KEYS}))
        return False
    except RemoteError as error:
        settling.failed(row, lease, error)
        if isinstance(error, TransientError):
            settling.leave_alone(row, error)
        return not isinstance(error, TransientError | NeedsConfigurationError)
    except Exception:
        logger.exception("Order %s could not be written to a shop", row.order_number)
        settling.failed(row, lease, TransientError(BROKE))
        return True
    if number is not None:
        settling.written(row, lease, number)
    return True


def _written_number(row: Any, lease: Lease) -> str | None:
    """The shop's number of the order; None when it is another's turn, or too early to write it again."""
    order = load_order(row.payload)
    adapter = adapter_for(row.connection)
    orders = adapter.orders
    found = orders.find(order.reference, row.created_at)
    if found is not None:
        return found
    now = database_now()
    if row.asked_at is not None and row.asked_at - A_DAY < now < row.asked_at + LOOK_AFTER:
        settling.put_off(lease, row.asked_at + LOOK_AFTER)
        return None
    row.asked_at = None  # Whatever was lost before, the shop does not have it.
    mapped = for_shop(row.connection, order, adapter.currency)
    if not (lease.renew(now) and settling.about_to_ask(lease, now)):
        return None
    return orders.create(mapped)
