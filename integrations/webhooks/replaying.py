"""Stored deliveries taken once more: when something went wrong, or somebody wants to see the products fetched again."""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from common.clock import database_now
from integrations.models import StoreDelivery
from integrations.providers.hooks import Event, News
from integrations.webhooks.intake import act
from tenants.services import record_audit

OLD_GOODBYE = "That the app was uninstalled is not told again: “Test connection” finds out whether the shop lets us in now."
NOTHING = "There is no product in this delivery, so there is nothing to fetch again."
REFUSED = {News.UNINSTALLED: OLD_GOODBYE, News.NOTHING: NOTHING}
MOST_AT_ONCE = 200  # Somebody waits for the page.
A_SITTING = timedelta(hours=1)  # What was replayed within it is not left to do, for whoever goes through many.


class NotReplayable(Exception):
    """The text says why."""


def replay(delivery: StoreDelivery) -> None:
    """Does again what the delivery called for. Raises NotReplayable."""
    if delivery.news in REFUSED:
        raise NotReplayable(REFUSED[News(delivery.news)])
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


@dataclass(frozen=True)
class Replayed:
    """How many were taken once more, had nothing to do again, and are left for the next time."""

    done: int
    skipped: int
    left: int


def replay_some(deliveries: QuerySet[StoreDelivery]) -> Replayed:
    """The first MOST_AT_ONCE of them: those that were not replayed yet, oldest first, so that the same call again goes on with the rest."""
    chosen = deliveries.exclude(news__in=REFUSED).select_related("connection__tenant", "tenant")
    some = list(chosen.order_by(F("replayed_at").asc(nulls_first=True), "id")[:MOST_AT_ONCE])
    for delivery in some:
        replay(delivery)
    left = chosen.exclude(replayed_at__gt=database_now() - A_SITTING)
    return Replayed(len(some), deliveries.filter(news__in=REFUSED).count(), left.count())
