"""Shops as services: what programs of this installation call. One importer stands behind all of them (runs/, importing/)."""

from integrations.services.shopify_service import ShopifyService, create_shopify_service_for_tenant
from integrations.services.store_service import StoreService, SyncFailed
from integrations.services.woo_service import WooService, create_woo_service_for_tenant

__all__ = [
    "ShopifyService",
    "StoreService",
    "SyncFailed",
    "WooService",
    "create_shopify_service_for_tenant",
    "create_woo_service_for_tenant",
]
