"""What a call's outcome means for an item: success, or one of the four errors. Changes Rows in memory; rows.py writes them."""

from datetime import datetime, timedelta

from common.errors import AmbiguousError, NeedsConfigurationError, PermanentError, RemoteError, TransientError
from common.retry import CATALOG_MAX_ATTEMPTS
from meta_integration.catalog.decide import ABSENT, Kind
from meta_integration.catalog.rows import Row
from meta_integration.models import ItemState

ASK_AFTER = timedelta(minutes=2)
STATE_AFTER = {Kind.PUBLISH: ItemState.SYNCED, Kind.HIDE: ItemState.HIDDEN, Kind.DELETE: ItemState.GONE, Kind.NOTHING: ItemState.SKIPPED}


def succeed(row: Row, now: datetime, *, meta_id: str | None = None, absent: bool = False) -> None:
    """Meta has what was wanted. meta_id: its id, where learnt; absent: Meta turned out to have nothing to hide."""
    row.done = row.mark
    row.live_hash = ABSENT if absent or row.wanted.kind is Kind.DELETE else row.wanted.hash
    row.live_shape = row.wanted.record.shape if row.wanted.record else row.live_shape
    row.meta_id = "" if row.live_hash == ABSENT else meta_id or row.meta_id
    row.state = ItemState.SKIPPED if absent else STATE_AFTER[row.wanted.kind]
    row.attempts, row.next_attempt_at, row.batch_limit = 0, None, None
    row.last_error, row.error_code, row.fbtrace_id = "", None, ""
    row.last_success_at = now
    if row.wanted.reason and row.state in (ItemState.HIDDEN, ItemState.SKIPPED):
        row.last_error = row.wanted.reason.text


def settle_without_call(row: Row) -> None:
    """Meta already has what is wanted, or has nothing and shall have nothing."""
    row.done = row.mark
    gone = row.wanted.kind is Kind.NOTHING and row.was_sent and row.wanted.reason is None
    row.state = ItemState.GONE if gone else STATE_AFTER[row.wanted.kind]
    row.attempts, row.next_attempt_at, row.batch_limit = 0, None, None
    row.error_code, row.fbtrace_id = None, ""
    row.last_error = row.wanted.reason.text if row.wanted.reason else ""


def stand(row: Row) -> None:
    """Refused or failed for this very payload: nothing to do until an edit or a person."""
    row.done = row.mark
    row.next_attempt_at = None


def give_up(row: Row) -> None:
    """Five attempts are used up."""
    row.done = row.mark
    row.state = ItemState.FAILED
    row.next_attempt_at = None
    row.last_error = row.last_error or "Five attempts went unanswered."


def fail(row: Row, error: RemoteError) -> None:
    """The call was refused, unanswered or answered with an error: what this means for the item."""
    row.last_error, row.error_code, row.fbtrace_id = error.message[:1000], error.code, error.fbtrace_id
    if isinstance(error, NeedsConfigurationError) or error.retry_after is not None:
        row.attempts = max(row.attempts - 1, 0)  # Not the item's fault: the catalog pauses, no attempt is burnt.
        row.next_attempt_at = None
        row.state = ItemState.RETRY if row.attempts else ItemState.SYNCING
    elif isinstance(error, PermanentError):
        row.done = row.mark
        row.state = ItemState.REJECTED
        row.next_attempt_at = None
    elif row.attempts >= CATALOG_MAX_ATTEMPTS:
        give_up(row)
    else:
        row.state = ItemState.RETRY


def ask_later(error: RemoteError | None, now: datetime) -> dict[str, datetime]:
    """The column that has Meta asked two minutes after a lost answer; else nothing: a question that stands is not taken back."""
    return {"ask_at": now + ASK_AFTER} if isinstance(error, AmbiguousError) else {}


def is_outage(error: RemoteError) -> bool:
    """True for failures that say something about Meta rather than about the item."""
    return isinstance(error, TransientError) and error.retry_after is None
