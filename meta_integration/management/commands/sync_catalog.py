"""`manage.py sync_catalog --tenant solar [--wait] [--timeout 600]`"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from meta_integration.push_runs import start_push
from meta_integration.sync_now import Tally, sync_now
from meta_integration.tenant_argument import add_tenant_argument, connected_tenant
from products_and_services.models import SyncStatus
from tenants.actor import Actor, acting_as


class Command(BaseCommand):
    help = (
        "Compares every product of a business with Meta and sends what differs. With --wait the work is done here, without broker or "
        "worker. Exit code: 0 all right, 1 some failed, were rejected or are left to retry, 2 usage or not connected, 3 paused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant_argument(parser)
        parser.add_argument("--wait", action="store_true", help="work here and now, and tell the outcome")
        parser.add_argument("--timeout", type=float, default=600, help="with --wait: seconds at most (default 600)")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = connected_tenant(options["tenant"])
        with acting_as(Actor("command sync_catalog")):
            if not options["wait"]:
                run = start_push(tenant)
                self.stdout.write(f"{run.total} products queued. Run {run.pk}")
                return
            with tqdm(desc="products", unit="", disable=not sys.stderr.isatty()) as bar:

                def show(done: int, total: int) -> None:
                    bar.total, bar.n = total, done
                    bar.refresh()

                result = sync_now(tenant, timeout=options["timeout"], progress=show)
        self._report(result)
        if result.exit_code:
            sys.exit(result.exit_code)

    def _report(self, result: Tally) -> None:
        for status in SyncStatus:
            if result.by_status.get(status):
                self.stdout.write(f"{status.label:<24} {result.by_status[status]:>8}")
        if not result.by_status:
            self.stdout.write("This business has no products yet.")
        if result.paused:
            self.stderr.write(self.style.WARNING("The catalog is paused: see the Meta App Config in the admin for the cause and “Resume”."))
        elif result.exit_code:
            self.stderr.write(self.style.WARNING("Some products are not live; “Why is it not live?” in the admin tells each reason."))
