"""A person or a program wants to know now what was changed in a shop, and does not wait for the next round.

The round that is due anyway is only made due at once: so nothing doubles, however often it is asked for, and whatever a round honours (a
pause, a block, an import under way, a shop that wants to be left alone) is honoured here.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from common.clock import database_now
from common.lease import free_at
from integrations.in_step.sweep import ring_for
from integrations.in_step.turns import is_imported_now, watch_of
from integrations.in_step.watches import minutes_of
from integrations.models import Kind, StoreConnection, StoreWatch
from integrations.runs.holding import REMOVED, refusal
from tenants.services import record_audit

QUEUED, RUNNING, AFTER_IMPORT = "queued", "running", "after_import"
WORDS = {
    QUEUED: "The shop is being asked what was changed since the last time. What comes of it shows on the shop's page, under “In between”.",
    RUNNING: "The shop is being asked what was changed at this very moment. What is changed meanwhile comes with the next round.",
    AFTER_IMPORT: "An import of the shop is under way. Right after it the shop is asked what was changed since the last time.",
}
FIRST = "Nothing was imported from this shop yet. Start the first import; from then on it can be looked at for changes."
SWITCHED_OFF = "“Read what was changed” is set to “Never” for this shop. Choose how often under “When”, or import now."


class NoLook(Exception):
    """The shop cannot be asked now; the text says why and what to do. code: "paused", "blocked", "not_ready", "switched_off", "waiting"."""

    def __init__(self, words: str, code: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True)
class Look:
    """state: QUEUED, RUNNING or AFTER_IMPORT."""

    state: str

    @property
    def words(self) -> str:
        """What happens now, for people."""
        return WORDS[self.state]


def look_for_changes(connection: StoreConnection) -> Look:
    """Has the shop asked at once for what was changed, with a note of who wanted it. Raises NoLook."""
    with transaction.atomic():
        look = _queue(connection, database_now())
        record_audit("shop_look_asked", connection.tenant, subject=str(connection), metadata={"look": look.state})
    return look


def _queue(connection: StoreConnection, now: datetime) -> Look:
    watch = watch_of(connection.pk, Kind.CHANGES)
    if watch is None:
        raise NoLook(REMOVED, "not_ready")
    _raise_if_refused(watch, now)
    if not StoreWatch.objects.filter(free_at(now), pk=watch.pk).exists():
        return Look(RUNNING)
    StoreWatch.objects.filter(Q(due_at__isnull=True) | Q(due_at__gt=now), pk=watch.pk).update(due_at=now)
    if is_imported_now(watch.connection):
        return Look(AFTER_IMPORT)  # The sweep rings when it has ended.
    ring_for(watch.connection_id, watch.kind, watch.tries)
    return Look(QUEUED)


def _raise_if_refused(watch: StoreWatch, now: datetime) -> None:
    shop = watch.connection
    if why := refusal(shop):
        raise NoLook(why, "blocked" if shop.is_active else "paused")
    if shop.imported_at is None:
        raise NoLook(FIRST, "not_ready")
    if not minutes_of(shop, Kind.CHANGES):
        raise NoLook(SWITCHED_OFF, "switched_off")
    waits = StoreWatch.objects.filter(connection=shop, failing_since__isnull=False, due_at__gt=now)
    # What fails of another way concerns this one where it was made to wait as long (watches.put_off).
    failing = waits.filter(Q(pk=watch.pk) | Q(due_at__lte=watch.due_at or now)).order_by("due_at").last()
    if failing is not None:
        words = f"The shop did not answer the last time: {failing.problem} It is asked again by itself, at the latest in an hour."
        raise NoLook(f"{words} If it is mended, press “Test connection”: then nothing waits any more.", "waiting")
