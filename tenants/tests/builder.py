"""A row of any model for a business, so that the isolation walk covers models that do not exist yet.

An app whose models need more care puts `SAMPLES = {Model: callable(tenant) -> instance}` into <app>/tests/samples.py.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models

from common.admin.access import tenant_path
from tenants.models import Tenant

OURS = [config for config in apps.get_app_configs() if str(config.path).startswith(str(settings.BASE_DIR)) and ".venv" not in config.path]
_numbers = count(1)


def canary(tenant: Tenant) -> str:
    """A word that appears on a page only if the page shows this business's rows."""
    return f"canary{tenant.sub_domain.replace('-', '')}"


def sample_tables(name: str) -> dict[Any, Any]:
    """SAMPLES, WALK (admin pages) or ARGUMENTS (API routes: {argument: callable(builder) -> text}) of all apps together."""
    merged: dict[Any, Any] = {}
    for config in OURS:
        module = f"{config.name}.tests.samples"
        if find_spec(f"{config.name}.tests") and find_spec(module):
            merged.update(getattr(import_module(module), name, {}))
    return merged


class Builder:
    """Builds rows of one business and remembers the first of each model, so that relations meet."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.rows: dict[type[models.Model], Any] = {Tenant: tenant}
        self.samples = sample_tables("SAMPLES")

    def row(self, model: type[models.Model]) -> Any:
        """The business's row of this model."""
        if model not in self.rows:
            self.rows[model] = self.samples[model](self.tenant) if model in self.samples else self._generic(model)
        return self.rows[model]

    def _generic(self, model: type[models.Model]) -> Any:
        if model is get_user_model():
            return model._default_manager.create_user(f"{canary(self.tenant)}-{next(_numbers)}")
        owner_link = (tenant_path(model) or "").partition("__")[0]
        wanted = [field for field in model._meta.concrete_fields if field.name == owner_link or self._needed(field)]
        values = {field.name: self._value(field) for field in wanted if not field.primary_key}
        instance = model(**values)
        instance.save()
        return instance

    @staticmethod
    def _needed(field: Any) -> bool:
        if field.primary_key or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            return False
        return not field.has_default() and not field.null and (not field.blank or isinstance(field, (models.CharField, models.TextField)))

    def _value(self, field: Any) -> Any:
        if isinstance(field, models.ForeignKey):
            return self.row(field.related_model)
        if field.choices:
            return next(value for value, _label in field.flatchoices if value != "" or field.blank)
        makers: list[tuple[Any, Any]] = [
            (models.FileField, lambda: "x.png"),
            ((models.CharField, models.TextField), lambda: self._text(field)),
            (models.DateTimeField, lambda: datetime.now(UTC)),
            (models.DateField, date.today),
            (models.DecimalField, lambda: Decimal(1)),
            (models.BooleanField, lambda: False),
            (models.JSONField, dict),
            (models.UUIDField, uuid4),
            (models.GenericIPAddressField, lambda: "127.0.0.1"),
        ]
        return next((make() for kind, make in makers if isinstance(field, kind)), next(_numbers))

    def _text(self, field: Any) -> str:
        if field.blank or (field.max_length or 99) < 12:
            return "" if field.blank else str(next(_numbers))[: field.max_length]
        if isinstance(field, models.URLField):
            return f"https://example.com/{next(_numbers)}"
        return f"{canary(self.tenant)}-{next(_numbers)}"[-(field.max_length or 99) :]


def text_of(answer: Any) -> str:
    """The body, streamed or not."""
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode(errors="replace")


def everything_of(builder: Builder) -> dict[Any, Any]:
    """All stored values of the business's rows, to compare before and after."""
    return {model: list(model._base_manager.filter(pk=row.pk).values()) for model, row in builder.rows.items()}
