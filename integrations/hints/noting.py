"""Noting hints: one row per product of a shop, in the transaction of whoever learnt of it; Celery is only the doorbell."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Case, Value, When

from common.bulk import chunks, insert_missing, update_rows
from common.clock import database_now
from common.doorbell import ring
from integrations.importing.refs import is_usable
from integrations.models import StoreHint

TASK = "integrations.tasks.refresh_hinted_products"
DEBOUNCE = timedelta(seconds=1)
LEFT_FOR = timedelta(hours=12)  # A product at which the shop fails by itself (refreshing.py),
LEFT_AT_LEAST = timedelta(minutes=5)  # and where it has changed meanwhile.
TRIES = 5


def note(connection_pk: int, external_ids: Iterable[str], reason: str, *, is_news: bool = True) -> None:
    """Has these products of the shop asked for anew, each once however often it is noted. Called inside the caller's transaction.

    reason: short words for people ("delivery product.updated"). is_news: the shop says that they have changed, or a person wants it: then
    those at which it has failed do not wait any longer. Ids that no product can have are left out.
    """
    ids = sorted({external_id for external_id in external_ids if is_usable(external_id)})
    if not ids:
        return
    now = database_now()
    rings = not StoreHint.objects.filter(connection_id=connection_pk, due_at__gt=now, due_at__lte=now + DEBOUNCE).exists()
    for some in chunks(ids):
        _note_some(connection_pk, some, reason[:60], now)
        if is_news:
            _wake(connection_pk, some, now)
    if rings:  # Otherwise the ring of an earlier hint is on its way.
        ring(TASK, connection_pk, countdown=DEBOUNCE.total_seconds())


def _note_some(connection_pk: int, ids: list[str], reason: str, now: datetime) -> None:
    """A row that is there is raised, one that is not is made. Again where a worker deletes it in between: then it was read before."""
    missing = set(ids)
    for _ in range(TRIES):
        common = {"connection_id": connection_pk, "noted_at": now, "reason": reason}
        rows = [{"external_id": one, **common} for one in sorted(missing)]
        insert_missing(StoreHint, [{**row, "version": 0, "due_at": now + DEBOUNCE} for row in rows])
        missing -= update_rows(StoreHint, rows, match=("external_id", "connection_id"), bump=("version",))  # type: ignore[arg-type]
        if not missing:
            return
    raise RuntimeError("Hints were deleted as quickly as they were noted.")


def _wake(connection_pk: int, ids: list[str], now: datetime) -> None:
    """Those that were left just now wait some minutes: where each order tells of a product, the shop would be failing all the time."""
    left = StoreHint.objects.filter(connection_id=connection_pk, external_id__among=ids, due_at__gt=now + LEFT_AT_LEAST)
    is_old = When(due_at__lte=now + LEFT_FOR - LEFT_AT_LEAST, then=Value(now + DEBOUNCE))
    left.update(due_at=Case(is_old, default=Value(now + LEFT_AT_LEAST)))
