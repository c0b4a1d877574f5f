"""Variants and pictures in the table below a product, and a variant's own page."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from products_and_services.models import ProductVariant, Revision
from products_and_services.tests.admin_forms import form_data, page_of, post, text
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


def page_of_variant(variant):
    return reverse("admin:products_and_services_productvariant_change", args=[variant.pk])


def post_variant(client, variant, **changes):
    return client.post(page_of_variant(variant), form_data(client.get(page_of_variant(variant))) | changes)


RULES = {"track_stock": False, "allow_backorder": True, "sale_starts_at": datetime(2026, 11, 1, 8, tzinfo=UTC), "sale_ends_at": None}


@pytest.mark.parametrize("rules", [RULES, RULES | {"track_stock": True, "allow_backorder": False}, dict.fromkeys(RULES)])
def test_untouched_pages_leave_a_variants_own_rules_alone(tenant, owner, rules):
    variant = VariantFactory(product=ProductFactory(tenant=tenant), **rules)
    Revision.objects.all().delete()
    assert post_variant(owner, variant).status_code == 302
    assert post(owner, variant.product).status_code == 302
    assert not Revision.objects.exists()


def test_stock_rules_and_sale_dates_of_one_variant_are_on_its_page_and_told_in_the_table(tenant, owner):
    variant = VariantFactory(product=ProductFactory(tenant=tenant))
    page = text(owner.get(page_of_variant(variant)))
    assert "as the product" in page and "left empty is as on the product" in page
    dates = {"sale_starts_at_0": "2026-11-01", "sale_starts_at_1": "08:00:00"}
    assert post_variant(owner, variant, track_stock="false", allow_backorder="true", **dates).status_code == 302
    variant.refresh_from_db()
    assert {name: getattr(variant, name) for name in RULES} == RULES
    link = f'<a href="{page_of_variant(variant)}">stock is not counted, back-order, sale dates</a>'
    assert link in owner.get(page_of(variant.product)).content.decode()
    assert post_variant(owner, variant, track_stock="unknown", allow_backorder="false", sale_starts_at_0="", sale_starts_at_1="")
    variant.refresh_from_db()
    assert {name: getattr(variant, name) for name in RULES} == dict.fromkeys(RULES) | {"allow_backorder": False}


def test_a_variants_sale_that_ends_before_it_starts_is_told_at_its_field(tenant, owner):
    variant = VariantFactory(product=ProductFactory(tenant=tenant), **RULES)
    response = post_variant(owner, variant, sale_ends_at_0="2026-10-01", sale_ends_at_1="08:00:00")
    assert response.context["adminform"].form.errors == {"sale_ends_at": ["The sale must end after it starts."]}
