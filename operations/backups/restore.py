"""Restoring a backup: everything is checked before anything is touched, and the database changes in one transaction or not at all."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps as current_apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from common.clock import database_now
from common.encrypted_field import DecryptionError, decrypt
from common.restored import Restoration, run_steps
from operations.backups import media
from operations.backups.archive import ArchiveReader, BackupError, reading
from operations.backups.schema import check_foreign_keys, drop_tables, migrate_to, models_in, rows_by_table, targets_for
from operations.backups.tables import empty, set_last_number, write_lines
from tenants.services import record_audit

Progress = Callable[[str, int, int], None]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
WRONG_SECRET = (
    "The backup was made with another ENCRYPTION_SECRET: the access tokens in it cannot be decrypted here. Put the old secret into .env "
    "(several may stand in a row, separated by commas). If it is lost for good, --forget-secrets restores everything else, and the tokens "
    "have to be typed in again."
)


@dataclass(frozen=True)
class Plan:
    """A backup that was checked and can be restored here. paused: nothing is sent to Meta afterwards; why: the reason, in words."""

    manifest: dict[str, Any]
    made_at: datetime
    paused: bool
    why: str
    present: dict[str, int]

    @property
    def rows(self) -> int:
        """Rows in the backup."""
        return sum(table["rows"] for table in self.manifest["tables"])

    @property
    def files(self) -> int:
        """Pictures and other files in the backup."""
        return sum(name.startswith(media.PREFIX) for name in self.manifest["members"])


@contextlib.contextmanager
def checked(
    path: Path, progress: Progress, *, paused: bool | None = None, forget_secrets: bool = False
) -> Iterator[tuple[ArchiveReader, Plan]]:
    """Opens a backup and checks seal, secrets, every checksum and the migrations. Raises BackupError; touches nothing.

    paused: None decides by itself: an installation with another public address that talks to the real Meta starts paused.
    """
    with reading(path) as archive:
        _check_secret(archive, forget_secrets)
        total = sum(member["bytes"] for member in archive.manifest["members"].values())
        done = 0

        def advance(size: int) -> None:
            nonlocal done
            done += size
            progress("bytes checked", done, total)

        archive.verify(advance)
        targets_for(archive.manifest["migrations"])
        paused, why = _sending(archive.manifest, paused)
        yield archive, Plan(archive.manifest, datetime.fromisoformat(archive.manifest["made_at"]), paused, why, rows_by_table())


def _check_secret(archive: ArchiveReader, forget_secrets: bool) -> None:
    try:
        archive.check_seal(decrypt)
    except DecryptionError:
        if not forget_secrets:
            raise BackupError(WRONG_SECRET) from None


def _sending(manifest: dict[str, Any], asked: bool | None) -> tuple[bool, str]:
    """Two installations that send to one catalog would undo each other's work for ever."""
    if asked is not None:
        return asked, "as you asked"
    if urlsplit(settings.META_GRAPH_BASE_URL).hostname in LOOPBACK:
        return False, "this machine talks to a stand-in for Meta"
    if manifest["public_base_url"] == settings.PUBLIC_BASE_URL:
        return False, "this machine has the same PUBLIC_BASE_URL as the one that was backed up"
    return True, f"this machine's PUBLIC_BASE_URL is not {manifest['public_base_url']}: the other one may still be sending"


def restore(archive: ArchiveReader, plan: Plan, progress: Progress, *, forget_secrets: bool = False) -> None:
    """Puts files and rows in the place of what is here. A failure or a kill leaves the database as it was (extra pictures harm nobody).

    Raises BackupError when the database takes a row or a migration not.
    """
    _put_files_back(archive, plan, progress)
    connection.ensure_connection()
    sqlite = connection.vendor == "sqlite"
    if sqlite:
        connection.disable_constraint_checking()  # Only possible outside a transaction; checked as a whole before the commit.
    try:
        with transaction.atomic():
            if not sqlite:
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL statement_timeout = 0")
            _rebuild(archive, plan, progress, forget_secrets)
    finally:
        if sqlite:
            connection.enable_constraint_checking()


def _rebuild(archive: ArchiveReader, plan: Plan, progress: Progress, forget_secrets: bool) -> None:
    try:
        drop_tables()
        _load(archive, plan, progress, forget_secrets)
        progress("migrations", 0, 0)
        migrate_to(None)
        connection.check_constraints()
        _set_numbers(plan.manifest["tables"], models_in(current_apps))  # Again: SQLite forgets them where a migration remade the table.
    except DatabaseError as error:
        raise BackupError(f"The database refused: {error}. Nothing was changed.") from error
    _sort_out(plan)


def _load(archive: ArchiveReader, plan: Plan, progress: Progress, forget_secrets: bool) -> None:
    apps = migrate_to(targets_for(plan.manifest["migrations"]))
    by_label = {model._meta.label_lower: model for model in models_in(apps)}
    for model in by_label.values():
        empty(model)
    done = 0
    for table in plan.manifest["tables"]:
        label = table["model"]
        if label not in by_label:
            continue  # Of an app that this version no longer has.
        with archive.open(f"tables/{label}.jsonl") as lines:
            try:
                for count in write_lines(by_label[label], table["columns"], lines, forget_secrets=forget_secrets):
                    done += count
                    progress("rows", done, plan.rows)
            except (DatabaseError, ValueError, KeyError) as error:
                raise BackupError(f"A row of {label} does not fit into this database: {error}. Nothing was changed.") from error
            except DecryptionError:
                raise BackupError(WRONG_SECRET) from None
    check_foreign_keys()
    _set_numbers(plan.manifest["tables"], by_label.values())


def _set_numbers(tables: list[dict[str, Any]], models: Iterable[type[Model]]) -> None:
    numbers = {table["model"]: table["last_number"] for table in tables}
    for model in models:
        set_last_number(model, numbers.get(model._meta.label_lower, 0))


def _sort_out(plan: Plan) -> None:
    restoration = Restoration(made_at=plan.made_at, now=database_now(), paused=plan.paused)
    run_steps(restoration)
    facts = {"made_at": plan.manifest["made_at"], "code": str(plan.manifest["code"]), "rows": plan.rows, "paused": plan.paused}
    record_audit("restored_from_backup", None, metadata=facts)


def _put_files_back(archive: ArchiveReader, plan: Plan, progress: Progress) -> None:
    names = [name for name in plan.manifest["members"] if name.startswith(media.PREFIX)]
    for done, name in enumerate(names, 1):
        with archive.open(name) as stream:
            media.put_back(name.removeprefix(media.PREFIX), stream)
        progress("files", done, len(names))
