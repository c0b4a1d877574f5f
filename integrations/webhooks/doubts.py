"""Deliveries that are not signed as they should be, again and again: is it a stranger, or was the secret changed in the shop?

Anybody can send us a wrong signature, so by itself it proves nothing. It is counted in this process's memory, and a few have the shop
asked, at most once in some hours. Only what the shop itself shows makes it a fact that people are told: it does not take the secret any
more, or the hooks that we had entered are gone or switched off, as shops do when nobody takes what they send. The first delivery that is
rightly signed ends it, and so does another secret.
"""

import threading
import time
from dataclasses import dataclass

from integrations.models import Signature, StoreConnection, StoreHooks
from integrations.providers.hooks import ShopHooks
from integrations.webhooks.asking import ask_for_a_look

ENOUGH, WITHIN = 5, 4 * 3_600.0  # So often within so many seconds: Shopify repeats what is refused six times in its first hours.


@dataclass(slots=True)
class _Count:
    number: int
    ends_at: float


_counts: dict[int, _Count] = {}  # By connection, so never more than there are.
_lock = threading.Lock()


def refused(connection: StoreConnection) -> None:
    """One was not signed as it should be."""
    if _counted(connection.pk, time.monotonic()) == ENOUGH:
        StoreHooks.objects.filter(connection=connection.pk, signature=Signature.RIGHT).update(signature=Signature.DOUBTED)
        ask_for_a_look(connection)


def taken(connection: StoreConnection) -> None:
    """One was. Costs nothing where there was no doubt."""
    _counts.pop(connection.pk, None)
    hooks = getattr(connection, "hooks", None)
    if hooks is not None and hooks.signature != Signature.RIGHT:
        StoreHooks.objects.filter(pk=hooks.pk).update(signature=Signature.RIGHT)


def look_into(hooks: StoreHooks, shop: ShopHooks, *, lost: bool) -> None:
    """What the shop says about a doubt. lost: it has given up hooks of ours. Network; raises the four errors."""
    if hooks.signature == Signature.DOUBTED and (lost or shop.secret_is_refused()):
        StoreHooks.objects.filter(pk=hooks.pk, signature=Signature.DOUBTED).update(signature=Signature.WRONG)


def _counted(connection_pk: int, now: float) -> int:
    with _lock:
        count = _counts.get(connection_pk)
        if count is None or count.ends_at < now:
            count = _counts[connection_pk] = _Count(0, now + WITHIN)
        count.number += 1
        return count.number
