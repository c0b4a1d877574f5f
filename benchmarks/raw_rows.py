"""Rows written as fast as we know how, past Django: executemany .. ON CONFLICT on SQLite, COPY and INSERT .. ON CONFLICT on PostgreSQL."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson


class RawTable:
    """One table. match: the columns that make a row the same one ("": every row is new); filled: columns that `write` is given.

    Columns that are not given hold the model's defaults; the id is left to the database unless it is given.
    """

    def __init__(self, model: Any, filled: Sequence[str], match: Sequence[str] = ()) -> None:
        from django.db import connection

        self.vendor, self.connection = connection.vendor, connection
        self.table = model._meta.db_table
        fields = [field for field in model._meta.concrete_fields if not field.primary_key or field.column in filled]
        self.columns = [field.column for field in fields]
        self.defaults = {field.column: None if field.column in filled else self.plain(field.get_default()) for field in fields}
        self.into = f"INTO {self.table} ({', '.join(self.columns)})"
        rest = ", ".join(f"{name} = excluded.{name}" for name in self.columns if name not in match)
        self.clash = f" ON CONFLICT ({', '.join(match)}) DO {f'UPDATE SET {rest}' if rest else 'NOTHING'}" if match else ""

    def plain(self, value: Any) -> Any:
        """A value as both databases take it: texts and numbers."""
        if isinstance(value, (list, dict)):
            return orjson.dumps(value).decode()
        if isinstance(value, datetime):
            return value.replace(tzinfo=None).isoformat(" ") if self.vendor == "sqlite" else value.isoformat()
        if isinstance(value, UUID):
            return value.hex if self.vendor == "sqlite" else str(value)
        return str(value) if isinstance(value, Decimal) else value

    def write(self, rows: Iterable[dict[str, Any]]) -> None:
        """All of them in one go. Values: plain ones."""
        values = [tuple((self.defaults | row).values()) for row in rows]
        cursor = self.connection.connection.cursor()
        if self.vendor == "sqlite":
            marks = ", ".join("?" * len(self.columns))
            cursor.executemany(f"INSERT {self.into} VALUES ({marks}){self.clash}", values)  # noqa: S608 - names from the model
            return
        if not self.clash:
            cursor.copy_expert(f"COPY {self.into.removeprefix('INTO ')} FROM STDIN", _copied(values))
            return
        names = ", ".join(self.columns)
        new = f"new_{self.table}"
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS {new} ON COMMIT DELETE ROWS AS SELECT {names} FROM {self.table} WITH NO DATA"  # noqa: S608
        )
        cursor.copy_expert(f"COPY {new} ({names}) FROM STDIN", _copied(values))
        cursor.execute(f"INSERT {self.into} SELECT {names} FROM {new}{self.clash}")  # noqa: S608


def _copied(rows: list[tuple[Any, ...]]) -> io.StringIO:
    """PostgreSQL's text form."""
    return io.StringIO("".join("\t".join(map(_cell, row)) + "\n" for row in rows))


def _cell(value: Any) -> str:
    if value is None:
        return r"\N"
    if value.__class__ is str and ("\\" in value or "\n" in value or "\t" in value or "\r" in value):
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")  # type: ignore[no-any-return]
    return str(value)
