"""Rows that the isolation walk (tenants/tests/test_isolation.py) cannot build by itself."""

from typing import Any

from products_and_services.models import PictureFacts, Product, ProductImage, ProductVariant, Revision
from tenants.models import Tenant
from tenants.tests.builder import Builder, canary


def _image(tenant: Tenant) -> Any:
    product = Product.objects.create(tenant=tenant, name=f"{canary(tenant)} pictured")
    return ProductImage.objects.create(product=product, remote_url=f"https://img.example/{canary(tenant)}.jpg", alt=canary(tenant))


def _variant(tenant: Tenant) -> Any:
    product = Product.objects.create(tenant=tenant, name=f"{canary(tenant)} in colours")
    facts = PictureFacts.objects.create(tenant=tenant, key=canary(tenant), source=canary(tenant))
    return ProductVariant.objects.create(product=product, name=canary(tenant), facts=facts)


def _revision_id(builder: Builder) -> str:
    return str(Revision.objects.filter(product_id=builder.row(Product).pk).values_list("pk", flat=True)[0])


ARGUMENTS = {"revision_id": _revision_id}
SAMPLES = {ProductImage: _image, ProductVariant: _variant}
