"""Old evidence goes by age, so that the disk stays bounded. Each app registers what of its rows may go; `prune` goes through all of them.

Rows go by primary key, a thousand at a time, each batch a transaction of its own: no statement is long and nobody waits for a lock. What
may go is decided again when the batch is deleted, so a row that came back into use meanwhile stays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

AT_ONCE = 1_000
Doomed = Callable[[datetime], QuerySet[Any]]


def delete(rows: QuerySet[Any]) -> None:
    """What is done with a batch unless a rule says otherwise."""
    rows.delete()


@dataclass(frozen=True)
class Rule:
    """name: what goes, in words. doomed(before): the rows that may go, when everything older than `before` (UTC) may.

    setting: name of the setting with the number of days, 0 = for ever; "" = the rows carry their own end, `before` is now.
    at_once: fewer for rows that take many others along.
    """

    name: str
    setting: str
    doomed: Doomed
    act: Callable[[QuerySet[Any]], None] = delete
    at_once: int = AT_ONCE

    def before(self, now: datetime) -> datetime | None:
        """The moment that separates old from new; None when nothing goes."""
        if not self.setting:
            return now
        days = getattr(settings, self.setting)
        return now - timedelta(days=days) if days > 0 else None


_rules: list[tuple[int, Rule]] = []


def register_rule(rule: Rule, *, order: int) -> None:
    """Adds a rule, lowest order first (what hangs on others before those). One with a known name replaces it."""
    _rules[:] = [entry for entry in _rules if entry[1].name != rule.name] + [(order, rule)]


def rules() -> list[Rule]:
    """All rules, in order."""
    return [rule for _, rule in sorted(_rules, key=lambda entry: entry[0])]


def count(rule: Rule, now: datetime) -> int:
    """How many rows the rule would touch now."""
    before = rule.before(now)
    return rule.doomed(before).count() if before is not None else 0


def apply(rule: Rule, now: datetime, progress: Callable[[int], None] = lambda done: None) -> int:
    """Lets go what the rule says, batch by batch; returns how many rows. progress(rows so far) is called after each batch."""
    before, done, last = rule.before(now), 0, None
    if before is None:
        return 0
    while True:
        rows = rule.doomed(before).order_by("pk")
        rows = rows if last is None else rows.filter(pk__gt=last)
        keys = list(rows.values_list("pk", flat=True)[: rule.at_once])
        if not keys:
            return done
        with transaction.atomic():
            rule.act(rule.doomed(before).filter(pk__in=keys))
        done, last = done + len(keys), keys[-1]
        progress(done)
