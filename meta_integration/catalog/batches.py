"""More than five items: one items_batch call. Accepted is not applied: the handle is stored and polled (polls.py)."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from common.bulk import update_rows
from common.errors import NeedsConfigurationError, PermanentError, RemoteError, TransientError
from common.lease import Lease
from common.redaction import clean_error_text, redact
from meta_integration.catalog.decide import Kind
from meta_integration.catalog.journal import log_attempt, log_error, verb_of
from meta_integration.catalog.pause import note_outcome, pause_for
from meta_integration.catalog.payload import build_batch_delete, build_batch_hide, build_batch_row
from meta_integration.catalog.rows import Row, claim_rows, make_doubt, settle_rows
from meta_integration.catalog.settle import ask_later, fail, is_outage
from meta_integration.catalog_service import MetaCatalogService
from meta_integration.graph.errors import TOO_BIG
from meta_integration.models import Catalog, CatalogBatch, CatalogItem

FIRST_POLL = timedelta(milliseconds=500)
SPLIT_INTO = 8  # 3,000 rows -> 375 -> 46 -> 5 -> 1: within five attempts a row that makes every call fail stands alone.


@dataclass
class BatchSender:
    """One round of batch sending for one catalog under one lease."""

    catalog: Catalog
    lease: Lease
    service: MetaCatalogService
    clock: Callable[[], datetime]

    def send(self, rows: list[Row]) -> bool:
        """Sends one batch out of the rows (those that may stand together). False when the catalog paused or rests.

        A batch that Meta refuses as a whole hides one bad row or more: halves are tried until it stands alone and is rejected, which
        takes at most log2(n) + 2 calls, and the others go together.
        """
        waiting = self.standing_together(rows)
        while waiting:
            error = self._attempt(waiting)
            if not _refused_as_a_whole(error, waiting):
                return self._may_go_on(error)
            suspects, waiting = waiting, []
            while len(suspects) > 1:
                half, other = suspects[: len(suspects) // 2], suspects[len(suspects) // 2 :]
                error = self._attempt(half)
                if error is None:
                    suspects = other
                elif isinstance(error, PermanentError):
                    suspects, waiting = half, waiting + other
                else:
                    return self._may_go_on(error)
            if error is None and (last := self._attempt(suspects)) is not None and not isinstance(last, PermanentError):
                return self._may_go_on(last)
        return True

    def standing_together(self, rows: list[Row]) -> list[Row]:
        """The first row and those with the same limit, as many as a batch may hold."""
        limit = rows[0].batch_limit if rows else None
        size = min(limit or self.catalog.batch_size, self.catalog.batch_size)
        return [row for row in rows if row.batch_limit == limit][:size]

    def _may_go_on(self, error: RemoteError | None) -> bool:
        now = self.clock()
        note_outcome(self.catalog, failed=error is not None and is_outage(error), now=now)
        if error is not None and (isinstance(error, NeedsConfigurationError) or error.retry_after is not None):
            pause_for(self.catalog, error, now)
            return False
        return self.catalog.resting_until is None

    def _attempt(self, rows: list[Row]) -> RemoteError | None:
        """One call. Rows are settled, or have an open handle, when it returns; after a refusal as a whole they are as before."""
        ours = claim_rows(rows, self.lease, self.clock())
        if not ours:
            return None
        requests = [build_request(row) for row in ours]
        for row in ours:
            log_attempt(verb_of(row.wanted.kind, row.had_been_live), row.name, row.attempts, level=logging.DEBUG)
        try:
            answer = self.service.send_batch(requests)
        except RemoteError as error:
            self._fail_all(ours, error)
            return error
        self._accept(ours, requests, answer)
        return None

    def _fail_all(self, rows: list[Row], error: RemoteError) -> None:
        now = self.clock()
        log_error(verb_of(rows[0].wanted.kind, rows[0].had_been_live), f"{len(rows)} items", None, rows[0].retailer_id, error)
        if _refused_as_a_whole(error, rows):
            for row in rows:  # Not each row's own failure: nothing is counted against it.
                row.attempts, row.next_attempt_at = row.attempts - 1, None
                row.batch_limit = len(rows) // 2  # Remembered, so that an interrupted search goes on where it was.
            settle_rows(rows, now=now)
            return
        if len(rows) > 1 and (error.code == 1 or error.status == TOO_BIG):
            self.catalog.batch_size = max(1, min(self.catalog.batch_size, len(rows)) // 2)
            Catalog.objects.filter(pk=self.catalog.pk).update(batch_size=self.catalog.batch_size)
        for row in rows:
            fail(row, error)
            if error.status is not None and is_outage(error):
                row.batch_limit = max(1, len(rows) // SPLIT_INTO)
        answer = {"error": error.message, "code": error.code, "fbtrace_id": error.fbtrace_id}
        settle_rows(rows, {"last_answer": redact(answer)} | ask_later(error, now), now=now)

    def _accept(self, rows: list[Row], requests: list[dict[str, Any]], answer: dict[str, Any]) -> None:
        now = self.clock()
        handles = answer.get("handles")
        handle = next((str(handle) for handle in handles if handle), "") if isinstance(handles, list) else ""
        refused = _refusals(answer)
        named = [row for row in rows if row.retailer_id in refused]
        for row in named:
            fail(row, PermanentError(refused[row.retailer_id]))
        settle_rows(named, {"last_answer": {"at": now.isoformat(timespec="seconds"), "answer": "refused by the batch"}}, now=now)
        taken = [row for row in rows if row.retailer_id not in refused]
        if handle:
            self._open_handle(handle, taken, dict(zip([row.id for row in rows], requests, strict=True)), now)
            return
        for row in taken:
            fail(row, TransientError("Meta took none of the rows in the batch.", status=200))
            if named and row.next_attempt_at is not None:
                row.next_attempt_at = now  # The refused rows explain it: the others need not wait.
        settle_rows(taken, now=now)

    def _open_handle(self, handle: str, rows: list[Row], requests: dict[int, dict[str, Any]], now: datetime) -> None:
        entries = [[row.id, row.rev, row.mark, row.wanted.record.shape if row.wanted.record else row.live_shape] for row in rows]
        with transaction.atomic():
            batch, _ = CatalogBatch.objects.get_or_create(
                catalog=self.catalog, handle=handle[:300], defaults={"rows": entries, "opened_at": now, "poll_at": now + FIRST_POLL}
            )
            changes = [
                {
                    "id": row.id,
                    "rev": row.rev,
                    "batch_id": batch.pk,
                    "in_flight": False,
                    "last_request": {"call": "POST /{catalog}/items_batch", "payload": requests[row.id]},
                    "last_answer": {"at": now.isoformat(timespec="seconds"), "handle": batch.handle},
                }
                for row in rows
            ]
            stored = update_rows(CatalogItem, changes, match=("id", "rev")) if changes else set()
            make_doubt([row.id for row in rows if row.id not in stored], now)


def build_request(row: Row) -> dict[str, Any]:
    """The items_batch row for what is wanted."""
    if row.wanted.record is not None:
        return build_batch_row(row.wanted.record)
    return build_batch_delete(row.retailer_id) if row.wanted.kind is Kind.DELETE else build_batch_hide(row.retailer_id)


def _refused_as_a_whole(error: RemoteError | None, rows: list[Row]) -> bool:
    return isinstance(error, PermanentError) and len(rows) > 1


def _refusals(answer: dict[str, Any]) -> dict[str, str]:
    """{retailer_id: message} of the rows that Meta's first look refused."""
    found: dict[str, str] = {}
    for entry in answer.get("validation_status") or []:
        errors = entry.get("errors") if isinstance(entry, dict) else None
        if errors and isinstance(errors, list):
            words = (str(error.get("message") if isinstance(error, dict) else error) for error in errors[:3])
            found[str(entry.get("retailer_id"))] = clean_error_text("; ".join(words))
    return found
