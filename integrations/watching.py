"""The alert rules of this room; each looks at the shops of all businesses at once, a query or two each. Meaning: docs/monitoring.md."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet

from integrations.connecting.blocking import KIND as BLOCKED
from integrations.connecting.blocking import blocked_alert_key, blocked_words
from integrations.in_step.telling import failing
from integrations.in_step.watches import minutes_of
from integrations.links import connection_url, run_url
from integrations.models import Schedule, Signature, StoreConnection
from integrations.providers import webhook_module
from integrations.scheduling.schedules import timetable_of
from integrations.scheduling.timetable import is_missed
from operations import heartbeats
from operations.alerting.rules import Cause, Finding, register_rule
from operations.background import BROKE, DIED
from operations.models import OPEN_STATUSES, Run, RunStatus, Severity

WATCHED = ("person ", "command ")  # Whoever started it like that is there to read what became of it..
WATCHED_FOR = timedelta(minutes=10)  # ..for a while.
JUMP_TOLD_FOR = timedelta(hours=24)
LATE_AFTER = timedelta(hours=1)


def blocked_shops(_now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """Opened at once by blocking.py as well, under the same key; here it closes, however the block ended."""
    for shop in _shops().filter(blocked_at__isnull=False):
        title, remedy = blocked_words(shop)
        yield Finding(shop.tenant_id, blocked_alert_key(shop.pk), title, remedy, connection_url(shop.pk), Severity.CRITICAL)


def failed_imports(_now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """The import of a shop failed, nobody was watching, and none was completed since. An import under way closes nothing yet."""
    for shop in _shops("failed_import").filter(blocked_at__isnull=True, failed_import__isnull=False):
        run = shop.failed_import
        if run is not None and not _was_watched(run):
            yield _about(
                shop, "import-failed", f"The import of “{shop}” failed",
                f"{run.message} What was imported stays imported, and nothing was switched off. The schedule tries again by itself; the "
                "shop's page starts it at once. This closes when an import is completed.",
            )  # fmt: skip


def missed_imports(now: datetime, open_causes: frozenset[Cause]) -> Iterator[Finding]:
    """The schedule asked twice and no import was completed, though none failed and none is under way.

    Nothing new is said while the workers have only just come back.
    """
    just_started = heartbeats.running_for(now) < heartbeats.SETTLED_AFTER
    waiting = _shops("current_run").filter(blocked_at__isnull=True, failed_import__isnull=True).exclude(schedule=Schedule.OFF)
    for shop in waiting.exclude(imported_at__isnull=True, last_import__isnull=True):
        timetable, known = timetable_of(shop), (shop.tenant_id, _key(shop, "import-missed")) in open_causes
        if timetable is None or (shop.current_run is not None and shop.current_run.status in OPEN_STATUSES):
            continue
        since = max(shop.imported_at or shop.created_at, shop.updated_at)
        if is_missed(timetable, since, now) and (known or not just_started):
            done = f"{shop.imported_at:%Y-%m-%d %H:%M} UTC" if shop.imported_at else "it was connected"
            yield _about(
                shop, "import-missed", f"No import of “{shop}” has been completed since {done}",
                f"It should be: {timetable.words().lower()}. Are celery_beat and celery_cpu_worker running? Was the last import cancelled? "
                "Start one on the shop's page.",
            )  # fmt: skip


def out_of_step(now: datetime, open_causes: frozenset[Cause]) -> Iterator[Finding]:
    """What keeps a shop in step has failed for an hour, or was due an hour ago and has not been done, though nothing else was under way."""
    just_started = heartbeats.running_for(now) < heartbeats.SETTLED_AFTER
    shops = _shops("current_run").filter(blocked_at__isnull=True, imported_at__isnull=False).prefetch_related("watches")
    for shop in shops:
        watch = failing(shop.watches.all())
        if watch is not None and watch.failing_since is not None and now - watch.failing_since > LATE_AFTER:
            yield _about(
                shop, "in-step", f"“{shop}” is not kept in step since {watch.failing_since:%Y-%m-%d %H:%M} UTC",
                f"{watch.problem} It is tried again by itself; nothing was switched off. This closes when the shop answers.",
            )  # fmt: skip
        elif _is_late(shop, now) and (not just_started or (shop.tenant_id, _key(shop, "in-step")) in open_causes):
            yield _about(
                shop, "in-step", f"“{shop}” has not been looked at for an hour longer than it should",
                "Are celery_beat and celery_shops_worker running? Changes of the shop come in late meanwhile; nothing is lost.",
            )  # fmt: skip


def _is_late(shop: StoreConnection, now: datetime) -> bool:
    if shop.current_run is not None and shop.current_run.status in OPEN_STATUSES:
        return False
    ours = [watch for watch in shop.watches.all() if minutes_of(shop, watch.kind)]
    since = max(shop.updated_at, shop.imported_at or shop.updated_at)
    return any(watch.due_at is not None and now - max(watch.due_at, since) > LATE_AFTER for watch in ours)


def wrong_signatures(_now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """What a shop tells us is signed with another secret, as the shop itself has confirmed (webhooks/doubts.py)."""
    for shop in _shops().filter(blocked_at__isnull=True, use_webhooks=True, hooks__signature=Signature.WRONG):
        words = webhook_module(shop.provider).WRONGLY_SIGNED
        title = f"Webhooks of “{shop}” have a wrong signature"
        yield _about(shop, "signature", title, f"{words} This closes with the first one that is right.")


def waiting_questions(now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """An import waits for a person before many products become inactive; until then the shop is not read."""
    asking = _shops("current_run").filter(current_run__status=RunStatus.NEEDS_CONFIRMATION)
    for shop in asking.filter(current_run__heartbeat_at__lte=now - WATCHED_FOR):
        run: Any = shop.current_run
        yield _about(
            shop, "import-asks", f"The import of “{shop}” waits for your answer",
            f"{run.message} Look at the shop: did somebody empty it, or does it only show less? Confirm or cancel the run. Until then no "
            "other import of this shop begins.",
            run_url(run.pk),
        )  # fmt: skip


def jumped_counts(now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """A note for a day: a shop suddenly has many more products, or many fewer."""
    for shop in _shops().filter(count_jumped_at__gt=now - JUMP_TOLD_FOR).exclude(count_before=F("product_count")):
        yield _about(
            shop, "count", f"“{shop}” has {shop.product_count} products now, {shop.count_before} before",
            "If that is right there is nothing to do. If not, look at the shop; the import can be rolled back on its run's page. This "
            "closes by itself after a day.",
        )  # fmt: skip


def _about(shop: StoreConnection, cause: str, title: str, detail: str, url: str = "") -> Finding:
    """A warning that leads to the shop's page unless it names a better one."""
    return Finding(shop.tenant_id, _key(shop, cause), title, detail, url or connection_url(shop.pk))


def _key(shop: StoreConnection, cause: str) -> str:
    return f"shop-{cause}-{shop.pk}"


def _was_watched(run: Run) -> bool:
    quick = run.finished_at is not None and run.finished_at - run.created_at <= WATCHED_FOR
    return run.started_by.startswith(WATCHED) and quick and run.message not in (BROKE, DIED)


def _shops(*related: str) -> QuerySet[StoreConnection]:
    """Those that are read: of active businesses, not paused. Without what is long."""
    shops = StoreConnection.objects.filter(is_active=True, tenant__is_active=True).select_related("tenant", *related)
    long = [f"{name}__{column}" for name in related for column in ("params", "cursor")]
    return shops.defer("credentials", "facts", *long).order_by("pk")


def register() -> None:
    """Called when Django starts."""
    register_rule(BLOCKED, blocked_shops)
    register_rule("shop_import_failed", failed_imports)
    register_rule("shop_import_missed", missed_imports)
    register_rule("shop_out_of_step", out_of_step)
    register_rule("shop_wrong_signature", wrong_signatures)
    register_rule("shop_import_asks", waiting_questions)
    register_rule("shop_count_jumped", jumped_counts)
