"""Set-based writes that Django's ORM has no cheap form for: one UPDATE for many rows, each with values of its own.

`bulk_update` builds a CASE WHEN per column and is 30 times slower on wide rows; here the rows travel as one JSON argument.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from django.db import connection, models

CHUNK = 2_000
PLAIN = (int, bool, str)  # Stored as they are, whatever the column; asking the field a million times costs seconds.


def chunks(values: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """The values in lists of at most `size`."""
    chunk: list[Any] = []
    for value in values:
        chunk.append(value)
        if len(chunk) >= size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def update_rows(model: type[models.Model], rows: Sequence[dict[str, Any]], *, match: Sequence[str]) -> set[int]:
    """One UPDATE for many rows: sets every key of a row that is not in `match`, where all `match` columns (first: the id) are equal.

    All rows carry the same keys (attribute names, foreign keys as `x_id`). Returns the ids that were really updated: with a version
    column in `match` this is a compare-and-set whose refused rows are the missing ones.
    """
    updated: set[int] = set()
    for chunk in chunks(rows):
        updated |= _update_chunk(model, chunk, match)
    return updated


def _update_chunk(model: type[models.Model], rows: list[dict[str, Any]], match: Sequence[str]) -> set[int]:
    names = list(rows[0])
    fields = {name: _field(model, name) for name in names}
    table, quote = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name
    data = _as_json([[row[name] for name in names] for row in rows], list(fields.values()))
    source, read = _source(names, fields)
    assignments = ", ".join(f"{quote(fields[name].column)} = {read[name]}" for name in names if name not in match)
    conditions = " AND ".join(f"{table}.{quote(fields[name].column)} = {read[name]}" for name in match)
    # Column and table names come from the model's own fields, never from data; every value travels in the JSON parameter.
    sql = f"UPDATE {table} SET {assignments} FROM {source} WHERE {conditions} RETURNING {table}.{quote(fields[match[0]].column)}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [data])
        return {row[0] for row in cursor.fetchall()}


def insert_missing(model: type[models.Model], instances: Sequence[models.Model]) -> None:
    """INSERT .. ON CONFLICT DO NOTHING of whole rows, 2,000 per statement (SQLite takes 28 such rows per bulk_create statement)."""
    fields = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields.values())
    source, read = _source(list(fields), fields)
    table = quote(model._meta.db_table)
    # WHERE TRUE keeps SQLite from reading ON as a join condition.
    sql = f"INSERT INTO {table} ({columns}) SELECT {', '.join(read.values())} FROM {source} WHERE TRUE ON CONFLICT DO NOTHING"  # noqa: S608
    with connection.cursor() as cursor:
        for chunk in chunks(instances):
            cursor.execute(sql, [_as_json([[getattr(row, name) for name in fields] for row in chunk], list(fields.values()))])


def delete_rows(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    """Deletes exactly the rows in which all given columns are equal; for models that nothing else hangs on."""
    if not rows:
        return
    names = list(rows[0])
    fields = {name: _field(model, name) for name in names}
    quote = connection.ops.quote_name
    source, read = _source(names, fields)
    columns = ", ".join(quote(fields[name].column) for name in names)
    sql = f"DELETE FROM {quote(model._meta.db_table)} WHERE ({columns}) IN (SELECT {', '.join(read.values())} FROM {source})"  # noqa: S608
    with connection.cursor() as cursor:
        for chunk in chunks(rows):
            cursor.execute(sql, [_as_json([[row[name] for name in names] for row in chunk], list(fields.values()))])


def _as_json(rows: list[list[Any]], fields: list[Any]) -> str:
    return orjson.dumps([[_prepared(field, value) for field, value in zip(fields, row, strict=True)] for row in rows], default=str).decode()


def _source(names: Sequence[str], fields: dict[str, models.Field]) -> tuple[str, dict[str, str]]:
    """The FROM clause that unfolds the JSON argument, and the SQL that reads each column from it."""
    if connection.vendor == "postgresql":
        types = {name: _base_type(fields[name]) for name in names}
        columns = ", ".join(f"(v->>{index})::{types[name]} AS c{index}" for index, name in enumerate(names))
        source = f"(SELECT {columns} FROM jsonb_array_elements(%s::jsonb) AS v) AS s"  # noqa: S608
        return source, {name: f"s.c{index}" for index, name in enumerate(names)}
    return "json_each(%s) AS s", {name: f"json_extract(s.value, '$[{index}]')" for index, name in enumerate(names)}


def _base_type(field: models.Field) -> str:
    """The type without length or precision: the column itself checks those."""
    return re.sub(r"\(.*?\)", "", field.db_type(connection) or "text")


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name.removesuffix("_id") if name.endswith("_id") and not _has_field(model, name) else name)


def _has_field(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def _prepared(field: Any, value: Any) -> Any:
    if isinstance(field, models.JSONField):  # As text: the driver's own adapter knows nothing of the JSON around it.
        return None if value is None else json.dumps(value, cls=field.encoder)
    if value is None or type(value) in PLAIN:
        return value
    prepared = field.get_db_prep_save(value, connection)
    return prepared.isoformat() if hasattr(prepared, "isoformat") else prepared


def json_ids() -> str:
    """SQL that turns one JSON-array parameter (`%s`) into rows with a bigint column `value`."""
    if connection.vendor == "postgresql":
        return "(SELECT v::text::bigint AS value FROM jsonb_array_elements(%s::jsonb) AS v) AS ids"
    return "json_each(%s) AS ids"
