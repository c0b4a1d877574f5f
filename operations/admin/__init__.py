"""Admin pages of runs, alerts and their messages, and their sections on the start page."""

from operations.admin import backups as backups
from operations.admin.alerts import AlertAdmin
from operations.admin.deliveries import AlertDeliveryAdmin
from operations.admin.runs import RunAdmin

__all__ = ["AlertAdmin", "AlertDeliveryAdmin", "RunAdmin"]
