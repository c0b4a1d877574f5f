"""Bulk edits, resets and the service calls around them."""

import time
from decimal import Decimal

import pytest

from products_and_services.models import Product, Revision
from products_and_services.services import BULK_COLUMNS, change_products, reset_meta_sync, send_again
from products_and_services.tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


def test_a_bulk_edit_changes_notes_and_announces_only_what_differs(tenant, announced):
    on, off = ProductFactory(tenant=tenant, is_active=True), ProductFactory(tenant=tenant, is_active=False)
    before = Product.objects.get(pk=on.pk).updated_at
    Revision.objects.all().delete()
    announced.clear()
    assert change_products(tenant.pk, [on.pk, off.pk, 999_999], {"is_active": False}) == 1
    on.refresh_from_db()
    assert on.is_active is False
    assert on.updated_at > before
    assert [(row.product_id, row.changes) for row in Revision.objects.all()] == [(on.pk, {"is_active": [True, False]})]
    assert announced == [(tenant.pk, [on.pk], False)]


def test_a_bulk_edit_never_reaches_another_business(tenant, other_tenant, announced):
    foreign = ProductFactory(tenant=other_tenant, price=Decimal("5"))
    announced.clear()
    assert change_products(tenant.pk, [foreign.pk], {"price": Decimal("1")}) == 0
    foreign.refresh_from_db()
    assert foreign.price == Decimal("5")
    assert announced == []


def test_equal_amounts_in_another_spelling_are_no_change(tenant):
    product = ProductFactory(tenant=tenant, price=Decimal("9.9900"))
    assert change_products(tenant.pk, [product.pk], {"price": "9.99"}) == 0
    assert change_products(tenant.pk, [product.pk], {"price": None}) == 1


def test_a_category_of_another_business_is_refused(tenant, other_tenant):
    product = ProductFactory(tenant=tenant)
    with pytest.raises(ValueError, match="same business"):
        change_products(tenant.pk, [product.pk], {"category_id": CategoryFactory(tenant=other_tenant).pk})
    assert change_products(tenant.pk, [product.pk], {"category_id": CategoryFactory(tenant=tenant).pk}) == 1


@pytest.mark.parametrize("column", ["sku", "name", "tenant_id", "meta_sync_status", "id"])
def test_other_columns_cannot_be_set_in_bulk(tenant, column):
    with pytest.raises(ValueError, match=column):
        change_products(tenant.pk, [], {column: "x"})


def test_bulk_columns_exist():
    assert {field.attname for field in Product._meta.concrete_fields} >= BULK_COLUMNS


def test_thousands_of_products_take_a_handful_of_queries(tenant, announced, django_assert_max_num_queries):
    Product.objects.bulk_create(Product(tenant=tenant, name=f"P{number}", price=1) for number in range(5000))
    pks = sorted(Product.objects.values_list("pk", flat=True))
    started = time.monotonic()
    with django_assert_max_num_queries(75):  # SQLite takes 999 parameters at once: 90 rows of history per insert.
        assert change_products(tenant.pk, pks, {"price": Decimal("2"), "is_available": False}) == 5000
    assert time.monotonic() - started < 5
    assert sorted(announced[-1][1]) == pks
    assert Revision.objects.count() == 5000


def test_reset_forgets_attempts_and_asks_for_a_restart(tenant, other_tenant, announced):
    product = ProductFactory(tenant=tenant, meta_sync_attempts=5, meta_sync_last_error="no", meta_sync_status="failed")
    foreign = ProductFactory(tenant=other_tenant, meta_sync_attempts=5)
    announced.clear()
    assert reset_meta_sync(tenant.pk, [product.pk, foreign.pk]) == 1
    product.refresh_from_db()
    foreign.refresh_from_db()
    assert (product.meta_sync_attempts, product.meta_sync_last_error, foreign.meta_sync_attempts) == (0, "", 5)
    assert announced == [(tenant.pk, [product.pk], True)]


def test_send_again_asks_for_a_restart_of_own_products_only(tenant, other_tenant, announced):
    product, foreign = ProductFactory(tenant=tenant), ProductFactory(tenant=other_tenant)
    announced.clear()
    assert send_again(tenant.pk, [product.pk, foreign.pk]) == 1
    assert announced == [(tenant.pk, [product.pk], True)]
