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
PLAIN = frozenset({int, bool, str})  # Stored as they are, whatever the column; asking the field a million times costs seconds.
PLAIN_OR_NOTHING = PLAIN | {type(None)}


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


def update_rows(model: type[models.Model], rows: Sequence[dict[str, Any]], *, match: Sequence[str], bump: Sequence[str] = ()) -> set[int]:
    """One UPDATE for many rows: sets every key of a row that is not in `match`, where all `match` columns (first: the id) are equal.

    All rows carry the same keys (attribute names, foreign keys as `x_id`). Columns in `bump` go up by one. Returns the ids that were
    really updated: with a version column in `match` this is a compare-and-set whose refused rows are the missing ones.
    """
    updated: set[int] = set()
    for chunk in chunks(rows):
        updated |= _update_chunk(model, chunk, match, bump)
    return updated


def _update_chunk(model: type[models.Model], rows: list[dict[str, Any]], match: Sequence[str], bump: Sequence[str]) -> set[int]:
    fields = _fields(model, rows[0])
    table, quote = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name
    source, read, parameters = _unfolded(fields, rows, kept=match)
    assignments = [f"{quote(field.column)} = {read[name]}" for name, field in fields.items() if name not in match]
    raised = (quote(field.column) for field in _fields(model, dict.fromkeys(bump)).values())
    assignments += [f"{column} = {table}.{column} + 1" for column in raised]
    conditions = " AND ".join(f"{table}.{quote(fields[name].column)} = {read[name]}" for name in match)
    # Column and table names come from the model's own fields, never from data; every value travels as a parameter.
    sql = f"UPDATE {table} SET {', '.join(assignments)} FROM {source} WHERE {conditions} RETURNING {table}.{quote(fields[match[0]].column)}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {row[0] for row in cursor.fetchall()}


def insert_missing(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    """INSERT .. ON CONFLICT DO NOTHING, 2,000 rows per statement (SQLite takes 28 wide rows per bulk_create statement).

    All rows carry the same keys; columns they do not name get the default of their field.
    """
    if not rows:
        return
    others = {field.attname: field.get_default() for field in model._meta.concrete_fields if not field.primary_key}
    fields = _fields(model, others)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields.values())
    with connection.cursor() as cursor:
        for chunk in chunks(rows):
            source, read, parameters = _unfolded(fields, [others | row for row in chunk], kept=(next(iter(rows[0])),))
            # WHERE TRUE keeps SQLite from reading ON as a join condition.
            cursor.execute(
                f"INSERT INTO {quote(model._meta.db_table)} ({columns}) "  # noqa: S608 - names from the model
                f"SELECT {', '.join(read.values())} FROM {source} WHERE TRUE ON CONFLICT DO NOTHING",
                parameters,
            )


def insert_rows(model: type[models.Model], rows: Sequence[dict[str, Any]], *, returning: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """Plain INSERTs, 2,000 rows per statement. Returns the `returning` columns (attribute names) of the new rows, in no particular order.

    All rows carry the same keys (with the primary key, if the numbers were taken before); columns they do not name get the default of
    their field (times like `created_at` have none: name them). Raises IntegrityError.
    """
    inserted: list[tuple[Any, ...]] = []
    if not rows:
        return inserted
    given = rows[0].keys()
    others = {f.attname: f.get_default() for f in model._meta.concrete_fields if not f.primary_key and f.attname not in given}
    fields = _fields(model, [f.attname for f in model._meta.concrete_fields if f.attname in given or f.attname in others])
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields.values())
    wanted = ", ".join(quote(field.column) for field in _fields(model, returning).values())
    with connection.cursor() as cursor:
        for chunk in chunks(rows):
            source, read, parameters = _unfolded(fields, chunk, kept=(next(iter(given)),), same=others)
            cursor.execute(
                f"INSERT INTO {quote(model._meta.db_table)} ({columns}) SELECT {', '.join(read.values())} FROM {source}"  # noqa: S608
                + (f" RETURNING {wanted}" if wanted else ""),
                parameters,
            )
            inserted += cursor.fetchall() if wanted else []
    return inserted


