"""Two businesses and their people, for tests of every app."""

from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from tenants.models import Membership, Role, Tenant
from tenants.scopes import SCOPES
from tenants.services import create_api_key

_numbers = count(1)


def make_tenant(name: str = "Solar", **fields: Any) -> Tenant:
    """A business with an address of its own."""
    return Tenant.objects.create(name=name, sub_domain=fields.pop("sub_domain", f"{name.lower()}-{next(_numbers)}"), **fields)


def make_member(tenant: Tenant, role: str = Role.OWNER, **fields: Any) -> Any:
    """A person with a role in the business."""
    user = get_user_model().objects.create_user(f"person-{next(_numbers)}", **fields)
    Membership.objects.create(tenant=tenant, user=user, role=role)
    user.refresh_from_db()
    return user


def make_superuser() -> Any:
    """A person who may do everything."""
    return get_user_model().objects.create_superuser(f"root-{next(_numbers)}")


def logged_in(user: Any, tenant: Tenant | None = None) -> Client:
    """A browser of this person, working in the business."""
    client = Client()
    client.force_login(user)
    if tenant is not None:
        session = client.session
        session["tenant"] = str(tenant.pk)
        session.save()
    return client


def key_headers(tenant: Tenant, *scopes: str) -> dict[str, str]:
    """Headers of an API call with a fresh key; without scopes it may do everything."""
    _key, plain = create_api_key(tenant, "test", scopes or tuple(SCOPES))
    return {"X-TENANT-ID": str(tenant.pk), "X-TENANT-API-KEY": plain}
