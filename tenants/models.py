"""Who is asking: businesses, the people who work for them, their API keys, and what was done by whom."""

import uuid
import zoneinfo
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models, transaction

from common.money import is_currency


def validate_currency(value: str) -> None:
    """Raises ValidationError unless the value is an ISO 4217 code."""
    if not is_currency(value):
        raise ValidationError(f"“{value}” is not an ISO 4217 currency code such as USD, EUR or ZAR.")


def validate_timezone(value: str) -> None:
    """Raises ValidationError unless the value is an IANA time zone."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(f"“{value}” is not an IANA time zone such as Africa/Harare or Europe/Berlin.")


def default_languages() -> list[str]:
    return ["en"]


class Tenant(models.Model):
    """One business. Everything else hangs on it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    sub_domain = models.SlugField(max_length=63, unique=True, help_text="Short name used in addresses, for example “solar”.")
    is_active = models.BooleanField(default=True, help_text="An inactive business makes no calls to Meta and accepts no API keys.")
    currency = models.CharField(max_length=3, default="USD", validators=[validate_currency])
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_timezone])
    languages = models.JSONField(default=default_languages, help_text="Language codes; the first one is the default.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "business"
        verbose_name_plural = "businesses"

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone; UTC where the name is unknown to this server."""
        try:
            return zoneinfo.ZoneInfo(self.timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return zoneinfo.ZoneInfo("UTC")


class TenantQuerySet(models.QuerySet):
    """Base of every queryset over one business's data."""

    def for_tenant(self, tenant: "Tenant | uuid.UUID | str") -> "TenantQuerySet":
        """Only the rows of this business (instance or id)."""
        return self.filter(tenant=tenant)


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    MANAGER = "manager", "Manager"
    STAFF = "staff", "Staff"


class Membership(models.Model):
    """A person works for a business in one role; what a role may do is in scopes.py."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.STAFF)
    alert_emails = models.BooleanField(
        "alerts by e-mail", default=True, db_default=True,
        help_text="Owners and managers get this business's alerts at their address. Staff gets none.",
    )  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_per_person_and_business")]
        ordering = ["tenant", "user"]

    def __str__(self) -> str:
        return f"{self.user} · {self.tenant} ({self.get_role_display()})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Who works for a business may open the admin."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            get_user_model()._default_manager.filter(pk=self.user_id, is_staff=False).update(is_staff=True)


class TenantApiKey(models.Model):
    """A key for the API. Only its hash is kept; `prefix` finds the row and is shown so that people can tell keys apart."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    key_hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=list, help_text="“Edit” and “manage” include “view”.")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class AuditEvent(models.Model):
    """Something a person or key did that somebody may ask about later. Rows are only ever added."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="audit_events", null=True, blank=True)
    action = models.CharField(max_length=80, db_index=True)
    actor = models.CharField(max_length=200, help_text="Person, API key, command or run.")
    subject = models.CharField(max_length=200, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["tenant", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} {self.action} by {self.actor}"


class IdempotentAnswer(models.Model):
    """The answer to an API call that carried an `Idempotency-Key`, kept 24 hours so that a repeat gets the same one."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="one_answer_per_idempotency_key")]
        indexes = [models.Index(fields=["tenant", "created_at"])]

    def __str__(self) -> str:
        return f"{self.key} ({self.status})"
