"""`manage.py rollback_run RUN_ID [--dry-run] [--overwrite] [--wait]`"""

import sys
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from operations.models import Run
from products_and_services.undo.rollback import NotRollable, notes_of, preview_pages, refusal, start_rollback
from products_and_services.undo.rollback_work import work_on_rollback
from products_and_services.undo.words import describe_steps, problem_lines
from tenants.actor import Actor, acting_as

SAMPLE = 20


class Command(BaseCommand):
    help = (
        "Takes back what a run (bulk edit, file import, shop import, rollback) did to products. What others changed since is left alone "
        "unless --overwrite. Exit code: 0 all taken back, 1 something was left alone, 2 usage or not possible."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run_id", help="the run's id, as in the address of its page")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would happen")
        parser.add_argument("--overwrite", action="store_true", help="also take back what others changed since")
        parser.add_argument("--wait", action="store_true", help="do the work here and now, without broker or worker")

    def handle(self, *args: Any, **options: Any) -> None:
        run = _run(options["run_id"])
        why = refusal(run)
        if why:
            raise CommandError(why, returncode=2)
        if options["dry_run"]:
            self._dry_run(run, options["overwrite"])
            return
        with acting_as(Actor("command rollback_run")):
            try:
                rollback = start_rollback(run, overwrite=options["overwrite"])
            except NotRollable as refused:
                raise CommandError(str(refused), returncode=2) from None
        if not options["wait"]:
            self.stdout.write(f"{rollback.total} products queued. Run {rollback.pk}")
            return
        self._wait(rollback)

    def _dry_run(self, run: Run, overwrite: bool) -> None:
        counts: dict[str, int] = {"changed": 0, "created": 0, "deleted": 0}
        left, shown = 0, 0
        total = notes_of(run).values("product_id").distinct().count()
        with tqdm(desc="products", unit="", total=total, disable=not sys.stderr.isatty()) as bar:
            for number, steps, problems in preview_pages(run, overwrite=overwrite):
                for difference in describe_steps(steps[: max(SAMPLE - shown, 0)]):
                    self.stdout.write(f"{difference.name or difference.product_id}: {difference.heading}")
                    self.stdout.writelines(f"    {label}: {now} → {then}" for label, now, then in difference.lines)
                for line in problem_lines(problems[: max(SAMPLE - left, 0)]):
                    self.stdout.write(self.style.WARNING(line))
                for step in steps:
                    counts[step.action] += 1
                shown, left = shown + len(steps), left + len(problems)
                bar.update(number)
        self.stdout.write(
            f"{total} products: {counts['changed']} rows would change back, {counts['created']} come back, {counts['deleted']} go; "
            f"{left} left alone. Nothing was changed."
        )

    def _wait(self, rollback: Run) -> None:
        with tqdm(desc="products", unit="", total=rollback.total, disable=not sys.stderr.isatty()) as bar:
            while rollback.is_open:
                work_on_rollback(str(rollback.pk), seconds=0.5)
                rollback.refresh_from_db()
                bar.n = rollback.done
                bar.refresh()
        self.stdout.write(f"{rollback.get_status_display()}. {rollback.message}")
        for name, number in sorted(rollback.counts.items()):
            self.stdout.write(f"{name.replace('_', ' '):<24} {number:>8}")
        if rollback.counts.get("left_alone"):
            sys.exit(1)


def _run(run_id: str) -> Run:
    try:
        return Run.objects.select_related("tenant").get(pk=UUID(run_id))
    except (ValueError, Run.DoesNotExist):
        raise CommandError(f"There is no run {run_id}. Its id stands in the address of its page.", returncode=2) from None
