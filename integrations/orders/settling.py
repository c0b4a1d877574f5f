"""What came of an order, written down: the row itself, the stock that it held here, and who has to know. Makes no call."""

import random
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from common.clock import database_now
from common.errors import NeedsConfigurationError, PermanentError, RemoteError, TransientError
from common.lease import Lease
from common.redaction import MASK, clean_error_text
from common.retry import STORE_DELAYS, store_delay
from integrations.hints import note
from integrations.importing.locking import lock
from integrations.models import ExternalRef, OrderState, OrderWriteBack, RefKind
from integrations.orders.payload import load_order
from products_and_services.reservations import hand_over
from tenants.services import record_audit

LOOK = "Look in the shop whether it has this order. “Try again” looks first, and never writes it twice."
SHORTEST_WORD = 4


def about_to_ask(lease: Lease, now: datetime) -> bool:
    """Notes that the shop is asked to write it from now on. False when somebody else has taken the row over."""
    return bool(_held(lease).update(asked_at=now))


def put_off(lease: Lease, until: datetime) -> None:
    """It is tried again then; that counts as no try."""
    _held(lease).update(next_try_at=until)


def written(row: Any, lease: Lease, number: str) -> None:
    """The shop has the order, under this number of its own. It counts the goods itself now, so what was held here is handed over, and the
    products are looked at again: only the shop knows what it has left."""
    now = database_now()
    with transaction.atomic():
        lock(row.connection_id)
        values = {"state": OrderState.WRITTEN, "external_id": number[:64], "written_at": now, "updated_at": now}
        # Cancelled while somebody holds it is only what loses its shop at this moment (queueing.forget_shop).
        if not _held(lease, OrderState.WAITING, OrderState.CANCELLED).update(**values, error="", remedy="", next_try_at=None):
            return  # Whoever has the row now finds the order in the shop.
        product_ids = {line["product_id"] for line in row.payload["lines"]}
        hand_over(row.tenant_id, row.order_number, product_ids, f"{row.shop} has the order as number {number}")
        _look_again(row, product_ids, now)
        record_audit("order_written", row.tenant, subject=row.order_number, metadata={"shop": row.shop, "number": number})


def _look_again(row: Any, product_ids: set[int], now: datetime) -> None:
    """They are compared even where the shop shows what it showed before; an answer asked for earlier does not count any more."""
    refs = ExternalRef.objects.filter(connection=row.connection_id, kind=RefKind.PRODUCT, product_id__in=product_ids)
    refs.update(content_hash="", read_at=now)
    note(row.connection_id, refs.values_list("external_id", flat=True), f"order {row.order_number} was written")


def failed(row: OrderWriteBack, lease: Lease, error: RemoteError) -> None:
    """It was not written, or nobody knows. Time heals a TransientError: four tries in all, after 5, 15 and 45 minutes; a person must act on
    NeedsConfiguration, and until then no other order of this shop is tried; what the shop refuses is not sent again by itself.

    row.asked_at: since when the shop may have it; a refusal of this try says nothing about an earlier one.
    """
    now = database_now()
    remedy = clean_error_text(str(error.data.get("remedy") or ""))
    words = {"error": clean_error_text(_said(error, row)), "remedy": remedy, "updated_at": now}
    if isinstance(error, NeedsConfigurationError):
        _block(row, lease, words)
    elif isinstance(error, PermanentError):
        _held(lease).update(state=OrderState.REFUSED, next_try_at=None, asked_at=row.asked_at, **words)
    else:
        _wait(row, lease, error, words, now)


def _block(row: Any, lease: Lease, words: dict[str, Any]) -> None:
    with transaction.atomic():
        if _held(lease).update(state=OrderState.BLOCKED, next_try_at=None, asked_at=row.asked_at, **words):
            others = OrderWriteBack.objects.filter(connection=row.connection_id, state=OrderState.WAITING, lease_token="")
            others.update(state=OrderState.BLOCKED, next_try_at=None, **words)


def _wait(row: OrderWriteBack, lease: Lease, error: RemoteError, words: dict[str, Any], now: datetime) -> None:
    # Writing may have taken minutes: if the shop has the order, then perhaps only since this moment, and its search not yet.
    _held(lease).filter(asked_at__isnull=False).update(asked_at=now)
    if error.retry_after is not None:  # The shop wants to be left alone; that is no failed try.
        _held(lease).update(next_try_at=now + timedelta(seconds=error.retry_after), **words)
        return
    tries = row.tries + 1
    delay = store_delay(tries, random.random())  # noqa: S311 - spreads load, guards nothing
    if delay is None:
        words["remedy"] = LOOK
        _held(lease).update(state=OrderState.FAILED, tries=tries, next_try_at=None, **words)
    else:
        _held(lease).update(tries=tries, next_try_at=now + delay, **words)


def leave_alone(row: Any, error: TransientError) -> None:
    """The shop is down, or busy, for all its orders: those that wait are not tried in vain, one each minute, as others need the worker."""
    until = database_now() + (timedelta(seconds=error.retry_after) if error.retry_after is not None else STORE_DELAYS[0])
    waiting = OrderWriteBack.objects.filter(connection=row.connection_id, state=OrderState.WAITING, lease_token="")
    waiting.filter(next_try_at__lt=until).update(next_try_at=until)


def _said(error: RemoteError, row: OrderWriteBack) -> str:
    """In our words, and the shop's own where there are any, but for what it repeats of the customer: the API tells this text."""
    said = str(error.data.get("said") or "")
    for word in sorted(_words_of_customer(row), key=len, reverse=True):
        said = said.replace(word, MASK)
    return f"{error.message} The shop says: “{said}”" if said else error.message


def _words_of_customer(row: OrderWriteBack) -> set[str]:
    """What could be known again; shorter words stand in every sentence."""
    customer = asdict(load_order(row.payload).customer)
    return {text for text in (*customer.values(), *customer["address"].values()) if isinstance(text, str) and len(text) >= SHORTEST_WORD}


def _held(lease: Lease, *states: OrderState) -> QuerySet[OrderWriteBack]:
    return OrderWriteBack.objects.filter(pk=lease.pk, lease_token=lease.token, state__in=states or (OrderState.WAITING,))
