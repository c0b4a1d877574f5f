"""What is sold. One file per thing; nothing here knows about Meta beyond the summary columns that the sync writes."""

from products_and_services.models.categories import ProductCategory
from products_and_services.models.images import ProductImage
from products_and_services.models.modifiers import Modifier, ModifierGroup
from products_and_services.models.pictures import PictureFacts, PictureStatus
from products_and_services.models.products import Product
from products_and_services.models.reservations import ReservationState, StockReservation
from products_and_services.models.revisions import Revision
from products_and_services.models.skus import Sku
from products_and_services.models.summary import SUMMARY_COLUMNS, SyncStatus
from products_and_services.models.variants import ProductVariant

__all__ = [
    "SUMMARY_COLUMNS",
    "Modifier",
    "ModifierGroup",
    "PictureFacts",
    "PictureStatus",
    "Product",
    "ProductCategory",
    "ProductImage",
    "ProductVariant",
    "ReservationState",
    "Revision",
    "Sku",
    "StockReservation",
    "SyncStatus",
]
