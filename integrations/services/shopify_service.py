"""Shopify shops as a service."""

from collections.abc import Sequence

from integrations.models import Provider, StoreConnection
from integrations.providers.base import Raw
from integrations.providers.shopify.transform import transform_variants
from integrations.records import StoreVariant
from integrations.services.store_service import StoreService
from tenants.models import Tenant


class ShopifyService(StoreService):
    """One Shopify shop."""

    provider = Provider.SHOPIFY

    def transform_variants(self, raw: Raw, raw_variants: Sequence[Raw] | None = None) -> list[StoreVariant]:
        """The product's variants in the shop's order; none where there is no choice. raw_variants: None for those that came with it."""
        return transform_variants(raw, raw_variants)


def create_shopify_service_for_tenant(tenant: Tenant, connection: StoreConnection | None = None) -> ShopifyService:
    """The service of a business's Shopify shop. Raises ValueError when there is none, or several and none was named."""
    return ShopifyService.for_tenant(tenant, connection)
