"""Rules that open and close alerts by themselves: each minute every rule says what it finds, and the difference to what is open is made.

A rule looks at all businesses at once (a few queries) and knows no alert rows. Upper apps register theirs when Django starts.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from operations.models import Alert, Severity
from operations.services import close_alert, raise_alert, words_of
from tenants.models import Tenant

logger = logging.getLogger("alerts")
Cause = tuple[UUID | None, str]  # business, key


@dataclass(frozen=True)
class Finding:
    """A cause that holds now. tenant_id: None for the whole installation; link: path in the admin where it is mended."""

    tenant_id: UUID | None
    key: str
    title: str
    remedy: str
    link: str = ""
    severity: str = Severity.WARNING

    @property
    def cause(self) -> Cause:
        """What it is about."""
        return self.tenant_id, self.key


# Gets the time and the causes of its kind that are open already, so that a rule may close at a lower threshold than it opens at.
Rule = Callable[[datetime, frozenset[Cause]], Iterable[Finding]]
_rules: dict[str, Rule] = {}


def register_rule(kind: str, rule: Rule) -> None:
    """Names the rule of a kind of alert. The kind is the rule's alone: open alerts of it that the rule does not find are closed."""
    _rules[kind] = rule


def rules() -> dict[str, Rule]:
    """All rules by kind."""
    return dict(_rules)


def evaluate(now: datetime) -> None:
    """One round over all rules. A rule that breaks leaves its alerts as they are and does not stop the others."""
    known: dict[str, list[Alert]] = {}
    for alert in Alert.objects.filter(closed_at__isnull=True).select_related("tenant"):
        known.setdefault(alert.kind, []).append(alert)
    dismissed = list(Alert.objects.filter(dismissed=True).select_related("tenant"))
    for kind, rule in _rules.items():
        try:
            opened = known.get(kind, [])
            found = {one.cause: one for one in rule(now, frozenset((alert.tenant_id, alert.key) for alert in opened))}
        except Exception:
            logger.exception("The alert rule %s broke; its alerts stay as they are.", kind)
            continue
        _apply(kind, found, opened, [alert for alert in dismissed if alert.kind == kind])


def _apply(kind: str, found: dict[Cause, Finding], opened: list[Alert], dismissed: list[Alert]) -> None:
    for alert in [*opened, *dismissed]:
        if (alert.tenant_id, alert.key) not in found:
            close_alert(alert.tenant, alert.key)
    standing = {(alert.tenant_id, alert.key): alert for alert in [*dismissed, *opened]}
    fresh = [one for one in found.values() if one.cause not in standing]
    tenants = Tenant.objects.in_bulk({one.tenant_id for one in fresh if one.tenant_id}) if fresh else {}
    for one in fresh:
        if one.tenant_id is None or one.tenant_id in tenants:
            raise_alert(tenants.get(one.tenant_id) if one.tenant_id else None, kind=kind, key=one.key, title=one.title, remedy=one.remedy,
                        link=one.link, severity=one.severity)  # fmt: skip
    for alert in opened:
        _follow(alert, found.get((alert.tenant_id, alert.key)))


def _follow(alert: Alert, found: Finding | None) -> None:
    """Numbers in an open alert's words follow what is found; nobody is told again."""
    if found is None:
        return
    words = words_of(found.title, found.remedy)
    if any(getattr(alert, name) != value for name, value in words.items()):
        Alert.objects.filter(pk=alert.pk).update(**words)
