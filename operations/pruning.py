"""What of this room goes by age, and the daily round through every room's rules."""

import logging
from datetime import datetime, timedelta

from django.db.models import QuerySet

from common import pruning
from common.pruning import Rule, register_rule
from operations import heartbeats
from operations.models import OPEN_STATUSES, Alert, Backup, BackupStatus, Heartbeat, Run, RunIssue

logger = logging.getLogger("pruning")
PRUNED = "prune"
A_DAY = timedelta(hours=23, minutes=30)


def old_issues(before: datetime) -> QuerySet[RunIssue]:
    """Before their runs: a run may have thousands."""
    return RunIssue.objects.filter(run__finished_at__lt=before).exclude(run__status__in=OPEN_STATUSES)


def old_runs(before: datetime) -> QuerySet[Run]:
    return Run.objects.filter(finished_at__lt=before).exclude(status__in=OPEN_STATUSES)


def old_alerts(before: datetime) -> QuerySet[Alert]:
    """Closed ones, with their messages; an open alert stays however old it is."""
    return Alert.objects.filter(closed_at__lt=before)


def old_backup_records(before: datetime) -> QuerySet[Backup]:
    """What the list says about backups; the newest complete one stays, it answers when the last one was."""
    newest = Backup.objects.filter(status=BackupStatus.COMPLETED).order_by("-started_at").values("pk")[:1]
    return Backup.objects.filter(finished_at__lt=before).exclude(pk__in=list(newest.values_list("pk", flat=True)))


def register() -> None:
    """Called once, when the app is ready."""
    register_rule(Rule("issues of ended runs", "KEEP_RUNS_DAYS", old_issues), order=10)
    register_rule(Rule("ended runs", "KEEP_RUNS_DAYS", old_runs, at_once=50), order=11)
    register_rule(Rule("closed alerts", "KEEP_RUNS_DAYS", old_alerts), order=12)
    register_rule(Rule("records of backups", "KEEP_RUNS_DAYS", old_backup_records), order=13)


def prune_if_due(now: datetime) -> dict[str, int] | None:
    """Once a day, whenever that is: goes through all rules. {rule: rows}, None when it was done less than a day ago.

    A rule that breaks is logged and does not stop the others. What a round left that died is found by the next day's.
    """
    if Heartbeat.objects.filter(name=PRUNED, seen_at__gt=now - A_DAY, seen_at__lte=now).exists():
        return None
    heartbeats.beat(PRUNED, now)
    done = {}
    for rule in pruning.rules():
        try:
            done[rule.name] = pruning.apply(rule, now)
        except Exception:
            logger.exception("The rule about “%s” broke; its rows stay.", rule.name)
    return done
