"""After a restore nobody knows what Meta holds: what happened between the backup and now is in no table. Everything is put in doubt.

Leases, open handles, marks of calls under way and planned attempts belonged to workers that are gone. Every item that was ever sent is
wanted anew, and a full comparison is queued for each catalog, which also finds what was hidden or deleted meanwhile.
"""

from django.db.models import F, Q, QuerySet

from common.restored import Restoration
from meta_integration.catalog.pause import is_callable, pause_by_person
from meta_integration.catalog.summary import refresh_catalog_summaries
from meta_integration.comparisons import start_comparison
from meta_integration.models import IN_DOUBT, Catalog, CatalogBatch, CatalogChange, CatalogItem, CatalogWatch, ItemState, MetaAppConfig

ENDED = "restored"
NEW_SERIES = (ItemState.RETRY, ItemState.FAILED)
SHOWN_AS_SYNCING = (ItemState.SYNCED, ItemState.HIDDEN, *NEW_SERIES)


def doubt_everything_at_meta(restoration: Restoration) -> None:
    """The step of this app; runs inside the restore's transaction and makes no call."""
    now = restoration.now
    CatalogBatch.objects.filter(poll_at__isnull=False).update(poll_at=None, finished_at=now, outcome=ENDED)
    CatalogChange.objects.update(due_at=now)
    _forget_workers()
    _doubt_items(restoration)
    if restoration.paused:
        _pause(restoration)
    for catalog in Catalog.objects.filter(is_current=True).select_related("tenant", "config"):
        refresh_catalog_summaries(catalog)
        if is_callable(catalog, now):
            start_comparison(catalog)


def _forget_workers() -> None:
    Catalog.objects.update(
        lease_token="", lease_expires_at=None, next_ring_at=None, failures_in_row=0, resting_until=None,
        readback_started_at=None, readback_finished_at=None, held_removals=0, removals_allowed_at=None,
    )  # fmt: skip
    CatalogWatch.objects.all().delete()  # Made anew by the next look; what the old machine counted and warned of is past.
    throttled = Catalog.objects.filter(paused_until__isnull=False)
    throttled.update(paused_at=None, paused_until=None, pause_code=None, pause_reason="", pause_fingerprint="")


def _doubt_items(restoration: Restoration) -> None:
    """Confirmed deletes stay settled: a listing that shows such an item again has it looked at, and most are never seen again."""
    items: QuerySet[CatalogItem] = CatalogItem.objects.all()
    items.update(in_flight=False, batch=None, ask_at=None, next_attempt_at=None)
    items.filter(state__in=NEW_SERIES).update(attempts=0, tried_hash="", last_error="", error_code=None)
    gone_for_good = Q(state=ItemState.GONE, live_hash="", mark=F("done"))
    sent = items.filter(was_sent=True, catalog__is_current=True).exclude(gone_for_good)
    sent.update(live_hash=IN_DOUBT, mark=F("mark") + 1, rev=F("rev") + 1, moved_at=restoration.now)
    sent.filter(state__in=SHOWN_AS_SYNCING).update(state=ItemState.SYNCING)


def _pause(restoration: Restoration) -> None:
    reason = (
        f"Restored from a backup of {restoration.made_at:%Y-%m-%d %H:%M} UTC. Resume only when no other installation sends to this "
        "catalog: two would undo each other's work."
    )
    for config in MetaAppConfig.objects.filter(is_active=True, paused_at__isnull=True):
        pause_by_person(config, reason, restoration.now)
