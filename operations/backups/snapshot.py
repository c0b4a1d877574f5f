"""One moment of the database, for as long as a backup takes, while everybody else goes on writing."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections, transaction
from django.db.utils import load_backend

ALIAS = "snapshot"


@contextmanager
def snapshot() -> Iterator[str]:
    """Yields the alias of a connection of its own, inside one read transaction (REPEATABLE READ on PostgreSQL, WAL on SQLite)."""
    values = copy.deepcopy(connection.settings_dict)
    values["CONN_MAX_AGE"] = 0
    if connection.vendor == "postgresql":
        from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ  # type: ignore[import-untyped]

        # The time limits of a page are not those of reading everything.
        values["OPTIONS"] = {**values["OPTIONS"], "isolation_level": ISOLATION_LEVEL_REPEATABLE_READ, "options": ""}
    else:
        values["OPTIONS"] = {**values["OPTIONS"], "transaction_mode": "DEFERRED"}  # IMMEDIATE would keep every writer waiting.
    connections[ALIAS] = load_backend(values["ENGINE"]).DatabaseWrapper(values, ALIAS)
    try:
        with transaction.atomic(using=ALIAS):
            yield ALIAS
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
