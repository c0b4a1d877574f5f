"""What we know of Meta: how to reach it, which catalogs there are, what is waiting, and what was sent."""

from meta_integration.models.batches import CatalogBatch
from meta_integration.models.catalogs import ADVISED_BATCH_SIZE, Catalog, CategoryCatalog
from meta_integration.models.changes import CatalogChange
from meta_integration.models.configs import MetaAppConfig
from meta_integration.models.findings import CatalogFinding, CatalogSighting, FindingKind, FindingState
from meta_integration.models.items import IN_DOUBT, CatalogItem, ItemState
from meta_integration.models.verdicts import ItemVerdict, MetaState
from meta_integration.models.watches import CatalogWatch

__all__ = [
    "ADVISED_BATCH_SIZE",
    "IN_DOUBT",
    "Catalog",
    "CatalogBatch",
    "CatalogChange",
    "CatalogFinding",
    "CatalogItem",
    "CatalogSighting",
    "CatalogWatch",
    "CategoryCatalog",
    "FindingKind",
    "FindingState",
    "ItemState",
    "ItemVerdict",
    "MetaAppConfig",
    "MetaState",
]
