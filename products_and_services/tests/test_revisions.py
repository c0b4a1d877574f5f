"""History: every change of a product, variant or image is noted with who made it, and nothing else is."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from products_and_services.models import Product, ProductCategory, Revision
from products_and_services.revisions import readable
from products_and_services.services import change_products, rename_skus
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ProductFactory, VariantFactory
from tenants.actor import Actor, acting_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(tenant):
    made = ProductFactory(tenant=tenant, sku="A", name="Inverter", price=Decimal("10"))
    Revision.objects.all().delete()
    return made


def history(**filters):
    return [(row.entity, row.action, row.changes) for row in Revision.objects.filter(**filters).order_by("id")]


def test_a_new_product_is_noted_with_its_values(tenant):
    product = ProductFactory(tenant=tenant, sku="A", name="Inverter")
    ((entity, action, changes),) = history(product_id=product.pk)
    assert (entity, action) == ("product", "created")
    assert changes["name"] == [None, "Inverter"]
    assert changes["price"] == [None, "9.99"]
    assert "description" not in changes
    assert not [name for name in changes if name.startswith("meta_")]


def test_a_change_is_noted_with_old_and_new(product):
    product.name, product.price, product.sale_ends_at = "Inverter 3 kVA", Decimal("12.50"), datetime(2026, 12, 1, tzinfo=UTC)
    product.save()
    assert history() == [
        (
            "product",
            "changed",
            {"name": ["Inverter", "Inverter 3 kVA"], "price": ["10", "12.5"], "sale_ends_at": [None, "2026-12-01T00:00:00+00:00"]},
        )
    ]


def test_a_save_that_changes_nothing_is_not_noted(product):
    product.price = "10.00"
    product.save()
    product.save(update_fields=["updated_at"])
    product.save(update_fields=[])
    assert history() == []


def test_a_value_that_only_sits_in_memory_is_not_noted(product):
    product.price, product.name = Decimal("99"), "New"
    product.save(update_fields=["name"])
    assert history() == [("product", "changed", {"name": ["Inverter", "New"]})]


def test_deferred_columns_are_neither_loaded_nor_noted(product, django_assert_max_num_queries):
    lean = Product.objects.only("name", "tenant").get(pk=product.pk)
    lean.name = "New"
    with django_assert_max_num_queries(8):
        lean.save()
    assert history() == [("product", "changed", {"name": ["Inverter", "New"]})]


def test_an_f_expression_is_noted_with_what_the_database_made_of_it(product):
    product.stock_quantity = F("stock_quantity") - 2
    product.save(update_fields=["stock_quantity"])
    assert history() == [("product", "changed", {"stock_quantity": [5, 3]})]


def test_more_decimals_than_the_column_has_are_noted_as_stored(product):
    product.price = Decimal("10.123456")
    product.save()
    product.refresh_from_db()
    product.save()
    assert history() == [("product", "changed", {"price": ["10", "10.1235"]})]


def test_overwriting_a_neighbours_edit_is_noted(product):
    stale = Product.objects.get(pk=product.pk)
    product.price = Decimal("11")
    product.save()
    stale.save()
    assert [changes for *_, changes in history()] == [{"price": ["10", "11"]}, {"price": ["11", "10"]}]


def test_variants_and_images_belong_to_the_products_history(product):
    variant = VariantFactory(product=product, name="Small")
    image = ImageFactory(product=product, remote_url="https://img.example/a.jpg")
    variant.price = Decimal("5")
    variant.save()
    image.alt = "Front"
    image.save()
    image.delete()
    variant.delete()
    rows = history(product_id=product.pk)
    assert [(entity, action) for entity, action, _ in rows] == [
        ("variant", "created"), ("image", "created"), ("variant", "changed"), ("image", "changed"),
        ("image", "deleted"), ("variant", "deleted"),
    ]  # fmt: skip
    assert rows[2][2] == {"price": [None, "5"]}
    assert rows[4][2]["remote_url"] == ["https://img.example/a.jpg", None]


def test_a_deleted_product_can_still_be_read(product, tenant):
    variant = VariantFactory(product=product, name="Small")
    pk, variant_pk = product.pk, variant.pk
    product.delete()
    last = {(row.entity, row.entity_id): row for row in Revision.objects.filter(product_id=pk, action="deleted")}
    assert last["product", pk].changes["name"] == ["Inverter", None]
    assert last["variant", variant_pk].changes["name"] == ["Small", None]
    assert {row.tenant_id for row in last.values()} == {tenant.pk}


def test_who_and_which_run(product):
    run = str(uuid.uuid4())
    with acting_as(Actor("person ada", run_id=run)):
        product.name = "New"
        product.save()
        change_products(product.tenant_id, [product.pk], {"is_active": False})
    assert [(row.actor, str(row.run_id)) for row in Revision.objects.order_by("id")] == [("person ada", run)] * 2
    product.name = "Again"
    product.save()
    assert (Revision.objects.first().actor, Revision.objects.first().run_id) == ("system", None)


def test_further_categories_are_noted_from_both_sides(product, tenant):
    first, second = CategoryFactory(tenant=tenant), CategoryFactory(tenant=tenant)
    product.categories.add(first)
    second.also_products.add(product)
    product.categories.remove(first)
    product.categories.clear()
    product.categories.clear()
    assert [changes for *_, changes in history()] == [
        {"categories": [[], [first.pk]]},
        {"categories": [[first.pk], [first.pk, second.pk]]},
        {"categories": [[first.pk, second.pk], [second.pk]]},
        {"categories": [[second.pk], []]},
    ]


def test_a_deleted_category_is_noted_on_its_products(product, tenant):
    category = CategoryFactory(tenant=tenant)
    product.category = category
    product.save()
    Revision.objects.all().delete()
    pk = category.pk
    ProductCategory.objects.filter(pk=pk).delete()
    assert history() == [("product", "changed", {"category_id": [pk, None]})]


def test_renames_are_noted(product, tenant):
    other = ProductFactory(tenant=tenant, sku="B")
    Revision.objects.all().delete()
    rename_skus({product: "B", other: "A"})
    assert [changes for *_, changes in history()] == [{"sku": ["A", "B"]}, {"sku": ["B", "A"]}]


def test_a_new_default_variant_notes_the_old_one(product):
    VariantFactory(product=product, name="Small", is_default=True)
    VariantFactory(product=product, name="Large", is_default=True)
    assert ("variant", "changed", {"is_default": [True, False]}) in history()
    assert product.variants.filter(is_default=True).count() == 1


@given(amount=st.decimals(min_value=0, max_value=Decimal("9999999999"), places=4))
def test_amounts_read_back_as_they_were_noted(amount):
    field = Product._meta.get_field("price")
    assert Decimal(readable(field, amount)) == amount
    assert readable(field, str(amount)) == readable(field, amount)
