"""Admin pages of runs and alerts, and their sections on the start page."""

from operations.admin.alerts import AlertAdmin
from operations.admin.runs import RunAdmin

__all__ = ["AlertAdmin", "RunAdmin"]
