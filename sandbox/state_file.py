"""The one SQLite file that keeps what the stand-ins hold: rows of (kind, name, JSON). What the rows mean is the stand-ins' business."""

import json
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

FORMAT = "1"
Name = tuple[str, str]


class StateFileBusy(RuntimeError):
    """Another process holds the state file."""


class StateFile:
    """Rows by kind and name. Thread-safe; what `write` has returned from is on disk, so a killed process loses nothing."""

    def __init__(self, path: str | Path) -> None:
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = _open(path)

    def rows(self, kinds: Collection[str]) -> Iterator[tuple[str, str, Any]]:
        """(kind, name, body) of all rows of these kinds, oldest write first."""
        with self._lock:
            found = self._db.execute("select kind, name, body from state order by rowid").fetchall() if self._db else []
        return ((kind, name, json.loads(body)) for kind, name, body in found if kind in kinds)

    def write(self, kept: Mapping[Name, Any], gone: Collection[Name] = ()) -> None:
        """Insert or replace some rows and delete others, in one transaction. After `close` nothing is written any more."""
        bodies = [(kind, name, json.dumps(body)) for (kind, name), body in kept.items()]
        with self._lock:
            if self._db is None:
                return
            with self._db:
                self._db.executemany("delete from state where kind = ? and name = ?", list(gone))
                self._db.executemany("insert or replace into state (kind, name, body) values (?, ?, ?)", bodies)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._db:
                self._db.close()
                self._db = None


def _open(path: str | Path) -> sqlite3.Connection:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, check_same_thread=False, timeout=2)
    try:
        # EXCLUSIVE: two sandboxes on one file would each believe a different truth.
        db.execute("pragma locking_mode = exclusive")
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = normal")
        with db:
            db.execute("create table if not exists state (kind text, name text, body text not null, primary key (kind, name))")
            db.execute("insert or ignore into state values ('format', 'format', ?)", (FORMAT,))
    except sqlite3.OperationalError as error:
        db.close()
        raise StateFileBusy(f"the state file {path} cannot be used: {error} (is another sandbox running?)") from error
    return db
