"""The admin's login form: guessing passwords is slowed down by counting failures in the audit trail (a restart forgives nothing)."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from common.admin import AuthenticationForm
from tenants.actor import current_actor
from tenants.models import AuditEvent
from tenants.services import record_audit

WINDOW = timedelta(minutes=15)
MOST_PER_NAME = 10
MOST_PER_ADDRESS = 40
ACTION = "login_failed"
TOO_MANY = "Too many failed logins. Please wait 15 minutes and try again."


class LoginForm(AuthenticationForm):
    """Refuses before the password is even looked at, once a name or an address has failed too often."""

    def clean(self) -> dict[str, Any]:
        if _locked(self.cleaned_data.get("username", "")):
            raise ValidationError(TOO_MANY, code="too_many")
        return super().clean()


def _locked(username: str) -> bool:
    recent = AuditEvent.objects.filter(action=ACTION, created_at__gt=timezone.now() - WINDOW)
    address = current_actor().ip_address
    of_address = recent.filter(ip_address=address)[:MOST_PER_ADDRESS].count() if address else 0
    of_name = recent.filter(Q(subject=_known_name(username)) & ~Q(subject=""))[:MOST_PER_NAME].count()
    return of_address >= MOST_PER_ADDRESS or of_name >= MOST_PER_NAME


def _known_name(username: str) -> str:
    """The name if somebody has it, else "": people type passwords into the wrong field, and those must not be stored."""
    return username[:200] if get_user_model()._default_manager.filter(username=username).exists() else ""


@receiver(user_login_failed, dispatch_uid="count_failed_logins")
def count_failure(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Django sends this for every wrong password."""
    record_audit(ACTION, subject=_known_name(str(credentials.get("username", ""))))
