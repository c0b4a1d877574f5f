"""Rows that the isolation walk (tenants/tests/test_isolation.py) cannot build by itself."""

from typing import Any

from products_and_services.models import Product, ProductImage, Revision
from tenants.models import Tenant
from tenants.tests.builder import Builder, canary


def _image(tenant: Tenant) -> Any:
    product = Product.objects.create(tenant=tenant, name=f"{canary(tenant)} pictured")
    return ProductImage.objects.create(product=product, remote_url=f"https://img.example/{canary(tenant)}.jpg", alt=canary(tenant))


def _revision_id(builder: Builder) -> str:
    return str(Revision.objects.filter(product_id=builder.row(Product).pk).values_list("pk", flat=True)[0])


ARGUMENTS = {"revision_id": _revision_id}
SAMPLES = {ProductImage: _image}
