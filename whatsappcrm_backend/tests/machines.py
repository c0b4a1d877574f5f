"""Empty machines for tests of backups and migrations: a new database, of either kind, that this thread's default connection leads to."""

import copy
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.utils import load_backend
from django.test import override_settings

from whatsappcrm_backend.tests.realprocess.databases import PostgresDatabase, SqliteDatabase

ON_POSTGRES = not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
KINDS = ("postgresql", "sqlite") if ON_POSTGRES else ("sqlite",)
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    },
}


_templates: dict[str, "Machine"] = {}


class Machine:
    """A database of its own and a folder for pictures."""

    def __init__(self, kind: str, folder: Path) -> None:
        folder.mkdir()
        self.media = folder / "media"
        self.database = SqliteDatabase(folder) if kind == "sqlite" else PostgresDatabase()
        self._values: dict[str, Any] = SQLITE if kind == "sqlite" else {}

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Everything in the block happens on this machine."""
        with self.connected(), override_settings(MEDIA_ROOT=self.media):
            yield

    @contextmanager
    def connected(self) -> Iterator[None]:
        """This thread's queries in the block go to this machine; for threads beside the one that is `at_work`."""
        before = connections["default"]
        values = copy.deepcopy(before.settings_dict) | self._values | {"NAME": self.database.name}
        connections["default"] = load_backend(values["ENGINE"]).DatabaseWrapper(values, "default")
        try:
            yield
        finally:
            connections["default"].close()
            connections["default"] = before


@contextmanager
def new_machine(kind: str, folder: Path, *, migrated: bool = False) -> Iterator[Machine]:
    """A machine that nobody has used; migrated: its tables are there."""
    machine = Machine(kind, folder)
    machine.database.create(_migrated(kind) if migrated else None)
    try:
        yield machine
    finally:
        machine.database.drop()


def _migrated(kind: str) -> str:
    """The name of a database with all tables, which is copied: migrating each machine anew would take five seconds each time."""
    if kind not in _templates:
        machine = _templates[kind] = Machine(kind, Path(tempfile.mkdtemp(prefix="wcrm-machine-")) / "template")
        machine.database.create()
        with machine.at_work():
            call_command("migrate", verbosity=0)
    return _templates[kind].database.name


def forget_templates() -> None:
    """At the end of a session."""
    for machine in _templates.values():
        machine.database.drop()
        shutil.rmtree(machine.media.parent.parent)
    _templates.clear()
