"""A delivery that is signed by its shop: one row and its hints, in one transaction; what comes a second time changes nothing.

Nothing is asked of the shop here, and nothing is believed but which product it is about, or that the shop should be asked who it is.
"""

import logging
import time
import uuid
from dataclasses import replace

from django.db import DatabaseError, IntegrityError, InterfaceError, transaction

from common.clock import database_now
from integrations import hints
from integrations.models import DeliveryState, LogStatus, StoreConnection, StoreDelivery, WebhookLog
from integrations.providers.hooks import Event, News
from integrations.scheduling.schedules import was_begun
from integrations.webhooks.asking import ask_for_a_look

logger = logging.getLogger("webhooks")
TRIES = 3
NOT_YET = "The shop has not been imported yet: the first import brings everything."
SOMEBODY_ELSE = "It is about another shop, {shop}."
IS_IT_GONE = "A worker asks the shop whether the app is still installed. Only if the shop says that it is not, nothing is read any more."
ASKED_ANEW = "The next look at the shop asks again for its currency and its name."
BROKE = "It could not be taken; the log of this time tells more. “Replay” tries again."
Verdict = tuple[DeliveryState, str]


def take(connection: StoreConnection, event: Event, started: float) -> bool:
    """Stores the delivery and does what it calls for; False when it was taken before. started: by `monotonic()`."""
    if not event.delivery_id:  # A proxy has lost the header: then each one counts.
        event = replace(event, delivery_id=uuid.uuid4().hex)
    for attempt in range(TRIES):
        try:
            return _stored(connection, event, started)
        except IntegrityError:  # The same one, or news of the same product, at this very moment; or the shop was removed.
            if not StoreConnection.objects.filter(pk=connection.pk).exists():
                return False
            if attempt == TRIES - 1:
                raise
    return False


def _stored(connection: StoreConnection, event: Event, started: float) -> bool:
    with transaction.atomic():
        if StoreDelivery.objects.filter(connection=connection, topic=event.topic, delivery_id=event.delivery_id).exists():
            return False
        delivery = StoreDelivery.objects.create(
            tenant_id=connection.tenant_id, connection=connection, topic=event.topic, delivery_id=event.delivery_id,
            news=event.news, external_ids=list(event.product_ids), content=event.kept,
        )  # fmt: skip
        act(connection, delivery, event, started)
    return True


def act(connection: StoreConnection, delivery: StoreDelivery, event: Event, started: float) -> None:
    """What a delivery calls for, and what became of it. A fault of ours leaves a row that can be replayed."""
    try:
        with transaction.atomic():
            state, note = _done(connection, event)
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        logger.exception("The delivery %s of connection %s could not be taken.", event.topic, connection.pk)
        state, note = DeliveryState.FAILED, BROKE
    delivery.state, delivery.note = state, note
    delivery.save(update_fields=["state", "note", "replayed_at"])
    _log(connection, delivery, started)


def _done(connection: StoreConnection, event: Event) -> Verdict:
    if event.news == News.PRODUCTS:
        return _noted(connection, event)
    if event.news == News.NOTHING:
        return DeliveryState.IGNORED, event.note
    if event.shop != connection.shop_domain.lower():
        return DeliveryState.IGNORED, SOMEBODY_ELSE.format(shop=event.shop)
    return _asked_anew(connection, event)


def _noted(connection: StoreConnection, event: Event) -> Verdict:
    if not was_begun(connection):
        return DeliveryState.IGNORED, NOT_YET
    hints.note(connection.pk, event.product_ids, f"webhook {event.topic}")
    return DeliveryState.NOTED, ""


def _asked_anew(connection: StoreConnection, event: Event) -> Verdict:
    """The topic is not signed, so a goodbye may be any old letter of this shop: it only has the shop asked, by a worker (keeping.py)."""
    StoreConnection.objects.filter(pk=connection.pk).update(stale_since=database_now())
    if event.news == News.UNINSTALLED:
        ask_for_a_look(connection)
        return DeliveryState.NOTED, IS_IT_GONE
    return DeliveryState.NOTED, ASKED_ANEW


def _log(connection: StoreConnection, delivery: StoreDelivery, started: float) -> None:
    failed = delivery.state == DeliveryState.FAILED
    payload = {"delivery": delivery.pk, "products": delivery.external_ids, "note": delivery.note, **delivery.content}
    WebhookLog.objects.create(
        tenant_id=connection.tenant_id, connection=connection, provider=connection.provider, event=delivery.topic or "unnamed",
        payload=payload, status=LogStatus.ERROR if failed else LogStatus.SUCCESS, error=delivery.note if failed else "",
        processing_time_ms=int((time.monotonic() - started) * 1000),
    )  # fmt: skip
