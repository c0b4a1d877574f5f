"""`manage.py import_store --tenant solar [--connection 3] [--dry-run] [--full]`"""

import sys
from collections.abc import Callable
from textwrap import shorten
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Min

from integrations.models import StoreConnection
from integrations.runs import (
    AlreadyRunning,
    NotConfirmable,
    NotReady,
    confirm_now,
    preview_of,
    progress_of,
    refusal,
    result_of,
    resume_now,
    run_now,
)
from integrations.runs.preview import ROWS_KEPT
from operations.management.bar import Bar
from operations.models import Run, RunStatus
from tenants.actor import Actor, acting_as
from tenants.models import Tenant
from tenants.tenant_argument import add_tenant_argument, named_tenant

SHOWN_ROWS, SHOWN_ISSUES, LINE = 30, 20, 120
FAILED, USAGE, WAITS = 1, 2, 3
ENDED = (RunStatus.FAILED, RunStatus.CANCELLED)
Begin = Callable[..., Run]


class Command(BaseCommand):
    help = (
        "Imports the shops of a business here and now, needing neither broker nor worker. Ctrl-C stops; --resume goes on there. "
        "Exit code: 0 all right, 1 failed, stopped, or some products have problems, 2 usage or no shop, 3 paused, blocked, or waiting for "
        "a yes to switch many products off."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant_argument(parser)
        parser.add_argument("--connection", type=int, metavar="ID", help="only this shop (default: all of the business)")
        parser.add_argument("--dry-run", action="store_true", help="show what would come, change nothing")
        parser.add_argument("--full", action="store_true", help="compare also what seems unchanged")
        parser.add_argument("--resume", action="store_true", help="go on where the last import failed or was stopped")
        parser.add_argument("--allow-removals", action="store_true", help="switch products off that are gone, however many they are")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = named_tenant(options["tenant"])
        with acting_as(Actor("command import_store")):
            worst = max(self._import(connection, options) for connection in self._connections(tenant, options["connection"]))
        if worst:
            sys.exit(worst)

    def _connections(self, tenant: Tenant, chosen: int | None) -> list[StoreConnection]:
        """Raises CommandError (exit code 2) naming those that exist."""
        shops = list(StoreConnection.objects.for_tenant(tenant).select_related("tenant", "last_import").defer("credentials"))
        known = ", ".join(f"{shop.pk} ({shop})" for shop in shops)
        if not known:
            raise CommandError(f"“{tenant.sub_domain}” has no shop. Run connect_store first.", returncode=USAGE)
        if chosen is None:
            return [shop for shop in shops if shop.is_active] or shops
        found = [shop for shop in shops if shop.pk == chosen]
        if not found:
            raise CommandError(f"--connection: there is no shop {chosen}. Known: {known}.", returncode=USAGE)
        return found

    def _import(self, connection: StoreConnection, options: dict[str, Any]) -> int:
        self.stdout.write(self.style.MIGRATE_HEADING(str(connection)))
        if why := refusal(connection):
            return self._say(why, WAITS)
        with Bar() as bar:

            def show(run: Run) -> None:
                bar(progress_of(run).words, run.done, run.total)

            try:
                run = self._run(connection, options, show)
            except AlreadyRunning as busy:
                return self._say(f"{busy} It is run {busy.run.pk}.", self._busy(busy.run))
            except (NotReady, NotConfirmable) as refused:
                return self._say(str(refused), FAILED)
        return self._report(run)

    def _run(self, connection: StoreConnection, options: dict[str, Any], show: Callable[[Run], None]) -> Run:
        """Starts what was asked for and works to its end."""
        last = connection.last_import
        try:
            if options["resume"]:
                if last is None or last.status not in ENDED:
                    raise NotReady("The last import of this shop did not fail and was not stopped: there is nothing to go on with.")
                run = resume_now(last, progress=show)
            else:
                run = run_now(connection, full=options["full"], dry_run=options["dry_run"], progress=show)
        except AlreadyRunning as busy:
            if not options["allow_removals"] or busy.run.status != RunStatus.NEEDS_CONFIRMATION:
                raise
            run = busy.run
        if run.status == RunStatus.NEEDS_CONFIRMATION and options["allow_removals"]:
            run = confirm_now(run, progress=show)
        return run

    def _busy(self, run: Run) -> int:
        return WAITS if run.status == RunStatus.NEEDS_CONFIRMATION else FAILED

    def _say(self, words: str, code: int) -> int:
        self.stderr.write(self.style.WARNING(words))
        return code

    def _report(self, run: Run) -> int:
        if run.params.get("dry_run"):
            self._show_preview(run)
        else:
            for name, value in result_of(run).items():
                self.stdout.write(f"{name:<12} {value:>8}{' s' if name == 'duration' else ''}")
        self._show_issues(run)
        self.stdout.write(f"{run.message} Run {run.pk}".strip())
        if run.status == RunStatus.NEEDS_CONFIRMATION:
            return self._say("Say yes with --allow-removals, or answer on the run's page in the admin.", WAITS)
        if run.status != RunStatus.COMPLETED:
            return WAITS if self._is_blocked(run) else FAILED
        return FAILED if run.counts.get("failed") and not run.params.get("dry_run") else 0

    def _is_blocked(self, run: Run) -> bool:
        return StoreConnection.objects.filter(pk=run.params["connection"], blocked_at__isnull=False).exists()

    def _show_preview(self, run: Run) -> None:
        preview = preview_of(run)
        self.stdout.write(preview.sentence())
        for row in preview.rows[:SHOWN_ROWS]:
            changes = shorten("; ".join(f"{name}: {old} → {new}" for name, old, new in row.changes), LINE, placeholder=" …")
            self.stdout.write(f"  {row.kind:<9} {row.external_id:>8}  {row.name[:40]:<40} {changes}".rstrip())
        if (more := preview.more + max(len(preview.rows) - SHOWN_ROWS, 0)) > 0:
            self.stdout.write(f"  and {more} more (the run's page in the admin lists the first {ROWS_KEPT} of all)")

    def _show_issues(self, run: Run) -> None:
        """Alike ones together, with one example of each."""
        kinds = run.issues.values("field", "code").annotate(number=Count("pk"), example=Min("pk")).order_by("-number", "field", "code")
        examples = run.issues.in_bulk([kind["example"] for kind in kinds[:SHOWN_ISSUES]])
        for kind in kinds[:SHOWN_ISSUES]:
            issue = examples[kind["example"]]
            self.stdout.write(f"  {kind['number']} × {issue.field or 'product'}: {issue.message} (for example {issue.subject})")
