"""`manage.py restore FILE [--check] [--yes] [--replace] [--paused | --live] [--forget-secrets]`"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.clock import database_now
from operations.backups.archive import BackupError
from operations.backups.folder import file_for
from operations.backups.make import make_backup
from operations.backups.others import who_else_is_connected
from operations.backups.restore import Plan, checked, restore
from operations.management.bar import Bar
from tenants.actor import Actor, acting_as

COMES_BACK = "Keys, people and passwords are as they were then: what was revoked or changed since is valid again. Look through Access."


class Command(BaseCommand):
    help = (
        "Puts a backup in the place of this installation's data. Stop the system first. Everything is checked before anything is touched; "
        "the database changes as a whole or not at all. Exit code: 0 done (or the check is passed), 1 not done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="check the file and say what would happen, change nothing")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--replace", action="store_true", help="this database holds data: back it up, then replace it")
        parser.add_argument("--forget-secrets", action="store_true", help="the old ENCRYPTION_SECRET is lost: leave the tokens out")
        sending = parser.add_mutually_exclusive_group()
        sending.add_argument("--paused", action="store_true", help="send nothing to Meta until a person resumes each business")
        sending.add_argument("--live", action="store_true", help="send at once: no other installation sends to these catalogs")

    def handle(self, *args: Any, **options: Any) -> None:
        path, paused = options["file"], True if options["paused"] else False if options["live"] else None
        secrets = {"forget_secrets": options["forget_secrets"]}
        try:
            with acting_as(Actor("command restore")), Bar() as bar, checked(path, bar, paused=paused, **secrets) as (archive, plan):
                bar.close()
                self._describe(plan)
                if options["check"]:
                    self.stdout.write(self.style.SUCCESS("The file is whole and fits this version. Nothing was changed."))
                    return
                self._may_begin(plan, options)
                if plan.present:
                    self._keep_what_is_here(bar)
                restore(archive, plan, bar, **secrets)
        except (BackupError, OSError) as error:
            raise CommandError(f"Not restored: {error}") from error
        self._report(plan, forgotten=options["forget_secrets"])

    def _describe(self, plan: Plan) -> None:
        made = plan.manifest
        origin = made["public_base_url"]
        self.stdout.write(f"Backup of {plan.made_at:%Y-%m-%d %H:%M} UTC: {plan.rows} rows, {plan.files} files, from {origin}")
        for table in made["tables"]:
            if table["rows"]:
                self.stdout.write(f"  {table['model']:<46} {table['rows']:>10}")
        if not made["media"]:
            self.stdout.write(self.style.WARNING("The backup was made without pictures."))
        self.stdout.write(f"Sending to Meta will {'be paused' if plan.paused else 'begin at once'}: {plan.why}.")

    def _may_begin(self, plan: Plan, options: dict[str, Any]) -> None:
        if others := who_else_is_connected():
            raise BackupError(f"others use this database ({others}). Stop the web server, the workers and beat (or `make up`) first.")
        if plan.present and not options["replace"]:
            lost = ", ".join(f"{rows} {label}" for label, rows in sorted(plan.present.items()))
            raise BackupError(f"this database holds data that would be lost ({lost}). Restore into an empty one, or say --replace.")
        if not options["yes"] and input("Restore it? Type yes: ").strip().lower() != "yes":
            raise BackupError("you did not say yes. Nothing was changed.")

    def _keep_what_is_here(self, bar: Bar) -> None:
        path = file_for(settings.BACKUP_DIR, database_now()).with_suffix(".before-restore.zip")
        make_backup(path, progress=bar)
        bar.close()
        self.stdout.write(f"What was here is kept in {path}")

    def _report(self, plan: Plan, *, forgotten: bool) -> None:
        self.stdout.write(self.style.SUCCESS(f"Restored {plan.rows} rows and {plan.files} files as of {plan.made_at:%Y-%m-%d %H:%M} UTC."))
        if plan.paused:
            self.stdout.write(self.style.WARNING("Nothing goes to Meta until you press “Resume” on each Meta App Config."))
        else:
            self.stdout.write("Every item is compared with Meta as soon as a worker runs.")
        if forgotten:
            self.stdout.write(self.style.WARNING("The tokens were left out: type them into each Meta App Config."))
        self.stdout.write(self.style.WARNING(COMES_BACK))
