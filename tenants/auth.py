"""API keys: who is calling, and may they. Keys are 256 bits of chance, so a plain SHA-256 is enough; it is compared in constant time."""

import hashlib
import hmac
import secrets
import uuid
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from common.log_context import note
from tenants.actor import name_actor
from tenants.models import Tenant, TenantApiKey
from tenants.scopes import allows

REFUSED = "The API key is missing, unknown, revoked, or does not belong to this business."
USED_NOTE = timedelta(minutes=1)
PREFIX_BYTES = 6
_NO_HASH = "0" * 64


def new_key() -> tuple[str, str, str]:
    """A fresh key: (plain key, prefix, hash). Only the last two are stored."""
    prefix = secrets.token_hex(PREFIX_BYTES)
    plain = f"{prefix}.{secrets.token_urlsafe(32)}"
    return plain, prefix, hash_key(plain)


def hash_key(plain: str) -> str:
    """SHA-256 as 64 hex digits."""
    return hashlib.sha256(plain.encode()).hexdigest()


class ApiKeyUser:
    """What DRF calls the user: a key, not a person."""

    is_authenticated = True
    is_active = True
    is_anonymous = is_staff = is_superuser = False

    def __init__(self, key: TenantApiKey) -> None:
        self.key = key
        self.pk = None

    def get_username(self) -> str:
        """How the key is called in logs."""
        return f"API key {self.key}"

    __str__ = get_username


class ApiKeyAuthentication(BaseAuthentication):
    """`X-TENANT-ID` (UUID) and `X-TENANT-API-KEY`. One query, and at most once a minute a second one that notes the use.

    Sets request.tenant and request.auth (the TenantApiKey). Every failure is the same 401: nobody learns which half was wrong.
    """

    def authenticate_header(self, request: Request) -> str:
        return 'ApiKey realm="api", headers="X-TENANT-ID X-TENANT-API-KEY"'

    def authenticate(self, request: Request) -> tuple[ApiKeyUser, TenantApiKey] | None:
        tenant_id, plain = request.headers.get("X-Tenant-Id", ""), request.headers.get("X-Tenant-Api-Key", "")
        if not tenant_id and not plain:
            return None
        key = self._find(tenant_id.strip(), plain.strip())
        if key is None:
            raise AuthenticationFailed(REFUSED)
        self._welcome(request, key)
        return ApiKeyUser(key), key

    def _find(self, tenant_id: str, plain: str) -> TenantApiKey | None:
        try:
            wanted = uuid.UUID(tenant_id)
        except ValueError:
            return None
        prefix = plain.partition(".")[0]
        readable = prefix.isalnum() and len(prefix) == PREFIX_BYTES * 2
        key = TenantApiKey.objects.select_related("tenant").filter(prefix=prefix).first() if readable else None
        known = hmac.compare_digest(hash_key(plain), key.key_hash if key else _NO_HASH)
        usable = key is not None and known and key.tenant_id == wanted and key.revoked_at is None and key.tenant.is_active
        return key if usable else None

    def _welcome(self, request: Request, key: TenantApiKey) -> None:
        name_actor(f"API key {key}")
        note(tenant=key.tenant.sub_domain, key=key.prefix)
        request._request.tenant = key.tenant  # type: ignore[attr-defined]
        now = timezone.now()
        if key.last_used_at is None or key.last_used_at < now - USED_NOTE:
            unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - USED_NOTE)
            TenantApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=now)


class HasScope(BasePermission):
    """Asks the view's `required_scopes` for what this call needs: by action name, else "read" (GET, HEAD) or "write".

    A value is one scope or a tuple of which any one is enough. Whoever may do anything at an address may ask what it offers (OPTIONS).
    A view that names nothing refuses everybody.
    """

    message = "This API key's scopes do not cover this call."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, TenantApiKey):
            return False
        needed = self._needed(request, view)
        return any(allows(request.auth.scopes, scope) for scope in needed)

    @staticmethod
    def _needed(request: Request, view: Any) -> tuple[str, ...]:
        declared = getattr(view, "required_scopes", None) or {}
        if request.method == "OPTIONS":
            return tuple(scope for needed in declared.values() for scope in _each(needed))
        kind = "read" if request.method in ("GET", "HEAD") else "write"
        return _each(declared.get(getattr(view, "action", None)) or declared.get(kind) or ())


def _each(needed: str | tuple[str, ...]) -> tuple[str, ...]:
    return (needed,) if isinstance(needed, str) else tuple(needed)


def tenant_of(request: Request) -> Tenant:
    """The business whose key made this call."""
    return request.auth.tenant  # type: ignore[union-attr]
