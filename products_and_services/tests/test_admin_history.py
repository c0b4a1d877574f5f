"""What changed, in words, on a product's page and in the list of all changes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products_and_services.tests.admin_forms import page_of, post, text
from products_and_services.tests.factories import CategoryFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def test_history_in_words(tenant, owner):
    food = CategoryFactory(tenant=tenant, name="Food")
    product = ProductFactory(tenant=tenant, name="Inverter")
    assert post(owner, product, price="12.50", category=food.pk, is_active="").status_code == 302
    VariantFactory(product=product, name="Small")
    shown = " ".join(text(owner.get(page_of(product, "revisions"))).split())
    for part in ("Product changed", "person ", "Price 9.99 12.5", "Category — Food", "Variant created", "Product created"):
        assert part in shown
    food.delete()
    assert "Category — deleted category" in " ".join(text(owner.get(page_of(product, "revisions"))).split())


def test_history_takes_a_bounded_number_of_queries(tenant, owner):
    product = ProductFactory(tenant=tenant)
    for _ in range(60):
        product.category = CategoryFactory(tenant=tenant)
        product.save()
    assert connection.features.supports_json_field  # SQLite finds out by queries, once.
    with CaptureQueriesContext(connection) as seen:
        first = owner.get(page_of(product, "revisions"))
    assert len(seen) <= 17
    assert "Page 1 of 2" in text(first)
    assert "Product created" in text(owner.get(page_of(product, "revisions") + "?p=2"))


def test_all_changes_in_one_list_also_of_deleted_products(tenant, owner):
    product = ProductFactory(tenant=tenant, name="Gone")
    pk = product.pk
    product.delete()
    shown = text(owner.get("/admin/products_and_services/revision/"))
    assert f"Gone (number {pk})" in shown
    found = owner.get(f"/admin/products_and_services/revision/?q={pk}").context["cl"].result_count
    assert found == 2
    assert owner.get("/admin/products_and_services/revision/?q=nobody").context["cl"].result_count == 0
