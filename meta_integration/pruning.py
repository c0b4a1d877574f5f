"""What of the sync's evidence goes by age. What the engine decides by never goes while it may still matter."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from common.pruning import Rule, register_rule
from meta_integration.models import CatalogBatch, CatalogChange, CatalogFinding, CatalogItem, FindingState, ItemState
from operations.models import OPEN_STATUSES

SETTLED = (ItemState.SYNCED, ItemState.HIDDEN, ItemState.GONE)
LATE_LANDINGS = timedelta(days=2)  # So long a handle is asked about (catalog/polls.py): what was sent may still arrive.


def old_findings(before: datetime) -> QuerySet[CatalogFinding]:
    """What comparisons found and what has become of it. Open and ignored ones stay; every full comparison writes those anew anyway."""
    ended = (FindingState.MENDED, FindingState.GONE)
    return CatalogFinding.objects.filter(state__in=ended, created_at__lt=before).exclude(chosen__status__in=OPEN_STATUSES)


def old_batches(before: datetime) -> QuerySet[CatalogBatch]:
    """Handles that have ended and that no item waits for."""
    waiting = CatalogItem.objects.filter(batch=OuterRef("pk"))
    return CatalogBatch.objects.filter(~Exists(waiting), finished_at__lt=before, poll_at__isnull=True)


def old_payloads(before: datetime) -> QuerySet[CatalogItem]:
    """The last request and answer of items that have been right for long; of one in trouble they are the evidence, and stay."""
    rows = CatalogItem.objects.filter(state__in=SETTLED, last_attempt_at__lt=before, mark=F("done"), batch__isnull=True, in_flight=False)
    return rows.exclude(last_request={}, last_answer={})


def forget_payloads(rows: QuerySet[Any]) -> None:
    """Empties the two columns; the engine reads neither."""
    rows.update(last_request={}, last_answer={})


def long_gone_items(before: datetime) -> QuerySet[CatalogItem]:
    """Confirmed deletes. The row says that an item of this name was ours; without it, one that turns up again is "not ours" and stays.

    So it goes only when nothing can turn up any more: a full reading of the catalog, begun after the last late landing was possible,
    has not revived it, and nothing of its product is on the way.
    """
    changing = CatalogChange.objects.filter(product_id=OuterRef("product_id"))
    settled = Q(state=ItemState.GONE, live_hash="", mark=F("done"), in_flight=False, batch__isnull=True, ask_at__isnull=True)
    was_read = Q(catalog__is_current=True, catalog__readback_started_at__gt=F("moved_at") + LATE_LANDINGS) & Q(
        catalog__readback_finished_at__gte=F("catalog__readback_started_at")
    )
    return CatalogItem.objects.filter(settled, was_read, ~Exists(changing), moved_at__lt=before)


def forget_items(rows: QuerySet[Any]) -> None:
    """Locked first, inside the batch's transaction: an item that a change has just revived stays. Whatever points at them lets go."""
    still = list(rows.order_by().select_for_update(of=("self",)).values_list("pk", flat=True))
    CatalogItem.objects.filter(pk__in=still).delete()


def register() -> None:
    """Called once, when the app is ready."""
    register_rule(Rule("findings of comparisons", "KEEP_EVIDENCE_DAYS", old_findings), order=9)
    register_rule(Rule("batches that have ended", "KEEP_EVIDENCE_DAYS", old_batches), order=20)
    register_rule(Rule("payloads of settled items", "KEEP_EVIDENCE_DAYS", old_payloads, forget_payloads), order=21)
    register_rule(Rule("items deleted at Meta", "KEEP_HISTORY_DAYS", long_gone_items, forget_items), order=22)
