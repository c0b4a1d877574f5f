"""`manage.py backup [FILE] [--no-media] [--keep N]`"""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.clock import database_now
from operations.backups.archive import BackupError
from operations.backups.folder import file_for, remove_older
from operations.backups.make import Made, make_backup
from operations.management.bar import Bar
from tenants.actor import Actor, acting_as

KEEP_APART = (
    "Not in the file: .env. Keep its ENCRYPTION_SECRET in another safe place (a password manager): without it the access tokens in this "
    "backup cannot be read."
)


class Command(BaseCommand):
    help = (
        "Writes the whole installation into one file while it runs: every table and the pictures, for SQLite and PostgreSQL alike. "
        "Access tokens stay encrypted in it; .env is not in it. Exit code: 0 done, 1 not done, 4 done but pictures were missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="where to (default: a dated name in BACKUP_DIR)")
        parser.add_argument("--no-media", action="store_true", help="leave the pictures out")
        parser.add_argument("--keep", type=int, metavar="N", help="afterwards keep only the newest N in that folder")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["keep"] is not None and options["keep"] < 1:
            raise CommandError("--keep: at least 1.")
        path = (options["file"] or file_for(settings.BACKUP_DIR, database_now())).absolute()
        if not path.parent.is_dir():
            raise CommandError(f"There is no folder {path.parent}. Make it first, or name another one.")
        if path.exists():
            raise CommandError(f"{path} exists already. Name another file; a backup never overwrites one.")
        try:
            with acting_as(Actor("command backup")), Bar() as bar:
                made = make_backup(path, media=not options["no_media"], progress=bar)
        except (BackupError, OSError) as error:
            raise CommandError(f"No backup was made: {error}") from error
        self._report(made)
        if options["keep"] is not None:
            for name in remove_older(path.parent, options["keep"]):
                self.stdout.write(f"removed {name}")
        if made.missing:
            sys.exit(4)

    def _report(self, made: Made) -> None:
        for label, rows in sorted(made.rows.items()):
            if rows:
                self.stdout.write(f"{label:<48} {rows:>10}")
        self.stdout.write(f"{'files':<48} {made.files:>10}")
        for name in made.missing[:20]:
            self.stderr.write(self.style.WARNING(f"missing in the storage: {name}"))
        self.stdout.write(self.style.SUCCESS(f"{made.path} ({made.size / 1_048_576:.1f} MB)"))
        self.stdout.write(self.style.WARNING(KEEP_APART))
