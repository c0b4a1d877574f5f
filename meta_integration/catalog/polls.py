"""Open handles: asked for their outcome with growing pauses; what ended is settled, what nobody can tell is asked by retailer_id."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from common.errors import NeedsConfigurationError, PermanentError, RemoteError
from common.redaction import clean_error_text
from meta_integration.catalog.decide import DELETE_HASH, HIDE_HASH, Kind, Wanted, is_due
from meta_integration.catalog.pause import note_outcome, pause_for
from meta_integration.catalog.rows import Row, read_rows, settle_rows
from meta_integration.catalog.settle import fail, is_outage, succeed
from meta_integration.catalog.shape import UNKNOWN
from meta_integration.catalog_service import MetaCatalogService
from meta_integration.models import Catalog, CatalogBatch, CatalogItem

POLL_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 10, 20, 30, 60))
LONGEST_OPEN = timedelta(minutes=30)
POLLS_AT_ONCE = 10
GIVEN_UP = timedelta(days=2)


def poll_due(catalog: Catalog, service: MetaCatalogService, clock: Callable[[], datetime], touched: set[int | None]) -> bool:
    """Polls the handles whose time has come; adds their products to `touched`. False when the catalog paused."""
    now = clock()
    # A first push leaves dozens of handles with thousands of rows each: those of a handle are read when it has ended.
    waiting = CatalogBatch.objects.filter(catalog=catalog, poll_at__isnull=False).defer("rows")
    due = [batch for batch in waiting.order_by("poll_at") if is_due(batch.poll_at, now, POLL_PAUSES[-1])][:POLLS_AT_ONCE]
    for batch in due:
        touched.update(CatalogItem.objects.filter(batch=batch).values_list("product_id", flat=True))
        free_if_stuck(batch, clock())
        try:
            status = service.check_batch(batch.handle)
        except RemoteError as error:
            if not _survive(catalog, batch, error, clock()):
                return False
            continue
        note_outcome(catalog, failed=False, now=clock())
        _take_in(batch, status, clock())
    return True


def _survive(catalog: Catalog, batch: CatalogBatch, error: RemoteError, now: datetime) -> bool:
    if isinstance(error, NeedsConfigurationError) or error.retry_after is not None:
        pause_for(catalog, error, now)
        return False
    if isinstance(error, PermanentError):
        _end(batch, "unknown", now)  # Meta does not know the handle: only the items themselves can tell.
        _ask(batch, _items_of(batch), now)
        return True
    note_outcome(catalog, failed=is_outage(error), now=now)
    _poll_again(batch, now)
    return True


def free_if_stuck(batch: CatalogBatch, now: datetime) -> None:
    """After 30 minutes (or with an opening time in the future: a clock jumped) the items are released and asked about."""
    stuck = now - batch.opened_at >= LONGEST_OPEN or batch.opened_at > now
    if stuck and batch.freed_at is None:
        _ask(batch, _items_of(batch), now)
        batch.freed_at = now
        batch.save(update_fields=["freed_at"])


def _take_in(batch: CatalogBatch, status: dict[str, Any], now: datetime) -> None:
    word = str(status.get("status") or "unknown").lower()
    if word == "finished":
        _settle_finished(batch, status, now)
    elif word in ("error", "canceled"):
        _ask(batch, _items_of(batch), now)  # Some rows may have been done, some not.
    elif status and now - batch.opened_at < GIVEN_UP:
        _poll_again(batch, now)
        return
    else:
        _ask(batch, _items_of(batch), now)
    _end(batch, word, now, errors=int(status.get("errors_total_count") or 0))


def _settle_finished(batch: CatalogBatch, status: dict[str, Any], now: datetime) -> None:
    messages = _messages(status)
    bad = {*messages, *(str(value) for value in status.get("ids_of_invalid_requests") or [])}
    # Of a handle that was freed nothing is taken on trust any more: its items have been asked about, and may have been sent, since.
    unnamed = int(status.get("errors_total_count") or 0) > len(bad) or batch.freed_at is not None
    succeeded: list[Row] = []
    failed: list[Row] = []
    doubtful: list[Row] = []
    rows, foreign = _rows_of(batch)
    for row in rows:
        if row.retailer_id in bad:
            # "Unknown item" is how a row that deletes or hides fails when there is nothing: only a look tells.
            (failed if row.wanted.kind is Kind.PUBLISH else doubtful).append(row)
        else:
            (doubtful if unnamed else succeeded).append(row)
    for row in succeeded:
        succeed(row, now)
    for row in failed:
        row.live_shape = UNKNOWN
        fail(row, PermanentError(messages.get(row.retailer_id) or "Meta refused this item without saying why."))
    settle_rows(succeeded, {"batch_id": None}, now=now)
    settle_rows(failed, {"batch_id": None}, now=now)
    _ask(batch, [row.id for row in doubtful] + foreign, now)


def _messages(status: dict[str, Any]) -> dict[str, str]:
    errors = [error for error in status.get("errors") or [] if isinstance(error, dict) and error.get("id") is not None]
    return {str(error["id"]): clean_error_text(str(error.get("message") or "")) for error in errors}


def _rows_of(batch: CatalogBatch) -> tuple[list[Row], list[int]]:
    """The batch's rows that are still as sent, with the sent mark; and the ids of those that have moved on since."""
    sent = {entry[0]: entry for entry in batch.rows}
    rows = []
    for row in read_rows(CatalogItem.objects.filter(pk__among=set(sent)).order_by("id")):
        _, rev, mark, shape = sent[row.id]
        if row.rev == rev:
            row.mark = mark
            kind = {HIDE_HASH: Kind.HIDE, DELETE_HASH: Kind.DELETE}.get(row.tried_hash, Kind.PUBLISH)
            row.wanted = Wanted(kind, row.tried_hash)
            row.live_shape = shape
            rows.append(row)
    return rows, sorted(set(sent) - {row.id for row in rows})


def _items_of(batch: CatalogBatch) -> list[int]:
    return [entry[0] for entry in batch.rows]


def _ask(batch: CatalogBatch, item_ids: Iterable[int], now: datetime) -> None:
    """Releases the items from this handle and has them looked up; one that has joined another batch since is asked when that ends."""
    items = CatalogItem.objects.filter(pk__among=set(item_ids))
    items.update(ask_at=now)
    items.filter(batch=batch).update(batch=None)


def _poll_again(batch: CatalogBatch, now: datetime) -> None:
    batch.poll_at = now + POLL_PAUSES[min(batch.polls, len(POLL_PAUSES) - 1)]
    batch.polls += 1
    batch.save(update_fields=["poll_at", "polls"])


def _end(batch: CatalogBatch, outcome: str, now: datetime, *, errors: int = 0) -> None:
    batch.poll_at, batch.finished_at, batch.outcome, batch.errors_total = None, now, outcome[:20], errors
    batch.save(update_fields=["poll_at", "finished_at", "outcome", "errors_total"])
    # Nothing may stay behind an ended handle: it would never be sent again.
    CatalogItem.objects.filter(batch=batch).update(batch=None, ask_at=now)
