"""WooCommerce shops as a service."""

from integrations.models import Provider, StoreConnection
from integrations.services.store_service import StoreService
from tenants.models import Tenant


class WooService(StoreService):
    """One WooCommerce shop."""

    provider = Provider.WOOCOMMERCE


def create_woo_service_for_tenant(tenant: Tenant, connection: StoreConnection | None = None) -> WooService:
    """The service of a business's WooCommerce shop. Raises ValueError when there is none, or several and none was named."""
    return WooService.for_tenant(tenant, connection)
