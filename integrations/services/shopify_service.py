"""Shopify shops as a service."""

from integrations.models import Provider, StoreConnection
from integrations.providers.base import Raw
from integrations.records import StoreVariant
from integrations.services.store_service import StoreService
from tenants.models import Tenant


class ShopifyService(StoreService):
    """One Shopify shop."""

    provider = Provider.SHOPIFY

    def transform_variants(self, raw: Raw) -> list[StoreVariant]:
        """As transform_variations: Shopify calls them variants."""
        return self.transform_variations(raw)


def create_shopify_service_for_tenant(tenant: Tenant, connection: StoreConnection | None = None) -> ShopifyService:
    """The service of a business's Shopify shop. Raises ValueError when there is none, or several and none was named."""
    return ShopifyService.for_tenant(tenant, connection)
