"""What meta_integration listens to. Receivers are a few lines: ids in, one service called."""

from typing import Any
from uuid import UUID

from django.db.models.signals import post_delete, post_save, pre_delete

from meta_integration.catalog.changes import mark_changed
from meta_integration.catalog.connect import apply_config, apply_mapping, retire_config, tenant_woke_up
from meta_integration.catalog.looks import ask_after_save
from meta_integration.models import CategoryCatalog, MetaAppConfig
from products_and_services.models import ProductImage, ProductVariant
from products_and_services.signals import catalog_changed
from tenants.models import Tenant


def products_changed(tenant_id: UUID, product_ids: list[int], restart: bool = False, **_: Any) -> None:
    mark_changed(tenant_id, product_ids, restart=restart)


def picture_saved(instance: ProductImage | ProductVariant, raw: bool = False, **_: Any) -> None:
    if not raw and (instance.image or isinstance(instance, ProductImage)):
        ask_after_save(instance.product.tenant_id, instance.product_id)


def config_saved(instance: MetaAppConfig, raw: bool = False, **_: Any) -> None:
    if not raw:
        apply_config(instance)


def config_going(instance: MetaAppConfig, origin: Any = None, **_: Any) -> None:
    if not isinstance(origin, Tenant) and getattr(origin, "model", None) is not Tenant:
        retire_config(instance)


def mapping_changed(instance: CategoryCatalog, raw: bool = False, **_: Any) -> None:
    if not raw:
        apply_mapping(instance)


def tenant_saved(instance: Tenant, created: bool = False, raw: bool = False, **_: Any) -> None:
    if not raw and not created and instance.is_active:
        tenant_woke_up(instance)


def connect_receivers() -> None:
    """Called once from AppConfig.ready."""
    catalog_changed.connect(products_changed)
    post_save.connect(picture_saved, sender=ProductImage)
    post_save.connect(picture_saved, sender=ProductVariant)
    post_save.connect(config_saved, sender=MetaAppConfig)
    pre_delete.connect(config_going, sender=MetaAppConfig)
    post_save.connect(mapping_changed, sender=CategoryCatalog)
    post_delete.connect(mapping_changed, sender=CategoryCatalog)
    post_save.connect(tenant_saved, sender=Tenant)
