"""What of this room goes by age: the audit trail after years, answers to repeated calls after a day, logins that have expired."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from common.pruning import Rule, register_rule
from tenants.idempotency import KEPT
from tenants.models import AuditEvent, IdempotentAnswer


def old_audit_events(before: datetime) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(created_at__lt=before)


def old_answers(now: datetime) -> QuerySet[IdempotentAnswer]:
    return IdempotentAnswer.objects.filter(created_at__lt=now - KEPT)


def expired_sessions(now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=now)


def register() -> None:
    """Called once, when the app is ready."""
    register_rule(Rule("audit trail", "KEEP_AUDIT_DAYS", old_audit_events), order=50)
    register_rule(Rule("answers kept for Idempotency-Key", "", old_answers), order=51)
    register_rule(Rule("expired logins", "", expired_sessions), order=52)
