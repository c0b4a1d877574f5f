"""A database of our own beside the one of the other tests: a SQLite file, or a database on the suite's PostgreSQL server.

The test's own thread looks into it through Django's usual connection, swapped for as long as a test runs.
"""

import copy
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connections
from django.db.utils import load_backend


class SqliteDatabase:
    """A file."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "shop.sqlite3"
        self.url = f"sqlite:///{self.file}"
        self.name = str(self.file)

    def create(self, like: str | None = None) -> None:
        """SQLite makes the file at the first connection. like: the file of a database to copy, to which nobody is connected."""
        if like:
            shutil.copyfile(like, self.file)

    def drop(self) -> None:
        """The folder goes as a whole."""


class PostgresDatabase:
    """CREATE DATABASE on the server of DATABASE_URL. Can be shut for a while."""

    def __init__(self) -> None:
        self.name = f"realprocess_{secrets.token_hex(4)}"
        given = settings.DATABASES["default"]
        login = f"{quote(given['USER'])}:{quote(given['PASSWORD'])}" if given["PASSWORD"] else quote(given["USER"])
        self.url = f"postgres://{login}@{given['HOST'] or '127.0.0.1'}:{given['PORT'] or 5432}/{self.name}"

    def create(self, like: str | None = None) -> None:
        """like: the name of a database to copy, to which nobody is connected."""
        self._execute(f"CREATE DATABASE {self.name} TEMPLATE {like or 'template1'}")

    def drop(self) -> None:
        self.terminate_connections()
        self._execute(f"DROP DATABASE IF EXISTS {self.name}")

    def terminate_connections(self) -> None:
        """What a restart of the server does to everybody who is connected."""
        connections["default"].close()
        self._execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self.name])

    def terminate_waiting(self) -> int:
        """Ends the connections that wait for a lock in the middle of their transaction; how many."""
        rows = self._execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'", [self.name]
        )
        return len(rows)

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Nobody is connected and nobody can connect."""
        self._execute(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false")
        self.terminate_connections()
        try:
            yield
        finally:
            self._execute(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true")

    def _execute(self, sql: str, params: list[Any] | None = None) -> list[Any]:
        with connections["default"]._nodb_cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall() if cursor.description else []


def make_database(folder: Path) -> SqliteDatabase | PostgresDatabase:
    """Of the kind the suite runs on."""
    return SqliteDatabase(folder) if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") else PostgresDatabase()


@contextmanager
def looking_into(name: str) -> Iterator[None]:
    """This thread's default connection leads to the named database meanwhile."""
    before = connections["default"]
    values = copy.deepcopy(before.settings_dict) | {"NAME": name}
    connections["default"] = load_backend(values["ENGINE"]).DatabaseWrapper(values, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before
