"""Who reaches which rows, and markup from shops that stays text."""

import pytest
from django.urls import reverse

from products_and_services.models import Product
from products_and_services.tests.admin_forms import LIST, fill, form_data, page_of, post, text
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ProductFactory, UserFactory, VariantFactory, admin_client

pytestmark = pytest.mark.django_db


def test_foreign_products_are_out_of_reach(tenant, other_tenant, owner):
    foreign = ProductFactory(tenant=other_tenant, name="Foreign one", sku="F-1")
    assert "Foreign one" not in text(owner.get(LIST))
    assert owner.get(page_of(foreign)).status_code == 302
    assert owner.get(page_of(foreign, "revisions")).status_code == 404
    assert "Foreign" not in text(owner.get("/admin/products_and_services/revision/"))
    product = ProductFactory(tenant=tenant)
    response = post(owner, product, category=CategoryFactory(tenant=other_tenant).pk)
    assert "category" in response.context["adminform"].form.errors


def test_a_superuser_sees_all_and_adds_to_a_chosen_business(tenant, other_tenant):
    boss = admin_client(UserFactory(is_superuser=True))
    fill(tenant, 1)
    fill(other_tenant, 1)
    assert boss.get(LIST).context["cl"].result_count == 2
    add = reverse("admin:products_and_services_product_add")
    data = form_data(boss.get(add)) | {"name": "For B", "tenant": str(other_tenant.pk)}
    assert boss.post(add, data).status_code == 302
    assert Product.objects.get(name="For B").tenant == other_tenant


def test_markup_in_names_stays_text(tenant, owner):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    category = CategoryFactory(tenant=tenant, name=evil)
    product = ProductFactory(tenant=tenant, name=evil, sku=evil[:90], category=category, brand=evil, tags=[evil])
    VariantFactory(product=product, name=evil, attributes={evil: evil})
    ImageFactory(product=product, alt=evil, remote_url="https://x.example/\"onerror='alert(1)'.jpg")
    product.name = evil + "!"
    product.save()
    for address in (LIST, page_of(product), page_of(product, "revisions"), "/admin/products_and_services/productcategory/",
                    "/admin/products_and_services/revision/", f"{LIST}?q=<script>alert(1)</script>"):  # fmt: skip
        page = owner.get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page
