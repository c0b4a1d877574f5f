"""Configurations becoming catalogs: a new catalog_id announces every product, the old catalog is left as it is."""

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from common.bulk import chunks
from common.clock import database_now
from common.doorbell import ring
from meta_integration.catalog.changes import mark_changed
from meta_integration.catalog.pause import resume
from meta_integration.catalog.summary import refresh_summaries
from meta_integration.models import IN_DOUBT, Catalog, CatalogChange, CatalogItem, CategoryCatalog, MetaAppConfig
from products_and_services.models import Product
from tenants.models import Tenant


def apply_config(config: MetaAppConfig) -> None:
    """Makes the catalogs of a saved configuration match it (inside the saving transaction)."""
    with transaction.atomic():
        if not config.is_active:
            _retire(Catalog.objects.filter(config=config, is_current=True))
            return
        mapped = CategoryCatalog.objects.for_tenant(config.tenant_id).values("catalog_id")
        others = Catalog.objects.for_tenant(config.tenant_id).filter(is_current=True).exclude(catalog_id=config.catalog_id)
        _retire(others.exclude(pk__in=mapped).exclude(_has_to_be_emptied(config)))
        if config.rules_changed:
            announce_all(config.tenant)
        for catalog_id in {config.catalog_id, *Catalog.objects.filter(pk__in=mapped).values_list("catalog_id", flat=True)}:
            open_catalog(config, catalog_id)
        for catalog in Catalog.objects.filter(config=config, is_current=True, paused_at__isnull=False).select_related("tenant", "config"):
            if catalog.paused_until is None and catalog.pause_fingerprint != config.credentials_fingerprint:
                resume(catalog)  # The token has changed: that was the remedy.


def _has_to_be_emptied(config: MetaAppConfig) -> Q:
    """Catalogs of categories that have none any more stay current until their deletes are through; a replaced catalog is left as it is."""
    was_not_replaced = ~Q(catalog_id__in=config.replaced_catalog_ids)
    if CatalogChange.objects.for_tenant(config.tenant_id).exists():
        return was_not_replaced
    return was_not_replaced & Q(Exists(CatalogItem.objects.filter(~Q(mark=F("done")), catalog=OuterRef("pk"))))


def apply_mapping(mapping: CategoryCatalog) -> None:
    """A category has got, changed or lost its own catalog: every product is looked at again."""
    config = MetaAppConfig.objects.get_active_config(mapping.tenant)
    if config is not None and CategoryCatalog.objects.filter(pk=mapping.pk).exists():
        open_catalog(config, mapping.catalog.catalog_id)
    announce_all(mapping.tenant)


def open_catalog(config: MetaAppConfig, catalog_id: str) -> Catalog:
    """The current Catalog for an id at Meta; when it was not current before, every product is announced and what it may hold is doubted."""
    catalog, _ = Catalog.objects.get_or_create(
        tenant_id=config.tenant_id, catalog_id=catalog_id, defaults={"config": config, "is_current": False}
    )
    was_current = catalog.is_current and catalog.config_id is not None
    if not was_current or catalog.config_id != config.pk:
        Catalog.objects.filter(pk=catalog.pk).update(config=config, is_current=True)
        catalog.refresh_from_db()
    if not was_current:
        doubt_everything(catalog)
        announce_all(config.tenant)
    return catalog


def doubt_everything(catalog: Catalog) -> None:
    """A catalog that returns: others may have changed it meanwhile."""
    sent = CatalogItem.objects.filter(catalog=catalog, was_sent=True)
    sent.update(live_hash=IN_DOUBT, mark=F("mark") + 1, rev=F("rev") + 1, moved_at=database_now())


def announce_all(tenant: Tenant, *, restart: bool = False) -> int:
    """Marks every product of the business; returns how many."""
    ids = list(Product.objects.for_tenant(tenant).values_list("pk", flat=True))
    for some in chunks(ids, 20_000):
        mark_changed(tenant.pk, some, restart=restart)
    return len(ids)


def retire_config(config: MetaAppConfig) -> None:
    """A configuration is being deleted: its catalogs are left as they are and called no more."""
    _retire(Catalog.objects.filter(config=config, is_current=True))


def _retire(catalogs: QuerySet[Catalog]) -> None:
    """No longer called; what they hold stays as it is."""
    for catalog in catalogs:
        catalog.is_current = False
        catalog.save(update_fields=["is_current"])
        refresh_summaries(
            CatalogItem.objects.filter(catalog=catalog, product_id__isnull=False).values_list("product_id", flat=True)
        )


def tenant_woke_up(tenant: Tenant) -> None:
    """A business was activated: what piled up goes out now."""
    ring("meta_integration.tasks.drain_tenant", str(tenant.pk))
