"""Admin pages: businesses, people and their roles, API keys, the audit trail."""

from tenants.admin.audit import AuditEventAdmin
from tenants.admin.businesses import TenantAdmin
from tenants.admin.keys import TenantApiKeyAdmin
from tenants.admin.people import MembershipAdmin, UserAdmin

__all__ = ["AuditEventAdmin", "MembershipAdmin", "TenantAdmin", "TenantApiKeyAdmin", "UserAdmin"]
