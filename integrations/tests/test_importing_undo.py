"""An import is a run like any other: rolled back, the products are as they were before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.models import ExternalRef
from integrations.tests.fake_shop import FakeShop, connect, run_import
from integrations.tests.shop_oracle import DAYS, FEWER, Owner, assert_equal_to, assert_sku_table
from operations.models import RunIssue
from products_and_services.models import Product
from products_and_services.steps.stored import load_whole
from products_and_services.tests.factories import ImageFactory, ProductFactory, TenantFactory, VariantFactory
from products_and_services.undo.rollback import start_rollback
from products_and_services.undo.rollback_work import work_on_rollback

pytestmark = pytest.mark.django_db


def everything(tenant):
    ids = list(Product.objects.for_tenant(tenant).values_list("pk", flat=True))
    assert_sku_table(tenant.pk)
    return load_whole(tenant.pk, ids)


def roll_back(run):
    rollback = start_rollback(run)
    work_on_rollback(str(rollback.pk))
    return [issue.message for issue in RunIssue.objects.filter(run=rollback)]


@FEWER
@given(st.lists(DAYS, max_size=10))
def test_the_products_of_before_are_back(days):
    tenant = TenantFactory()
    connection, shop = connect(tenant), FakeShop(3)
    ours = ProductFactory(tenant=tenant, sku="L")
    ImageFactory(product=ours, variant=VariantFactory(product=ours, sku="L-V"))
    owner = Owner(shop)
    owner.open()
    run_import(connection, shop)
    shop.put(50, "Linked", sku="L", variants=[{"id": "501", "sku": "L-V", "name": "x", "price": "5"}])
    for day in days:
        owner.edit(day)
    before = everything(tenant)
    done = run_import(connection, shop, allow_removals=True)
    after = everything(tenant)
    assert roll_back(done.run) == []
    assert everything(tenant) == before != after
    run_import(connection, shop, allow_removals=True)  # The shop still says so.
    assert_equal_to(shop, connection)


def test_a_first_import_leaves_nothing_behind(tenant):
    connection, shop = connect(tenant), FakeShop()
    owner = Owner(shop)
    owner.open()
    done = run_import(connection, shop)
    assert roll_back(done.run) == []
    assert not Product.objects.exists() and not ExternalRef.objects.exclude(kind="category").exists()


def test_what_a_person_changed_since_stays(tenant):
    connection, shop = connect(tenant), FakeShop()
    shop.put(1, "One")
    run_import(connection, shop)
    shop.products["1"].update(name="Two", price="77")
    done = run_import(connection, shop)
    product = Product.objects.get()
    product.name = "Mine"
    product.save()
    assert len(roll_back(done.run)) == 1
    product.refresh_from_db()
    assert (product.name, product.price) == ("Mine", 10)
