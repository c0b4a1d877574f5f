"""Making a backup while the system runs: one moment of the database, then the pictures its rows name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections, models

from common.bulk import chunks
from common.clock import database_now
from common.encrypted_field import encrypt
from operations.backups import media as stored_files
from operations.backups.archive import ArchiveWriter, BackupError, writing
from operations.backups.records import beat, recorded
from operations.backups.schema import applied_migrations, tables_of
from operations.backups.snapshot import snapshot
from operations.backups.tables import columns_of, last_number, read_lines, rows_at_once

Progress = Callable[[str, int, int], None]


@dataclass
class Made:
    """What a backup holds. rows: {table label: rows}; missing: files that rows name and the storage does not have."""

    path: Path
    made_at: datetime
    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    missing: list[str] = field(default_factory=list)
    size: int = 0


def no_progress(_what: str, _done: int, _total: int) -> None:
    """For those who do not watch."""


def make_backup(path: Path, *, media: bool = True, progress: Progress = no_progress) -> Made:
    """Writes one complete backup to `path`. progress(what, done, total): rows, then files.

    Raises BackupError when another one is at work or the database is newer than this code, OSError when the disk does not take it.
    """
    with recorded(str(path)) as record:

        def show(what: str, done: int, total: int) -> None:
            progress(what, done, total)
            beat(record)

        made = Made(path, record.started_at)
        with writing(path) as archive, snapshot() as alias:
            applied = applied_migrations(alias)
            tables = list(tables_of(applied, alias))
            if not tables:
                raise BackupError("The database has no tables yet: there is nothing to back up.")
            described = _write_tables(archive, tables, alias, made, show)
            if media:
                _write_files(archive, stored_files.named_files(tables, alias), made, show)
            archive.finish(_manifest(made, applied, described, alias, media), encrypt)
        made.size = path.stat().st_size
        record.size, record.rows, record.files = made.size, sum(made.rows.values()), made.files
        record.message = f"{len(made.missing)} pictures are named by products and missing from the storage." if made.missing else ""
    return made


def _write_tables(
    archive: ArchiveWriter, tables: list[type[models.Model]], alias: str, made: Made, progress: Progress
) -> list[dict[str, Any]]:
    expected = sum(model._base_manager.using(alias).count() for model in tables)
    described, done = [], 0
    for model in tables:
        label, name = model._meta.label_lower, f"tables/{model._meta.label_lower}.jsonl"
        before = done
        with archive.member(name) as write:
            for lines in chunks(read_lines(model, alias), rows_at_once(model)):
                write(b"".join(lines))
                done += len(lines)
                progress("rows", done, expected)
        progress("rows", done, expected)
        made.rows[label] = done - before
        columns = [column.attname for column in columns_of(model)]
        described.append({"model": label, "columns": columns, "rows": done - before, "last_number": last_number(model, alias)})
    return described


def _write_files(archive: ArchiveWriter, names: Iterable[str], made: Made, progress: Progress) -> None:
    for name in names:
        if stored_files.PREFIX + name in archive.members or name in made.missing:
            continue
        try:
            pieces = stored_files.pieces(name)
            first = next(pieces, b"")
        except OSError:
            made.missing.append(name)
            continue
        with archive.member(stored_files.PREFIX + name, packed=False) as write:
            write(first)
            for piece in pieces:
                write(piece)
        made.files += 1
        progress("files", made.files, 0)


def _manifest(made: Made, applied: list[Any], described: list[dict[str, Any]], alias: str, media: bool) -> dict[str, Any]:
    return {
        "made_at": made.made_at.isoformat(),
        "finished_at": database_now().isoformat(),
        "code": code_version(),
        "django": version("django"),
        "database": connections[alias].vendor,
        "public_base_url": settings.PUBLIC_BASE_URL,
        "graph_base_url": settings.META_GRAPH_BASE_URL,
        "media": media,
        "missing_files": made.missing,
        "migrations": applied,
        "tables": described,
    }


def code_version() -> str:
    """The commit of this checkout, "" where there is none (in the image)."""
    folder = Path(settings.BASE_DIR) / ".git"
    try:
        head = (folder / "HEAD").read_text().strip()
        return (folder / head.removeprefix("ref: ")).read_text().strip() if head.startswith("ref: ") else head
    except OSError:
        return ""
