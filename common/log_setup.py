"""Logging: one console or JSON line per event, request and tenant ids carried along, secrets masked before anything is written."""

from typing import Any

import structlog

from common.redaction import redact_event


def _shared_processors() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.format_exc_info,
        redact_event,
    ]


def build_logging(log_format: str) -> dict[str, Any]:
    """The LOGGING dict for `LOG_FORMAT` "console" or "json"."""
    renderer = structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _shared_processors(),
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact_event, renderer],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django_structlog": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "urllib3": {"level": "WARNING"},  # At DEBUG it writes whole addresses down, proofs and keys in them included.
            "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        },
    }


def configure_structlog(log_format: str) -> None:
    """Makes structlog loggers end in the same standard-library handlers."""
    structlog.configure(
        processors=[*_shared_processors(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
