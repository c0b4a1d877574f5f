"""Rows to lines and back, the same on every kind of database: one JSON array per row, values in the order of the named columns.

Encrypted columns travel as the ciphertext they are. Numbers that were once given away are remembered: plain ids in other rows (history,
items at Meta) outlive what they named, and a second product must never get the number of a deleted one.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import connection, connections, models, reset_queries
from django.db.models.functions import Cast

from common.bulk import chunks
from common.encrypted_field import EncryptedTextField, decrypt

ROWS_AT_ONCE, BIG_ROWS_AT_ONCE = 500, 4


def columns_of(model: type[models.Model]) -> list[models.Field]:
    """The columns of a table, in the model's order."""
    return list(model._meta.concrete_fields)


def read_lines(model: type[models.Model], alias: str) -> Iterator[bytes]:
    """Every row of a table as a line."""
    rows = model._base_manager.using(alias).order_by("pk")
    raw = {f"raw_{field.attname}": Cast(field.name, models.TextField()) for field in columns_of(model) if _is_secret(field)}
    names = [f"raw_{field.attname}" if _is_secret(field) else field.attname for field in columns_of(model)]
    for row in rows.annotate(**raw).values_list(*names).iterator(chunk_size=rows_at_once(model)):
        yield json.dumps(row, default=_plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def rows_at_once(model: type[models.Model]) -> int:
    """How many rows may be in memory together; a row with bytes in it (a part of a file) has half a megabyte."""
    has_bytes = any(isinstance(field, models.BinaryField) for field in columns_of(model))
    return BIG_ROWS_AT_ONCE if has_bytes else ROWS_AT_ONCE


def _is_secret(field: models.Field) -> bool:
    return isinstance(field, EncryptedTextField)


def _plain(value: Any) -> str:
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, (datetime, date, time)) else str(value)


def write_lines(model: type[models.Model], names: Sequence[str], lines: Iterable[bytes], *, forget_secrets: bool) -> Iterator[int]:
    """Inserts the lines of a table that was emptied; yields the number of rows after each statement. forget_secrets: blank instead."""
    by_name = {field.attname: field for field in columns_of(model)}
    fields = [by_name[name] for name in names]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    start = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608 - names come from the models
    one = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        for some in chunks(lines, rows_at_once(model)):
            rows = [_prepared(fields, json.loads(line), forget_secrets) for line in some]
            if connection.vendor == "postgresql":
                cursor.execute(start + ", ".join([one] * len(rows)), [value for row in rows for value in row])
            else:
                cursor.executemany(start + one, rows)
            reset_queries()  # With DEBUG on, Django would remember every one of these statements.
            yield len(rows)


def empty(model: type[models.Model]) -> None:
    """Removes what migrations have put into a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608 - the name comes from the model


def _prepared(fields: Sequence[models.Field], values: Sequence[Any], forget_secrets: bool) -> list[Any]:
    return [_stored(field, value, forget_secrets) for field, value in zip(fields, values, strict=True)]


def _stored(field: models.Field, value: Any, forget_secrets: bool) -> Any:
    if isinstance(field, models.JSONField):
        if value is None and not field.null:
            return connection.ops.adapt_json_value(None, field.encoder)
        return field.get_db_prep_save(value, connection)
    if _is_secret(field) and value is not None:
        value = "" if forget_secrets else decrypt(value)
    return field.get_db_prep_save(field.to_python(value), connection)


def last_number(model: type[models.Model], alias: str) -> int:
    """The highest id this table has ever given away; 0 for none, or for ids that are not numbers."""
    auto = model._meta.auto_field
    if auto is None:
        return 0
    with connections[alias].cursor() as cursor:
        if connections[alias].vendor != "postgresql":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
            found = cursor.fetchone()
            return found[0] if found else 0
        name = _sequence(cursor, model, auto)
        cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}")  # noqa: S608 - PostgreSQL's own answer
        return cursor.fetchone()[0]


def set_last_number(model: type[models.Model], number: int) -> None:
    """The table's next id is above this number and above every id in it."""
    auto = model._meta.auto_field
    if auto is None:
        return
    number = max(number, model._base_manager.aggregate(highest=models.Max("pk"))["highest"] or 0)
    if not number:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(%s, %s)", [_sequence(cursor, model, auto), number])
            return
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [model._meta.db_table, number])


def _sequence(cursor: Any, model: type[models.Model], auto: models.Field) -> str:
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [connection.ops.quote_name(model._meta.db_table), auto.column])
    return cursor.fetchone()[0]
