"""What of the evidence about shops goes by age; the runs themselves go with those of all kinds (operations/pruning.py)."""

from datetime import datetime

from django.db.models import QuerySet

from common.pruning import Rule, register_rule
from integrations.models import OrderState, OrderWriteBack, StoreDelivery, WebhookLog
from operations.models import Run, RunKind


def old_logs(before: datetime) -> QuerySet[WebhookLog]:
    """What was exchanged with shops."""
    return WebhookLog.objects.filter(created_at__lt=before)


def old_steps(before: datetime) -> QuerySet[Run]:
    """One an hour and shop: what they changed stays in the history of the products."""
    return Run.objects.filter(kind=RunKind.IN_STEP, finished_at__lt=before)


def old_deliveries(before: datetime) -> QuerySet[StoreDelivery]:
    """What shops told us; a shop repeats what it could not deliver for hours, not for days."""
    return StoreDelivery.objects.filter(created_at__lt=before)


def old_orders(before: datetime) -> QuerySet[OrderWriteBack]:
    """Orders that are in their shop, or that nobody wants there any more, with the customers' names and addresses in them."""
    return OrderWriteBack.objects.filter(state__in=(OrderState.WRITTEN, OrderState.CANCELLED), updated_at__lt=before)


def register() -> None:
    """Called once, when the app is ready."""
    register_rule(Rule("deliveries of shops", "KEEP_EVIDENCE_DAYS", old_deliveries), order=14)
    register_rule(Rule("log of what was exchanged with shops", "KEEP_EVIDENCE_DAYS", old_logs), order=15)
    register_rule(Rule("runs that kept shops in step", "KEEP_EVIDENCE_DAYS", old_steps, at_once=50), order=10)
    register_rule(Rule("orders that are in their shop", "KEEP_RUNS_DAYS", old_orders), order=16)
