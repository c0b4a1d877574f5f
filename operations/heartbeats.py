"""Who has been seen working, and when: the dead man's switch. Written by the minute tasks, read by /readyz, the admin and each other."""

from datetime import datetime, timedelta

from django.db.models import Max

from operations.models import Heartbeat

SILENT_AFTER = timedelta(minutes=5)
# name -> (what is not running when it is silent, and what to do about it)
WATCH, SWEEP, CATALOG = "watch", "sweep", "catalog"
WORKERS = {
    SWEEP: ("the worker for imports and maintenance", "celery_cpu_worker"),
    CATALOG: ("the worker that talks to Meta", "celery_io_worker"),
    WATCH: ("the worker that sends alerts", "celery_io_worker"),
}


def beat(name: str, now: datetime) -> None:
    """This part works."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": now})


def silent(now: datetime) -> list[str]:
    """Names that were seen once, and not for five minutes."""
    return sorted(Heartbeat.objects.filter(seen_at__lt=now - SILENT_AFTER, name__in=WORKERS).values_list("name", flat=True))


def last_seen() -> datetime | None:
    """When any of them was last seen; None on a fresh installation."""
    return Heartbeat.objects.filter(name__in=WORKERS).aggregate(at=Max("seen_at"))["at"]


def sweep_state(now: datetime) -> str:
    """ "up", "silent" (no minute task for five minutes: beat, broker or all workers are down) or "never" (nothing ran yet)."""
    seen = last_seen()
    if seen is None:
        return "never"
    return "up" if now - seen <= SILENT_AFTER else "silent"
