"""Whoever writes what a shop says takes its lock; and whether anybody asks the shop beside an import.

Written out, as every page of an unchanged import asks: the ORM would take as long to build the statements as the page takes to hash a tenth
of its products.
"""

from django.db import connection as database
from django.db.models import Model

from integrations.models import StoreConnection, StoreWatch


def lock(connection_pk: int) -> bool:
    """Until the end of the transaction nobody else writes what this shop says. Returns whether hints or looks are asking it just now.

    Not FOR UPDATE, which would keep deliveries of the shop from being stored meanwhile.
    """
    locked = " FOR NO KEY UPDATE OF s" if database.features.has_select_for_no_key_update else ""
    return _is_asked(connection_pk, locked)


def is_asked_besides(connection_pk: int) -> bool:
    """Whether hints or looks are asking the shop just now. Who has the answer of an earlier question, but has not written it, still is."""
    return _is_asked(connection_pk, "")


def _is_asked(connection_pk: int, locked: str) -> bool:
    watched = f"EXISTS (SELECT 1 FROM {_table(StoreWatch)} w WHERE w.connection_id = s.id AND w.lease_token <> '')"  # noqa: S608
    # Names of our own tables; the value is a parameter.
    sql = f"SELECT {watched} FROM {_table(StoreConnection)} s WHERE s.id = %s{locked}"  # noqa: S608
    with database.cursor() as cursor:
        cursor.execute(sql, [connection_pk])
        row = cursor.fetchone()
    return bool(row and row[0])


def _table(model: type[Model]) -> str:
    return database.ops.quote_name(model._meta.db_table)
