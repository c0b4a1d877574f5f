"""Sending pauses by itself when most items fail in the same way: first a warning with a time, then, if it goes on, the pause.

Counted are items, by their last attempt, not calls: a batch of 3,000 that Meta refuses row by row is 3,000 failures, not one. Only what
speaks about us counts: refusals and codes nobody knows. Outages rest a minute (pause.py), throttles pause by Meta's own figure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from meta_integration.catalog.pause import stop_catalog
from meta_integration.catalog.summary import refresh_catalog_summaries
from meta_integration.models import Catalog, CatalogItem, CatalogWatch, ItemState
from meta_integration.remedies import PAUSED_ITSELF, remedy_for_code
from meta_integration.watching.queue import callable_catalogs
from meta_integration.watching.thresholds import LEAST_TRIED, STILL_TRIED, failing_alike, may_fail_alike, still_failing_alike
from operations.alerting.rules import Cause, Finding
from tenants.services import record_audit

WINDOW = timedelta(hours=1)
OUTAGE_CODES = (1, 2)
FAILED = Q(state=ItemState.REJECTED) | Q(state__in=(ItemState.RETRY, ItemState.FAILED), error_code__isnull=False) & ~Q(
    error_code__in=OUTAGE_CODES
)
NO_CODE = -1  # A batch refuses its rows without a code, and names the item in its words: all of these are one kind.


@dataclass(frozen=True)
class Series:
    """The most frequent failure of one catalog within a time. same: items that failed so; tried: items tried at all."""

    same: int
    tried: int
    code: int


def auto_pauses(now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """The rule: warns, pauses when the time has come and it goes on, and stands until somebody resumes or it stops."""
    catalogs = callable_catalogs(now).filter(config__auto_pause=True)
    hour = failing_series(catalogs, now - WINDOW, LEAST_TRIED)
    watches = {watch.catalog_id: watch for watch in CatalogWatch.objects.filter(Q(warned_at__isnull=False) | Q(catalog__in=list(hour)))}
    wanted = catalogs.filter(pk__in={*hour, *watches}).select_related("tenant").defer("config__access_token")
    for catalog in wanted.annotate(share=F("config__auto_pause_share"), minutes=F("config__auto_pause_minutes")):
        watch = watches.get(catalog.pk) or CatalogWatch.objects.get_or_create(catalog=catalog)[0]
        yield from _consider(catalog, watch, hour.get(catalog.pk), now)
    yield from _paused_ones()


def failing_series(catalogs: QuerySet[Catalog], since: datetime, least: int) -> dict[int, Series]:
    """{catalog: its most frequent failure since then}; attempts before a person resumed are forgiven. Three queries.

    least: items that must have been tried. The last query reads all items of a catalog, so it is made only where failures may suffice.
    """
    shares = dict(catalogs.order_by().values_list("pk", "config__auto_pause_share"))
    forgiven = Q(catalog__watch__counted_from__isnull=True) | Q(last_attempt_at__gt=F("catalog__watch__counted_from"))
    tried = CatalogItem.objects.filter(forgiven, catalog__in=list(shares), last_attempt_at__gt=since).order_by()
    worst: dict[int, tuple[int, int]] = {}
    for pk, code, same in tried.filter(FAILED).values_list("catalog", "error_code").annotate(number=Count("pk")):
        if may_fail_alike(same, least, shares[pk]):
            worst[pk] = max(worst.get(pk, (0, 0)), (same, NO_CODE if code is None else code))
    totals = tried.filter(catalog__in=list(worst)).values_list("catalog").annotate(number=Count("pk")) if worst else []
    return {pk: Series(worst[pk][0], total, worst[pk][1]) for pk, total in totals}


def _consider(catalog: Any, watch: CatalogWatch, series: Series | None, now: datetime) -> Iterator[Finding]:
    if series is None or not failing_alike(series.same, series.tried, catalog.share):
        if watch.warned_at:
            CatalogWatch.objects.filter(pk=watch.pk).update(warned_at=None, pause_at=None)
        return
    if watch.warned_at is None or watch.pause_at is None:
        watch.warned_at, watch.pause_at = now, now + timedelta(minutes=catalog.minutes)
        watch.save(update_fields=["warned_at", "pause_at"])
    elif now >= watch.pause_at:
        since = failing_series(Catalog.objects.filter(pk=catalog.pk), watch.warned_at, STILL_TRIED).get(catalog.pk)
        if since is not None and still_failing_alike(since.same, since.tried, catalog.share):
            _pause(catalog.pk, since, now)
            return  # _paused_ones tells of it.
    yield _warning(catalog, watch, series)


def _warning(catalog: Any, watch: CatalogWatch, series: Series) -> Finding:
    at = f"{watch.pause_at:%H:%M} UTC" if watch.pause_at else "soon"
    return Finding(
        catalog.tenant_id, _key(catalog.pk),
        f"Sending to catalog {catalog.catalog_id} pauses at {at} if it goes on failing: {series.same} of {series.tried} items",
        f"They failed in the same way ({words_of(series.code)}). Mend the cause, and it does not pause. The Meta App Config says whether "
        "and when sending pauses by itself.",
        _link(),
    )  # fmt: skip


def _pause(catalog_pk: int, series: Series, now: datetime) -> None:
    """As if Meta had refused the token: nothing is sent, no attempt is burnt, nothing is lost, a person (or a new token) resumes."""
    catalog = Catalog.objects.select_related("tenant", "config").get(pk=catalog_pk)
    reason = f"{series.same} of {series.tried} items tried since the warning failed in the same way ({words_of(series.code)})"
    with transaction.atomic():
        stop_catalog(catalog, reason, PAUSED_ITSELF, now)
        CatalogWatch.objects.filter(catalog=catalog).update(warned_at=None, pause_at=None)
        record_audit("meta_sync_paused", catalog.tenant, subject=str(catalog), metadata={"reason": reason})
        refresh_catalog_summaries(catalog)


def _paused_ones() -> Iterator[Finding]:
    """The warning stays open while the pause lasts: "resolved" would be a lie."""
    paused = Catalog.objects.filter(paused_at__isnull=False, pause_code=PAUSED_ITSELF, is_current=True)
    for catalog in paused.filter(tenant__is_active=True, config__is_active=True):
        yield Finding(
            catalog.tenant_id, _key(catalog.pk), f"Sending to catalog {catalog.catalog_id} has paused by itself",
            f"{catalog.pause_reason}. Mend the cause, then press “Resume”. No change is lost meanwhile.", _link(),
        )  # fmt: skip


def words_of(code: int) -> str:
    """ "code 100: Meta refuses one of the values"."""
    if code == NO_CODE:
        return "refused in a batch; each product's page has Meta's words"
    return f"code {code}: {remedy_for_code(code).meaning.rstrip('.')}"


def _key(catalog_pk: int) -> str:
    return f"auto-pause-{catalog_pk}"


def _link() -> str:
    return reverse("admin:meta_integration_metaappconfig_changelist")
