"""The importer that everybody writes first: update_or_create for every row, with the models' own saves, in one transaction per 100."""

from collections.abc import Sequence
from typing import Any

from benchmarks.raw_import import VARIANT_PICTURES, raw_shelves

AT_ONCE = 100


def import_rows(connection: Any, adapter: Any, records: Sequence[Any]) -> None:
    """Takes the records in."""
    from django.db import transaction

    shelves = raw_shelves(connection, adapter)
    for start in range(0, len(records), AT_ONCE):
        with transaction.atomic():
            for record in records[start : start + AT_ONCE]:
                _product(connection, record, shelves)


def _product(connection: Any, record: Any, shelves: dict[str, int]) -> None:
    from integrations.models import ExternalRef
    from products_and_services.models import Product, ProductImage

    main, *further = [shelves[one] for one in record.category_ids] or [None]
    product, _ = Product.objects.update_or_create(
        tenant=connection.tenant, external_source=str(connection.provider), external_id=record.external_id,
        defaults={
            "name": record.name, "sku": record.sku, "description": record.description, "short_description": record.short_description,
            "category_id": main, "tags": list(record.tags), "brand": record.brand, "price": record.price, "sale_price": record.sale_price,
            "currency": record.currency, "track_stock": record.track_stock, "stock_quantity": record.stock_quantity,
            "allow_backorder": record.allow_backorder, "is_active": record.is_active, "website_url": record.website_url,
            "gtin": record.gtin,
        },
    )  # fmt: skip
    product.categories.set(further)
    about = {"connection": connection, "kind": "product", "external_id": record.external_id}
    ExternalRef.objects.update_or_create(**about, defaults={"product": product})
    for place, image in enumerate(record.images):
        ProductImage.objects.update_or_create(product=product, remote_url=image.url, defaults={"alt": image.alt, "sort_order": place})
    for one in record.variants:
        _variation(connection, product, record, one)
    if not record.variants:
        product.variants.update_or_create(is_default=True, defaults={"is_active": True})


def _variation(connection: Any, product: Any, record: Any, one: Any) -> None:
    from integrations.models import ExternalRef
    from products_and_services.models import ProductImage

    variant, _ = product.variants.update_or_create(
        external_id=one.external_id,
        defaults={
            "name": one.name, "sku": one.sku if one.sku != record.sku else None, "price": one.price, "sale_price": one.sale_price,
            "track_stock": one.track_stock, "stock_quantity": one.stock_quantity, "allow_backorder": one.allow_backorder,
            "attributes": one.attributes, "is_active": one.is_active, "sort_order": one.sort_order,
        },
    )  # fmt: skip
    about = {"connection": connection, "kind": "variant", "external_id": one.external_id}
    ExternalRef.objects.update_or_create(**about, defaults={"product": product, "variant": variant})
    if one.image is not None:
        place = {"alt": one.image.alt, "sort_order": VARIANT_PICTURES + one.sort_order}
        ProductImage.objects.update_or_create(product=product, variant=variant, remote_url=one.image.url, defaults=place)
