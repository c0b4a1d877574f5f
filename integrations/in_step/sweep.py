"""Every minute: rings for the shops whose turn it is. A lost ring costs a minute; what comes twice finds the watch claimed or not due.

Shops are asked by a worker of their own, in threads (supervisor/programs.py): one that hangs holds a thread for as long as a request lasts.
One that did not answer the last time may hang again: such shops are asked one way each, and only a few at the same time, so that there are
threads left for the others however many are down.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from common.doorbell import ring
from integrations import hints
from integrations.in_step.turns import AT_WORK
from integrations.in_step.watches import due_by
from integrations.models import Kind, StoreHint, StoreWatch

KEEP_TASK = "integrations.tasks.keep_shops_in_step"
CHANGES_TASK = "integrations.tasks.read_changes_of_store"
GLANCES_TASK = "integrations.tasks.look_over_store"
AGAIN_TASK = "integrations.tasks.ask_store_again"
TROUBLED_AT_ONCE = 8
TASKS = {Kind.HINTS: hints.TASK, Kind.CHANGES: CHANGES_TASK, Kind.GLANCES: GLANCES_TASK}


def ring_due(now: datetime) -> None:
    """One ring for each watch that is due, few for shops that did not answer the last time. One query whatever the number of shops."""
    troubled: dict[int, str] = {}
    for connection_pk, kind, tries in due(now).values_list("connection_id", "kind", "tries"):
        if tries:
            troubled.setdefault(connection_pk, kind)
        else:
            ring_for(connection_pk, kind, tries)
    # Those that are being asked just now are due until they are done: as the longest waiting they are among the first, and count.
    for connection_pk, kind in list(troubled.items())[:TROUBLED_AT_ONCE]:
        ring_for(connection_pk, kind, tries=1)


def ring_for(connection_pk: int, kind: str, tries: int) -> None:
    """The doorbell of one watch. tries: as it stands there."""
    if tries:
        ring(AGAIN_TASK, connection_pk, str(kind))
    else:
        ring(TASKS[Kind(kind)], connection_pk)


def due(now: datetime) -> QuerySet[StoreWatch]:
    """Watches of shops that may be asked: not paused, not blocked, imported once; see turns.may_ask, which asks again."""
    shops = StoreWatch.objects.filter(
        due_by(now), connection__is_active=True, connection__blocked_at__isnull=True,
        connection__imported_at__isnull=False, connection__tenant__is_active=True,
    )  # fmt: skip
    hinted = Exists(StoreHint.objects.filter(due_by(now), connection=OuterRef("connection")))
    by_itself = (Q(kind=Kind.CHANGES) & Q(connection__changes_every__gt=0)) | (Q(kind=Kind.GLANCES) & Q(connection__glances_every__gt=0))
    free = Q(connection__current_run__isnull=True) | ~Q(connection__current_run__status__in=AT_WORK)
    return shops.filter((Q(kind=Kind.HINTS) & hinted) | (by_itself & free)).order_by("due_at", "pk")
