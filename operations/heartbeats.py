"""Who has been seen working, and when: the dead man's switch. Written by the minute tasks, read by /readyz, the admin and each other."""

from datetime import datetime, timedelta

from django.db.models import Max, Min

from operations.models import Heartbeat

SILENT_AFTER = timedelta(minutes=5)
SETTLED_AFTER = timedelta(minutes=10)  # After a stand-still what waits is old, and that says nothing yet.
# name -> (what is not running when it is silent, and what to do about it)
WATCH, SWEEP, CATALOG, SHOPS = "watch", "sweep", "catalog", "shops"
WORKERS = {
    SWEEP: ("the worker for imports and maintenance", "celery_cpu_worker"),
    CATALOG: ("the worker that talks to Meta", "celery_io_worker"),
    WATCH: ("the worker that sends alerts", "celery_io_worker"),
    SHOPS: ("the worker that asks shops", "celery_shops_worker"),
}


def beat(name: str, now: datetime) -> None:
    """This part works. After five minutes of silence it counts as freshly started."""
    kept = Heartbeat.objects.filter(name=name, seen_at__gte=now - SILENT_AFTER).update(seen_at=now)
    if not kept:
        Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": now, "since": now})


def silent(now: datetime) -> list[str]:
    """Names that were seen once, and not for five minutes; none while everything has just been started again."""
    if running_for(now) < SILENT_AFTER:
        return []
    return sorted(Heartbeat.objects.filter(seen_at__lt=now - SILENT_AFTER, name__in=WORKERS).values_list("name", flat=True))


def running_for(now: datetime) -> timedelta:
    """How long the part that has run longest has run without a gap; what stood still before is not its fault."""
    since = Heartbeat.objects.filter(seen_at__gte=now - SILENT_AFTER, name__in=WORKERS).aggregate(at=Min("since"))["at"]
    return now - since if since else timedelta(0)


def last_seen() -> datetime | None:
    """When any of them was last seen; None on a fresh installation."""
    return Heartbeat.objects.filter(name__in=WORKERS).aggregate(at=Max("seen_at"))["at"]


def sweep_state(now: datetime) -> str:
    """ "up", "silent" (no minute task for five minutes: beat, broker or all workers are down) or "never" (nothing ran yet)."""
    seen = last_seen()
    if seen is None:
        return "never"
    return "up" if now - seen <= SILENT_AFTER else "silent"
