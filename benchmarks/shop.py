"""Rows for benchmarks: a connected business with many products, written in bulk."""

from decimal import Decimal

from meta_integration.models import Catalog, MetaAppConfig
from products_and_services.models import Product, ProductCategory, ProductImage, Sku
from products_and_services.signals import announce
from tenants.models import Tenant

TOKEN, APP_SECRET, BUSINESS, CATALOG = "EAASANDBOXSOLAR0001", "sandboxsecretsolar00000000000001", "100000000000001", "200000000000001"


def connected_shop() -> tuple[Tenant, Catalog]:
    """The demo's solar business without its products."""
    tenant = Tenant.objects.create(sub_domain="solar", name="Solar")
    MetaAppConfig.objects.create(tenant=tenant, access_token=TOKEN, app_secret=APP_SECRET, business_id=BUSINESS, catalog_id=CATALOG)
    return tenant, Catalog.objects.get(tenant=tenant)


def stock_up(tenant: Tenant, count: int, *, announced: bool = False) -> list[int]:
    """`count` products with picture and SKU; returns their ids."""
    category, _ = ProductCategory.objects.get_or_create(tenant=tenant, name="Panels")
    products = Product.objects.bulk_create(
        [
            Product(tenant=tenant, name=f"Panel {n}", sku=f"P-{n}", price=Decimal("19.99"), stock_quantity=5, category=category,
                    description="A panel of the benchmark. " * 8)
            for n in range(count)
        ],
        batch_size=1000,
    )  # fmt: skip
    Sku.objects.bulk_create([Sku(tenant=tenant, value=product.sku, product=product) for product in products], batch_size=1000)
    ProductImage.objects.bulk_create(
        [ProductImage(product=product, remote_url=f"https://shop.example/{product.pk}.jpg") for product in products], batch_size=1000
    )
    ids = [product.pk for product in products]
    if announced:
        announce(tenant.pk, ids)
    return ids
