"""Rows that the isolation walk (tenants/tests/test_isolation.py) cannot build by itself."""

from datetime import UTC, datetime
from typing import Any

from meta_integration.models import (
    Catalog,
    CatalogBatch,
    CatalogFinding,
    CatalogItem,
    CatalogSighting,
    FindingKind,
    ItemVerdict,
    MetaAppConfig,
)
from operations.models import Run, RunKind
from products_and_services.models import Product
from tenants.models import Tenant
from tenants.tests.builder import canary

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def _config(tenant: Tenant) -> MetaAppConfig:
    known = MetaAppConfig.objects.for_tenant(tenant).first()
    catalog_id = f"{tenant.pk.int % 10**15:015}"
    return known or MetaAppConfig.objects.create(tenant=tenant, access_token=f"EAA{canary(tenant)}", catalog_id=catalog_id)


def _catalog(tenant: Tenant) -> Catalog:
    return Catalog.objects.get(tenant=tenant, catalog_id=_config(tenant).catalog_id)


def _batch(tenant: Tenant) -> CatalogBatch:
    catalog = _catalog(tenant)
    return CatalogBatch.objects.get_or_create(catalog=catalog, handle=f"{canary(tenant)}-handle", defaults={"opened_at": NOW})[0]


def _item(tenant: Tenant) -> CatalogItem:
    product = Product.objects.create(tenant=tenant, name=f"{canary(tenant)} sent", sku=f"{canary(tenant)}-sent")
    item = CatalogItem.objects.create(
        catalog=_catalog(tenant), batch=_batch(tenant), retailer_id=product.sku, product_id=product.pk, name=product.name,
        last_error=canary(tenant), live_hash="sent",
    )  # fmt: skip
    ItemVerdict.objects.create(item=item, state="rejected", rejection_reasons=[f"{canary(tenant)} is not allowed"], asked_at=NOW)
    return item


def _run(tenant: Tenant) -> Run:
    return Run.objects.create(tenant=tenant, kind=RunKind.RECONCILE, params={"catalog_pk": _catalog(tenant).pk})


def _finding(tenant: Tenant) -> CatalogFinding:
    word = canary(tenant)
    return CatalogFinding.objects.create(
        run=_run(tenant), catalog=_catalog(tenant), kind=FindingKind.NOT_OURS, retailer_id=f"{word}-found", name=word, note=word,
        fields={"name": [word, word]},
    )  # fmt: skip


def _sighting(tenant: Tenant) -> CatalogSighting:
    return CatalogSighting.objects.create(run=_run(tenant), retailer_id=f"{canary(tenant)}-seen", meta_id="7")


SAMPLES: dict[type, Any] = {
    MetaAppConfig: _config,
    Catalog: _catalog,
    CatalogBatch: _batch,
    CatalogItem: _item,
    CatalogFinding: _finding,
    CatalogSighting: _sighting,
}
