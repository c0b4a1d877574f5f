"""`manage.py reconcile_catalog --tenant solar [--dry-run] [--mend missing,different,extra,duplicate] [--allow-removals] [--adopt]`"""

import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from common.clock import database_now
from meta_integration.catalog.pause import may_be_read
from meta_integration.catalog.reading.session import BY_ITSELF, IN_ONE_GO
from meta_integration.comparisons import compare_here
from meta_integration.finding_words import words_of
from meta_integration.models import Catalog
from meta_integration.tenant_argument import add_tenant_argument, connected_tenant
from operations.models import Run, RunStatus
from tenants.actor import Actor, acting_as

COLUMNS = {
    "listed": "items at Meta",
    "missing": "missing at Meta",
    "different": "different at Meta",
    "extra": "deleted here, still at Meta",
    "duplicate": "duplicates",
    "adoptable": "made elsewhere under our SKUs",
    "not_ours": "not ours (left alone)",
    "ignored": "ignored by a person",
    "unannounced": "never announced",
    "mended": "mended or queued to be",
    "removed": "of these: removals",
    "held": "removals held for a person",
}
SHOWN = 20
PAUSED, FAILED = 3, 1


class Command(BaseCommand):
    help = (
        "Reads the catalogs of a business back from Meta, reports what differs and has it mended. Exit code: 0 compared, "
        "1 Meta could not be read, 2 usage or not connected, 3 paused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant_argument(parser)
        parser.add_argument("--dry-run", action="store_true", help="report only, change nothing")
        usual = ",".join(sorted(BY_ITSELF))
        parser.add_argument("--mend", default=usual, metavar="KINDS", help=f"what to mend, of {_names()} (default {usual})")
        parser.add_argument("--adopt", action="store_true", help="also take over what other tools made under our SKUs")
        parser.add_argument("--allow-removals", action="store_true", help="lift the brake on many removals for this run")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = connected_tenant(options["tenant"])
        chosen = {name: options[name] for name in ("dry_run", "allow_removals", "adopt")} | {"mend": _kinds(options["mend"])}
        with acting_as(Actor("command reconcile_catalog")):
            catalogs = Catalog.objects.for_tenant(tenant).filter(is_current=True).select_related("tenant", "config")
            worst = max((self._compare(catalog, chosen) for catalog in catalogs), default=0)
        if worst:
            sys.exit(worst)

    def _compare(self, catalog: Catalog, options: dict[str, Any]) -> int:
        self.stdout.write(self.style.MIGRATE_HEADING(f"Catalog {catalog.catalog_id}"))
        if not may_be_read(catalog, database_now()):
            self.stderr.write(self.style.WARNING("paused or not connected; nothing was read"))
            return PAUSED
        with tqdm(desc="items", unit="", disable=not sys.stderr.isatty()) as bar:
            run = compare_here(catalog, _shown_on(bar), **options)
        if run is None:
            self.stderr.write(self.style.WARNING("the same comparison is already under way; its run in the admin shows how far it is"))
            return FAILED
        return self._report(run)

    def _report(self, run: Run) -> int:
        for name, title in COLUMNS.items():
            self.stdout.write(f"{title:<32} {run.counts.get(name, 0):>8}")
        for finding in run.findings.order_by("id")[:SHOWN]:
            self.stdout.write(f"  {finding.retailer_id} ({finding.get_kind_display()}): {words_of(finding)}")
        if (more := run.findings.count() - SHOWN) > 0:
            self.stdout.write(f"  and {more} more: “Findings” in the admin lists them")
        if run.status != RunStatus.COMPLETED:
            self.stderr.write(self.style.ERROR(run.message))
            return FAILED
        self.stdout.write(run.message or "What was wrong is queued to be mended.")
        return 0


def _shown_on(bar: tqdm) -> Callable[[Run], None]:
    def show(run: Run) -> None:
        bar.total, bar.n = max(run.total, run.done), run.done
        bar.set_postfix_str(run.phase)

    return show


def _kinds(text: str) -> list[str]:
    """Raises CommandError (exit code 2) naming those that exist."""
    kinds = [kind.strip() for kind in text.split(",") if kind.strip()]
    unknown = sorted(set(kinds) - {str(kind) for kind in IN_ONE_GO})
    if unknown:
        hint = " Items that are not ours are removed one by one in the admin." if "not_ours" in unknown else ""
        raise CommandError(f"--mend: unknown: {', '.join(unknown)}. Known: {_names()}.{hint}", returncode=2)
    return kinds


def _names() -> str:
    return ", ".join(sorted(IN_ONE_GO))
