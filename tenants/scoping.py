"""Which business a person is looking at in the admin, and what their role allows there. The API has keys instead: auth.py."""

import uuid
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from common.log_context import note
from tenants.models import Membership, Role, Tenant
from tenants.scopes import ROLE_SCOPES
from tenants.scopes import allows as scopes_allow

SESSION_KEY = "tenant"
COOKIE = "tenant"  # Remembers the choice over a log-out. A preference only: membership is checked on every request.
ALL = "all"


def tenant_model() -> type[Model]:
    """The model every business row hangs on."""
    return Tenant


def tenants_for(user: Any) -> QuerySet[Tenant]:
    """The businesses a person may work in: all of them for a superuser."""
    if not user.is_authenticated or not user.is_active:
        return Tenant.objects.none()
    return Tenant.objects.all() if user.is_superuser else Tenant.objects.filter(memberships__user=user)


def choices(request: HttpRequest) -> list[Tenant]:
    """`tenants_for` the person of this request, read once per request."""
    if not hasattr(request, "_tenant_choices"):
        request._tenant_choices = list(tenants_for(request.user))  # type: ignore[attr-defined]
    return request._tenant_choices  # type: ignore[attr-defined]


def _chosen(request: HttpRequest) -> str:
    session = getattr(request, "session", {})
    return str(session.get(SESSION_KEY) or request.COOKIES.get(COOKIE, ""))


def active_tenant(request: HttpRequest) -> Tenant | None:
    """The business chosen in the switcher. A member without a choice works in the first one; a superuser without one sees all (None)."""
    if not hasattr(request, "_active_tenant"):
        request._active_tenant = _find_active(request)  # type: ignore[attr-defined]
        note(tenant=getattr(request._active_tenant, "sub_domain", ""))  # type: ignore[attr-defined]
    return request._active_tenant  # type: ignore[attr-defined]


def _find_active(request: HttpRequest) -> Tenant | None:
    wanted = _chosen(request)
    for tenant in choices(request):
        if str(tenant.pk) == wanted:
            return tenant
    return None if request.user.is_superuser else next(iter(choices(request)), None)


def sees_all(request: HttpRequest) -> bool:
    """True for a superuser who has not chosen one business."""
    return bool(request.user.is_superuser and request.user.is_active) and active_tenant(request) is None


def role_in(request: HttpRequest) -> str | None:
    """The person's role in the active business; superusers are owners everywhere."""
    if request.user.is_superuser:
        return Role.OWNER
    if not hasattr(request, "_tenant_role"):
        held = Membership.objects.filter(user=request.user, tenant=active_tenant(request))  # type: ignore[misc]
        request._tenant_role = held.values_list("role", flat=True).first() if active_tenant(request) else None  # type: ignore[attr-defined]
    return request._tenant_role  # type: ignore[attr-defined]


def allows(request: HttpRequest, scope: str) -> bool:
    """May this person do what the scope names in the active business?"""
    if not request.user.is_authenticated or not request.user.is_active:
        return False
    if request.user.is_superuser:
        return True
    return scopes_allow(ROLE_SCOPES.get(role_in(request) or "", ()), scope)


def choose(request: HttpRequest, wanted: str) -> bool:
    """Switches the session to a business (its id) or to "all" (superusers). False when the person may not."""
    if wanted == ALL and request.user.is_superuser:
        request.session[SESSION_KEY] = ALL
        return True
    try:
        tenant = tenants_for(request.user).filter(pk=uuid.UUID(wanted)).first()
    except ValueError:
        return False
    if tenant is None:
        return False
    request.session[SESSION_KEY] = str(tenant.pk)
    return True
