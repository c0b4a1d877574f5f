"""Turning the demo's data into rows of fresh businesses."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile

from console.demo.drawing import draw_picture
from console.demo.shops import Thing
from meta_integration.models import MetaAppConfig
from products_and_services.models import Modifier, ModifierGroup, Product, ProductCategory, ProductImage, ProductVariant
from tenants.models import Tenant
from tenants.services import create_tenant


@dataclass(frozen=True)
class Shop:
    """A demo business and its account at the stand-in."""

    sub_domain: str
    name: str
    currency: str
    timezone: str
    token: str
    app_secret: str
    business_id: str
    catalog_id: str


# The stand-in knows these accounts from the start; they open nothing anywhere else.
SOLAR_SHOP = Shop("solar", "Sunny Side Solar", "USD", "Africa/Harare", "EAASANDBOXSOLAR0001", "sandboxsecretsolar00000000000001",
                  "100000000000001", "200000000000001")  # fmt: skip
PIZZERIA_SHOP = Shop("pizzeria", "Pizzeria Vesuvio", "EUR", "Europe/Rome", "EAASANDBOXPIZZERIA0001", "sandboxsecretpizzeria000000000000001",
                     "100000000000002", "200000000000002")  # fmt: skip


def plant_shop(shop: Shop) -> Tenant:
    """The business itself."""
    return create_tenant(shop.sub_domain, shop.name, currency=shop.currency, timezone=shop.timezone)


def connect_shop(shop: Shop, tenant: Tenant) -> MetaAppConfig:
    """Its Meta App Config, which announces every product."""
    return MetaAppConfig.objects.create(
        tenant=tenant, access_token=shop.token, app_secret=shop.app_secret, business_id=shop.business_id, catalog_id=shop.catalog_id
    )


def plant_things(tenant: Tenant, things: tuple[Thing, ...]) -> int:
    """Makes the products; returns how many."""
    for place, thing in enumerate(things):
        _plant(tenant, thing, place)
    return len(things)


def _plant(tenant: Tenant, thing: Thing, place: int) -> None:
    category, _ = ProductCategory.objects.get_or_create(tenant=tenant, name=thing.category)
    values: dict[str, Any] = {"stock_quantity": 25, **thing.extra}
    product = Product.objects.create(
        tenant=tenant,
        name=thing.name,
        sku=thing.sku,
        price=Decimal(thing.price) if thing.price else None,
        category=category,
        description=thing.description or f"{thing.name} from {tenant.name}.",
        sort_order=place,
        **values,
    )
    if thing.picture:
        _add_picture(product, thing)
    for order, (name, price) in enumerate(thing.sizes):
        ProductVariant.objects.create(product=product, name=name, price=Decimal(price), sort_order=order)
    for order, (name, suffix) in enumerate(thing.colours):
        ProductVariant.objects.create(
            product=product, name=name, sku=f"{thing.sku}-{suffix}", attributes={"color": name}, stock_quantity=8 + order, sort_order=order
        )


def _add_picture(product: Product, thing: Thing) -> None:
    picture = ContentFile(draw_picture(thing.motif, thing.name), name=f"{thing.motif}.jpg")
    ProductImage.objects.create(product=product, image=picture, alt=product.name)


def plant_toppings(tenant: Tenant, category: str, toppings: tuple[tuple[str, str], ...]) -> None:
    """One group of extras for all products of a category."""
    group = ModifierGroup.objects.create(tenant=tenant, name="Extra toppings", max_selected=4)
    group.products.set(Product.objects.for_tenant(tenant).filter(category__name=category))
    Modifier.objects.bulk_create(
        Modifier(group=group, name=name, price=Decimal(price), sort_order=order) for order, (name, price) in enumerate(toppings)
    )
