"""How it stands with the webhooks of a shop, in one word and in a sentence. Lists read all of it in the query of their shops."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from integrations.models import Signature, StoreConnection, StoreDelivery, StoreHooks
from integrations.providers import webhook_module

STATES = ("off", "waiting", "working", "problem")
OFF = "Off: changes come by the schedule alone."
WAITING = "Not entered in the shop yet; a worker does that by itself."
BLOCKED = "Until the shop lets us in again, nothing that it tells is fetched, and nobody sees whether its webhooks are still there."
WORKING = "The shop tells us of each change ({topics})."


@dataclass(frozen=True)
class Standing:
    """state: of STATES; text: in words; topics: what the shop tells us about; times UTC, None = not yet."""

    state: str
    text: str
    address: str = ""
    topics: tuple[str, ...] = ()
    checked_at: datetime | None = None
    last_delivery_at: datetime | None = None


def with_standing(shops: QuerySet[StoreConnection]) -> QuerySet[Any]:
    """The shops with what standing_of reads."""
    newest = StoreDelivery.objects.filter(connection=OuterRef("pk")).order_by("-id").values("created_at")[:1]
    return shops.select_related("hooks").defer("hooks__secret", "hooks__old_secret").annotate(last_delivery_at=Subquery(newest))


def standing_of(connection: Any) -> Standing:
    """As the last look at the shop found it. connection: as with_standing gives it."""
    hooks = getattr(connection, "hooks", None) or StoreHooks()
    state, text = _words(connection, hooks)
    return Standing(state, text, hooks.address, tuple(hooks.topics), hooks.checked_at, connection.last_delivery_at)


def _words(connection: StoreConnection, hooks: StoreHooks) -> tuple[str, str]:
    if not connection.use_webhooks:
        return "off", OFF
    if hooks.problem:
        return "problem", hooks.problem
    if connection.blocked_at is not None:  # An app that was uninstalled has lost its hooks as well.
        return "problem", BLOCKED
    if hooks.signature == Signature.WRONG:
        return "problem", webhook_module(connection.provider).WRONGLY_SIGNED
    if not hooks.registered:
        return "waiting", WAITING
    return "working", WORKING.format(topics=", ".join(hooks.topics))
