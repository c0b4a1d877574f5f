"""`manage.py import_products --tenant solar FILE [--dry-run] [--mode update]`"""

import sys
from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from operations.models import Run, RunStatus
from products_and_services.spreadsheets.imports import DRY_RUN, IMPORT, Upload, start_import, work_on
from products_and_services.spreadsheets.reading import NotReadable
from products_and_services.spreadsheets.verdicts import BOTH, MODES, Options
from tenants.actor import Actor, acting_as
from tenants.tenant_argument import add_tenant_argument, named_tenant

SHOWN = 20
PIECE = 1024 * 1024


class Command(BaseCommand):
    help = (
        "Imports products from a CSV or XLSX file, here and now, needing neither broker nor worker. "
        "Exit code: 0 all right, 1 some rows failed, 2 usage or no readable file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant_argument(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check every row, write nothing")
        parser.add_argument("--mode", choices=list(MODES), default=BOTH, help="create and update (both, the default), or only one of them")
        parser.add_argument(
            "--create-categories", action=BooleanOptionalAction, default=True, help="make categories that do not exist yet (default)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = named_tenant(options["tenant"])
        path: Path = options["file"]
        choices = Options(options["mode"], options["create_categories"])
        with acting_as(Actor("command import_products")):
            try:
                with path.open("rb") as file:
                    upload = Upload(path.name, path.stat().st_size, iter(lambda: file.read(PIECE), b""), choices)
                    run = start_import(tenant, upload, stage=DRY_RUN if options["dry_run"] else IMPORT)
            except OSError as error:
                raise CommandError(f"{path}: {error.strerror}.", returncode=2) from None
            except NotReadable as error:
                raise CommandError(str(error), returncode=2) from None
            self._work(run)
        run.refresh_from_db()
        self._report(run)

    def _work(self, run: Run) -> None:
        with tqdm(desc="rows", unit="", disable=not sys.stderr.isatty()) as bar:

            def show(done: int, total: int) -> None:
                bar.total, bar.n = total, done
                bar.refresh()

            work_on(str(run.pk), progress=show, seconds=float("inf"))

    def _report(self, run: Run) -> None:
        for name, number in run.counts.items():
            self.stdout.write(f"{name:<12} {number:>8}")
        for issue in run.issues.all()[:SHOWN]:
            self.stdout.write(f"  {issue.subject}, {issue.field or 'row'}: {issue.message}")
        more = run.issues.count() - SHOWN
        if more > 0:
            self.stdout.write(f"  and {more} more: see the run in the admin")
        self.stdout.write(f"{run.message} Run {run.pk}".strip())
        if run.status != RunStatus.COMPLETED or run.counts.get("failed"):
            sys.exit(1)
