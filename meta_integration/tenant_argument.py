"""The business that a command of this room is about: it must be connected."""

from django.core.management.base import CommandError

from meta_integration.models import MetaAppConfig
from tenants.models import Tenant
from tenants.tenant_argument import add_tenant_argument, named_tenant

__all__ = ["add_tenant_argument", "connected_tenant", "named_tenant"]


def connected_tenant(sub_domain: str) -> Tenant:
    """An active business with an active Meta App Config. Raises CommandError (exit code 2) with the remedy."""
    tenant = named_tenant(sub_domain)
    if not tenant.is_active:
        raise CommandError(f"The business “{sub_domain}” is inactive. Activate it in the admin first.", returncode=2)
    if MetaAppConfig.objects.get_active_config(tenant) is None:
        raise CommandError(f"“{sub_domain}” is not connected to Meta. Run connect_meta --tenant {sub_domain} first.", returncode=2)
    return tenant
