"""`manage.py prune [--dry-run]`"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from common import pruning
from common.clock import database_now
from operations.management.bar import Bar


class Command(BaseCommand):
    help = (
        "Lets old evidence go: history, ended runs, closed alerts, payloads, audit trail, by the periods KEEP_..._DAYS. The system does it "
        "once a day by itself. With --dry-run it only counts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        now, touched = database_now(), 0
        with Bar() as bar:
            for rule in pruning.rules():
                before = rule.before(now)
                number = pruning.count(rule, now) if options["dry_run"] else self._apply(rule, now, bar)
                bar.close()
                touched += number
                since = f"before {before:%Y-%m-%d %H:%M}" if before else "kept for ever"
                self.stdout.write(f"{rule.name:<36} {since:<24} {number:>10}")
        words = "would go or be emptied. Nothing was changed." if options["dry_run"] else "went or were emptied."
        self.stdout.write(f"{touched} rows {words}")

    def _apply(self, rule: pruning.Rule, now: Any, bar: Bar) -> int:
        total = pruning.count(rule, now)
        return pruning.apply(rule, now, lambda done: bar(rule.name, done, total))
