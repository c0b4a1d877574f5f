"""What commands take: `--tenant SUB_DOMAIN`, with the same errors everywhere."""

from django.core.management.base import CommandError, CommandParser

from tenants.models import Tenant


def add_tenant_argument(parser: CommandParser) -> None:
    """Adds the required option."""
    parser.add_argument("--tenant", required=True, metavar="SUB_DOMAIN", help="the business's sub-domain, for example solar")


def named_tenant(sub_domain: str) -> Tenant:
    """The business. Raises CommandError (exit code 2) naming those that exist."""
    tenant = Tenant.objects.filter(sub_domain=sub_domain).first()
    if tenant is None:
        known = ", ".join(Tenant.objects.values_list("sub_domain", flat=True)[:20]) or "none yet: create one with create_tenant"
        raise CommandError(f"--tenant: there is no business “{sub_domain}”. Known: {known}.", returncode=2)
    return tenant
