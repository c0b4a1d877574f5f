"""WooCommerce shops as a service."""

from collections.abc import Sequence

from django.utils import timezone

from integrations.models import Provider, StoreConnection
from integrations.providers.base import Raw
from integrations.providers.woocommerce.transform import transform_variations
from integrations.records import StoreVariant
from integrations.services.store_service import StoreService
from tenants.models import Tenant


class WooService(StoreService):
    """One WooCommerce shop."""

    provider = Provider.WOOCOMMERCE

    def transform_variations(self, raw: Raw, raw_variations: Sequence[Raw] | None = None) -> list[StoreVariant]:
        """The product's variations in the shop's order; none for a simple one. raw_variations: None for those that came with it."""
        if raw_variations is None:
            return super().transform_variations(raw)
        return transform_variations(raw, raw_variations, now=timezone.now())


def create_woo_service_for_tenant(tenant: Tenant, connection: StoreConnection | None = None) -> WooService:
    """The service of a business's WooCommerce shop. Raises ValueError when there is none, or several and none was named."""
    return WooService.for_tenant(tenant, connection)
