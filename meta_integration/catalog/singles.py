"""Up to five items, one call each: so that an edit is live within two seconds."""

from collections.abc import Callable
from datetime import datetime

from common.errors import NeedsConfigurationError, RemoteError
from common.lease import Lease
from common.redaction import redact
from meta_integration.catalog.currencies import fits_integer_price
from meta_integration.catalog.decide import ABSENT, Kind
from meta_integration.catalog.journal import log_attempt, log_error, log_success, verb_of
from meta_integration.catalog.pause import note_outcome, pause_for
from meta_integration.catalog.payload import build_hide, build_single
from meta_integration.catalog.rows import Row, claim_rows, settle_rows
from meta_integration.catalog.settle import ask_later, fail, is_outage, succeed
from meta_integration.catalog.shape import needs_batch
from meta_integration.catalog_service import MetaCatalogService
from meta_integration.models import Catalog

AT_MOST = 5


def may_go_singly(row: Row) -> bool:
    """False where the integer price would be ambiguous, or the item's shape changes (what this edge cannot change or clear)."""
    record = row.wanted.record
    if record is None:
        return True
    reshaped = row.was_sent and row.live_hash != ABSENT and needs_batch(row.live_shape, record.shape)
    return fits_integer_price(record.currency) and not reshaped


def send_singly(catalog: Catalog, rows: list[Row], lease: Lease, service: MetaCatalogService, clock: Callable[[], datetime]) -> bool:
    """One call per row, each claimed and settled by itself. False when the catalog paused or rests: the rest waits."""
    for row in rows:
        ours = claim_rows([row], lease, clock())
        if not ours:
            continue
        edge = _edge(row)
        error = _call(row, service, clock())
        now = clock()
        _settle(row, edge, error, now)
        note_outcome(catalog, failed=error is not None and is_outage(error), now=now)
        if error is not None and (isinstance(error, NeedsConfigurationError) or error.retry_after is not None):
            pause_for(catalog, error, now)
            return False
        if catalog.resting_until is not None:
            return False
    return True


def _call(row: Row, service: MetaCatalogService, now: datetime) -> RemoteError | None:
    verb = verb_of(row.wanted.kind, row.had_been_live)
    log_attempt(verb, row.name, row.attempts)
    try:
        _perform(row, service, now)
    except RemoteError as error:
        fail(row, error)
        log_error(verb, row.name, row.product_id, row.retailer_id, error)
        return error
    log_success(verb, row.name, row.meta_id)
    return None


def _perform(row: Row, service: MetaCatalogService, now: datetime) -> None:
    if row.wanted.kind is Kind.DELETE:
        service.delete_item(row.retailer_id)
        succeed(row, now)
    elif row.wanted.kind is Kind.HIDE:
        meta_id = service.hide_item(row.retailer_id)
        succeed(row, now, meta_id=meta_id, absent=meta_id is None)
    elif row.wanted.record is not None:
        succeed(row, now, meta_id=service.publish_item(row.wanted.record, row.meta_id))


def _settle(row: Row, edge: str, error: RemoteError | None, now: datetime) -> None:
    answer = {"error": error.message, "code": error.code, "fbtrace_id": error.fbtrace_id} if error else {"success": True}
    values = {
        "last_request": {"call": edge, "payload": redact(_payload(row))},
        "last_answer": redact(answer | {"at": now.isoformat(timespec="seconds")}),
    }
    settle_rows([row], values | ask_later(error, now), now=now)


def _edge(row: Row) -> str:
    if row.wanted.kind is Kind.DELETE:
        return "DELETE /{item}"
    return "POST /{catalog}/products" if row.wanted.kind is Kind.PUBLISH and not row.meta_id else "POST /{item}"


def _payload(row: Row) -> dict:
    if row.wanted.record is not None:
        return build_single(row.wanted.record)
    return build_hide() if row.wanted.kind is Kind.HIDE else {"retailer_id": row.retailer_id}
