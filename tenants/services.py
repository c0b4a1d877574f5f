"""Making businesses, keys and evidence. Every entry (admin, command, seed) comes through here."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from common.redaction import redact
from tenants.actor import current_actor
from tenants.auth import new_key
from tenants.models import AuditEvent, Tenant, TenantApiKey
from tenants.scopes import SCOPES, unknown_scopes


def create_tenant(sub_domain: str, name: str, **fields: Any) -> Tenant:
    """A new business. fields: currency (ISO 4217), timezone (IANA), languages. Raises ValidationError naming field and reason."""
    tenant = Tenant(sub_domain=sub_domain, name=name, **fields)
    tenant.full_clean()
    with transaction.atomic():
        tenant.save()
        record_audit("tenant_created", tenant, subject=str(tenant))
    return tenant


def create_api_key(tenant: Tenant, name: str, scopes: Sequence[str]) -> tuple[TenantApiKey, str]:
    """A new key and its plain text, which nobody can ever read again. Raises ValidationError for an empty name or an unknown scope."""
    unknown = unknown_scopes(scopes)
    if unknown or not scopes:
        problem = f"Unknown scope: {', '.join(unknown)}." if unknown else "Choose at least one scope."
        raise ValidationError({"scopes": f"{problem} Known are {', '.join(SCOPES)}."})
    plain, prefix, digest = new_key()
    key = TenantApiKey(tenant=tenant, name=name, prefix=prefix, key_hash=digest, scopes=sorted(set(scopes)))
    key.full_clean()
    with transaction.atomic():
        key.save()
        record_audit("api_key_created", tenant, subject=str(key), metadata={"scopes": key.scopes})
    return key, plain


def revoke_api_key(key: TenantApiKey) -> bool:
    """Ends a key at once; False when it was revoked before."""
    with transaction.atomic():
        revoked = TenantApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
        if revoked:
            record_audit("api_key_revoked", key.tenant, subject=str(key))
    return bool(revoked)


def record_audit(action: str, tenant: Tenant | None = None, subject: str = "", metadata: dict[str, Any] | None = None) -> AuditEvent:
    """Notes that the current actor did something. Secrets in metadata are masked before they are written."""
    actor = current_actor()
    return AuditEvent.objects.create(
        action=action,
        tenant=tenant,
        actor=actor.name[:200],
        subject=str(subject)[:200],
        metadata=redact(metadata or {}),
        request_id=actor.request_id[:64],
        ip_address=actor.ip_address,
    )