def take_numbers(model: type[models.Model], count: int) -> list[int]:
    """Primary keys for so many rows that are about to be inserted: whatever refers to them can be prepared before. In a transaction.

    PostgreSQL hands them out and never again; in SQLite nobody else writes until the transaction ends.
    """
    if not count:
        return []
    table, column = model._meta.db_table, str(model._meta.pk.column)  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", (f'"{table}"', column, count))
            return sorted(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", (table,))
        last = (cursor.fetchone() or (0,))[0]
    return list(range(last + 1, last + 1 + count))


def delete_rows(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    """Deletes exactly the rows in which all given columns are equal; for models that nothing else hangs on."""
    if not rows:
        return
    fields = _fields(model, rows[0])
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields.values())
    with connection.cursor() as cursor:
        for chunk in chunks(rows):
            source, read, parameters = _unfolded(fields, chunk, kept=list(fields))
            found = f"SELECT {', '.join(read.values())} FROM {source}"  # noqa: S608 - names from the model
            cursor.execute(f"DELETE FROM {quote(model._meta.db_table)} WHERE ({columns}) IN ({found})", parameters)  # noqa: S608


def _unfolded(
    fields: dict[str, Any], rows: list[dict[str, Any]], *, kept: Sequence[str], same: dict[str, Any] | None = None
) -> tuple[str, dict[str, str], list[Any]]:
    """A FROM clause that unfolds the rows from one JSON parameter, the SQL that reads each column, and the parameters in this order.

    A column (other than `kept`) that has the same value in every row is a parameter of its own: most of them do, and unfolding is what
    costs. The caller names the columns in the order of `fields`, before the FROM clause. same: columns that no row names.
    """
    fixed = same or {}
    columns = {
        name: _prepared(field, [fixed[name]] if name in fixed else [row[name] for row in rows]) for name, field in fields.items()
    }
    same = {name: values[0] for name, values in columns.items() if name not in kept and _is_constant(values)}
    varied = [name for name in columns if name not in same]
    data = orjson.dumps(list(zip(*(columns[name] for name in varied), strict=True)), default=str).decode()
    source, read = _source({name: fields[name] for name in varied})
    for name, value in same.items():
        # Not `%s::integer`: the minus of the smallest number would come after the cast.
        read[name] = f"CAST(%s AS {_base_type(fields[name])})" if connection.vendor == "postgresql" else "%s"
        same[name] = value if value is None or type(value) in PLAIN else str(value)
    return source, {name: read[name] for name in fields}, [*same.values(), data]


def _source(fields: dict[str, Any]) -> tuple[str, dict[str, str]]:
    if connection.vendor == "postgresql":
        types = (_base_type(field) for field in fields.values())
        columns = ", ".join(f"(v->>{index})::{kind} AS c{index}" for index, kind in enumerate(types))
        source = f"(SELECT {columns} FROM jsonb_array_elements(%s::jsonb) AS v) AS s"  # noqa: S608
        return source, {name: f"s.c{index}" for index, name in enumerate(fields)}
    return "json_each(%s) AS s", {name: f"json_extract(s.value, '$[{index}]')" for index, name in enumerate(fields)}


def _is_constant(values: list[Any]) -> bool:
    first = values[0]
    return all(value == first for value in values)


def _base_type(field: models.Field) -> str:
    """The type without length or precision: the column itself checks those."""
    return re.sub(r"\(.*?\)", "", field.db_type(connection) or "text")


def _fields(model: type[models.Model], names: Iterable[str]) -> dict[str, Any]:
    """{attribute name: field} in the order of the names."""
    known = {field.attname: field for field in model._meta.concrete_fields}
    return {name: known[name] for name in names}


def _prepared(field: Any, values: list[Any]) -> list[Any]:
    """One column's values as JSON and the database take them; equal ones are prepared once."""
    if isinstance(field, models.JSONField):  # As text: the driver's own adapter knows nothing of the JSON around it.
        texts = {key: _json_text(field, value) for key, value in {id(value): value for value in values}.items()}
        return [texts[id(value)] for value in values]
    if set(map(type, values)) <= PLAIN_OR_NOTHING:
        return values
    known = {value: _prepared_one(field, value) for value in set(values)}
    return [known[value] for value in values]


def _json_text(field: models.JSONField, value: Any) -> str | None:
    if value is None:
        return None
    try:
        return orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME if field.encoder else None).decode()
    except TypeError:
        return json.dumps(value, cls=field.encoder)


def _prepared_one(field: Any, value: Any) -> Any:
    prepared: Any = field.get_db_prep_save(value, connection) if value is not None else None
    return prepared.isoformat() if hasattr(prepared, "isoformat") else prepared


@models.ForeignKey.register_lookup
@models.Field.register_lookup
class Among(models.Lookup):
    """`id__among={..}`: like `__in`, for a set of thousands of numbers or texts. They travel as one parameter, unseen by Django, which
    else resolves, prepares and spells out each of them.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The condition in the database's own dialect."""
        column, parameters = self.process_lhs(compiler, connection)
        values = list(self.rhs)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", (*parameters, values)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*parameters, orjson.dumps(values).decode())  # noqa: S608 - a column


def json_ids() -> str:
    """SQL that turns one JSON-array parameter (`%s`) into rows with a bigint column `value`."""
    if connection.vendor == "postgresql":
        return "(SELECT v::text::bigint AS value FROM jsonb_array_elements(%s::jsonb) AS v) AS ids"
    return "json_each(%s) AS ids"
