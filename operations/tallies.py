"""What common/metering.py counted, written down for all processes: one statement every ten seconds at most, and never in a transaction.

A killed process loses the seconds it had not written yet; these are figures to watch, not the truth of anything.
"""

import logging
import time
from typing import Any

from django.db import Error, connection

from common import metering
from common.bulk import chunks
from common.metering import Key, Sum
from operations.models import Tally

logger = logging.getLogger("metrics")
EVERY_SECONDS = 10.0
_next_flush = 0.0


def flush_if_due(**_: Any) -> None:
    """Receiver of "a task has ended" and "a request has ended"; nothing to write costs nothing."""
    global _next_flush
    if metering.is_empty() or time.monotonic() < _next_flush or connection.in_atomic_block:
        return
    _next_flush = time.monotonic() + EVERY_SECONDS
    flush()


def flush(**_: Any) -> None:
    """Adds this process's sums to the table. What cannot be written is kept for the next time."""
    taken = metering.take()
    if not taken:
        return
    try:
        for some in chunks(sorted(taken.items()), 100):
            _upsert(some)
    except Error as error:
        logger.warning("Counts for /metrics could not be written (%s); they are kept for later.", type(error).__name__)
        for key, total in taken.items():
            metering.add(key, total)


def _upsert(sums: list[tuple[Key, Sum]]) -> None:
    """INSERT .. ON CONFLICT adds; rows in one order for everybody, so that two processes cannot lock each other out."""
    table = connection.ops.quote_name(Tally._meta.db_table)
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(sums))
    # The table's name comes from the model; every value is a parameter.
    sql = (
        f"INSERT INTO {table} (metric, first, second, le, count, seconds) VALUES {rows} "  # noqa: S608
        f"ON CONFLICT (metric, first, second, le) DO UPDATE SET "
        f"count = {table}.count + excluded.count, seconds = {table}.seconds + excluded.seconds"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for key, total in sums for value in (*key, total.count, total.seconds)])
