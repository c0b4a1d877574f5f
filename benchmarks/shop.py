"""Rows for benchmarks: a connected business with many products, written in bulk."""

from decimal import Decimal

from benchmarks.meta_side import APP_SECRET, BUSINESS, CATALOG, TOKEN
from common.bulk import chunks
from meta_integration.models import Catalog, MetaAppConfig
from products_and_services.models import Product, ProductCategory, ProductImage, Sku
from tenants.models import Tenant


def connected_shop() -> tuple[Tenant, Catalog]:
    """The demo's solar business without its products."""
    tenant = Tenant.objects.create(sub_domain="solar", name="Solar")
    MetaAppConfig.objects.create(
        tenant=tenant, access_token=TOKEN, app_secret=APP_SECRET, business_id=BUSINESS, catalog_id=CATALOG, check_pictures=False
    )
    return tenant, Catalog.objects.get(tenant=tenant)


def stock_up(tenant: Tenant, count: int) -> list[int]:
    """`count` products P-0, P-1, .. with picture and SKU, written in portions and announced to nobody; returns their ids."""
    category, _ = ProductCategory.objects.get_or_create(tenant=tenant, name="Panels")
    ids: list[int] = []
    for numbers in chunks(range(count)):
        made = Product.objects.bulk_create(
            Product(tenant=tenant, name=f"Panel {n}", sku=f"P-{n}", price=Decimal("19.99"), stock_quantity=5, category=category,
                    description="A panel of the benchmark. " * 8)
            for n in numbers
        )  # fmt: skip
        Sku.objects.bulk_create(Sku(tenant=tenant, value=product.sku, product=product) for product in made)
        ProductImage.objects.bulk_create(
            ProductImage(product=product, remote_url=f"https://shop.example/{product.pk}.jpg") for product in made
        )
        ids += [product.pk for product in made]
    return ids
