"""Variants and pictures in the table below a product, and a variant's own page."""

import pytest
from django.urls import reverse

from products_and_services.models import ProductVariant
from products_and_services.tests.admin_forms import form_data, page_of, post
from products_and_services.tests.factories import ProductFactory, VariantFactory, picture_file

pytestmark = pytest.mark.django_db


def test_every_inline_row_of_another_business_is_refused(tenant, other_tenant, owner):
    product = ProductFactory(tenant=tenant)
    foreign = VariantFactory(product=ProductFactory(tenant=other_tenant), name="Foreign")
    response = post(owner, product, **{
        "images-TOTAL_FORMS": "1", "images-0-remote_url": "https://x.example/a.jpg", "images-0-variant": foreign.pk,
        "images-0-sort_order": "0",
    })  # fmt: skip
    assert response.status_code == 200
    assert ProductVariant.objects.get(pk=foreign.pk).name == "Foreign"
    assert not product.images.exists()


def test_a_variant_has_a_page_of_its_own_for_picture_and_shop_id(tenant, owner):
    product = ProductFactory(tenant=tenant, sku="A")
    variant = VariantFactory(product=product, attributes={"size": "L"})
    address = reverse("admin:products_and_services_productvariant_change", args=[variant.pk])
    assert address in owner.get(page_of(product)).content.decode()
    data = form_data(owner.get(address))
    assert owner.post(address, data | {"image": picture_file(), "attributes": "size: XL", "sku": "A"}).status_code == 302
    variant.refresh_from_db()
    assert (variant.attributes, variant.sku, bool(variant.image)) == ({"size": "XL"}, None, True)
