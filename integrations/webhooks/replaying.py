"""A stored delivery taken once more: when something went wrong, or somebody wants to see the product fetched again."""

import time

from django.db import transaction

from common.clock import database_now
from integrations.models import StoreDelivery
from integrations.providers.hooks import Event, News
from integrations.webhooks.intake import act
from tenants.services import record_audit

OLD_GOODBYE = "That the app was uninstalled is not told again: “Test connection” finds out whether the shop lets us in now."
NOTHING = "There is no product in this delivery, so there is nothing to fetch again."


class NotReplayable(Exception):
    """The text says why."""


def replay(delivery: StoreDelivery) -> None:
    """Does again what the delivery called for. Raises NotReplayable."""
    if delivery.news == News.UNINSTALLED:
        raise NotReplayable(OLD_GOODBYE)
    if delivery.news == News.NOTHING:
        raise NotReplayable(NOTHING)
    connection, content = delivery.connection, dict(delivery.content)
    event = Event(
        delivery.topic, delivery.delivery_id, News(delivery.news), tuple(delivery.external_ids),
        shop=str(content.get("shop") or ""), kept=content,
    )  # fmt: skip
    with transaction.atomic():
        delivery.replayed_at = database_now()
        act(connection, delivery, event, time.monotonic())
        record_audit("delivery_replayed", delivery.tenant, subject=str(connection),
                     metadata={"delivery": delivery.pk, "topic": delivery.topic, "products": delivery.external_ids})  # fmt: skip
