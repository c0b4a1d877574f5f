"""`manage.py reconcile_catalog --tenant solar [--dry-run] [--allow-removals]`"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from meta_integration.catalog.readback import read_back
from meta_integration.models import Catalog
from meta_integration.tenant_argument import add_tenant_argument, connected_tenant
from operations.models import Run, RunStatus
from tenants.actor import Actor, acting_as

COLUMNS = {
    "listed": "items at Meta",
    "missing": "missing at Meta",
    "different": "different at Meta",
    "extra": "deleted here, still at Meta",
    "removed": "removals released",
    "held": "removals held for a person",
    "unannounced": "never announced",
    "not_ours": "not ours (left alone)",
}
SHOWN = 20


class Command(BaseCommand):
    help = "Reads the catalogs of a business back from Meta, reports missing, extra and different items, and has them mended."

    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant_argument(parser)
        parser.add_argument("--dry-run", action="store_true", help="report only, change nothing")
        parser.add_argument("--allow-removals", action="store_true", help="lift the brake on many removals for this run")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = connected_tenant(options["tenant"])
        worst = 0
        with acting_as(Actor("command reconcile_catalog")):
            for catalog in Catalog.objects.for_tenant(tenant).filter(is_current=True):
                run = read_back(catalog.pk, dry_run=options["dry_run"], allow_removals=options["allow_removals"])
                worst = max(worst, self._report(catalog, run))
        if worst:
            sys.exit(worst)

    def _report(self, catalog: Catalog, run: Run | None) -> int:
        self.stdout.write(self.style.MIGRATE_HEADING(f"Catalog {catalog.catalog_id}"))
        if run is None:
            self.stderr.write(self.style.WARNING("paused or not connected; nothing was read"))
            return 3
        for name, title in COLUMNS.items():
            self.stdout.write(f"{title:<28} {run.counts.get(name, 0):>8}")
        for issue in run.issues.all()[:SHOWN]:
            self.stdout.write(f"  {issue.subject} ({issue.code}): {issue.message}")
        if run.status == RunStatus.FAILED:
            self.stderr.write(self.style.ERROR(run.message))
            return 1
        self.stdout.write(run.message or "What was wrong is queued to be mended.")
        return 0
