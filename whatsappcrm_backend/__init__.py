"""Settings, URLs and the Celery application."""

from whatsappcrm_backend.celery import app as celery_app

__all__ = ["celery_app"]
