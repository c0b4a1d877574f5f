"""What of the evidence about shops goes by age; the runs themselves go with those of all kinds (operations/pruning.py)."""

from datetime import datetime

from django.db.models import QuerySet

from common.pruning import Rule, register_rule
from integrations.models import WebhookLog


def old_logs(before: datetime) -> QuerySet[WebhookLog]:
    """What was exchanged with shops."""
    return WebhookLog.objects.filter(created_at__lt=before)


def register() -> None:
    """Called once, when the app is ready."""
    register_rule(Rule("log of what was exchanged with shops", "KEEP_EVIDENCE_DAYS", old_logs), order=15)
