"""Who is announced when something in the catalog changes, and how cheaply."""

import pytest

from products_and_services.models import Product, ProductCategory, ProductImage, ProductVariant, Revision
from products_and_services.models.categories import subtree_ids
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ModifierGroupFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def ids_of(announced):
    return sorted({pk for _, ids, _ in announced for pk in ids})


def test_create_edit_and_delete_announce_the_product(tenant, announced):
    product = ProductFactory(tenant=tenant)
    pk = product.pk
    assert announced == [(tenant.pk, [pk], False)]
    product.save()
    product.delete()
    assert announced == [(tenant.pk, [pk], False)] * 3


def test_deleting_a_queryset_announces_each_product(tenant, announced):
    pks = [ProductFactory(tenant=tenant).pk for _ in range(3)]
    announced.clear()
    Product.objects.all().delete()
    assert ids_of(announced) == pks


def test_changes_of_parts_are_changes_of_the_product(tenant, announced):
    product = ProductFactory(tenant=tenant)
    for make, change in ((VariantFactory, {"name": "x"}), (ImageFactory, {"alt": "x"})):
        part = make(product=product)
        announced.clear()
        for name, value in change.items():
            setattr(part, name, value)
        part.save()
        part.delete()
        assert announced == [(tenant.pk, [product.pk], False)] * 2


def test_a_part_that_moves_is_news_of_both_products(tenant, announced):
    variant = VariantFactory(product=ProductFactory(tenant=tenant))
    image = ImageFactory(product=variant.product)
    old, new = variant.product, ProductFactory(tenant=tenant)
    for part in (variant, image):
        announced.clear()
        part.product = new
        part.save()
        assert ids_of(announced) == sorted([old.pk, new.pk])
        announced.clear()
        part.save()
        assert ids_of(announced) == [new.pk]


def test_a_product_with_parts_is_announced_once_when_deleted(tenant, announced):
    product = ProductFactory(tenant=tenant)
    VariantFactory(product=product)
    ImageFactory(product=product)
    pk = product.pk
    announced.clear()
    product.delete()
    assert announced == [(tenant.pk, [pk], False)]


def test_a_deleted_variants_images_stay_with_the_product(tenant, announced):
    variant = VariantFactory(product=ProductFactory(tenant=tenant))
    image = ImageFactory(product=variant.product, variant=variant)
    announced.clear()
    variant.delete()
    assert ProductImage.objects.get(pk=image.pk).variant is None
    assert ids_of(announced) == [image.product_id]


def test_further_categories_announce_from_both_sides(tenant, announced):
    product, category = ProductFactory(tenant=tenant), CategoryFactory(tenant=tenant)
    for step in (
        lambda: product.categories.add(category),
        lambda: product.categories.remove(category),
        lambda: category.also_products.add(product),
        lambda: category.also_products.clear(),
        lambda: product.categories.set([category]),
        lambda: product.categories.clear(),
    ):
        announced.clear()
        step()
        assert announced == [(tenant.pk, [product.pk], False)]
    announced.clear()
    product.categories.clear()
    product.categories.set([])
    assert announced == []


def test_modifier_groups_are_no_news_for_meta(tenant, announced):
    product = ProductFactory(tenant=tenant)
    announced.clear()
    ModifierGroupFactory(tenant=tenant).products.add(product)
    assert announced == []


def test_a_category_announces_what_lies_in_it_and_below(tenant, other_tenant, announced):
    top = CategoryFactory(tenant=tenant, name="Food")
    below = CategoryFactory(tenant=tenant, name="Pizza", parent=CategoryFactory(tenant=tenant, parent=top))
    inside = [ProductFactory(tenant=tenant, category=top).pk, ProductFactory(tenant=tenant, category=below).pk]
    also = ProductFactory(tenant=tenant)
    also.categories.add(below)
    ProductFactory(tenant=tenant, category=CategoryFactory(tenant=tenant))
    ProductFactory(tenant=other_tenant, category=CategoryFactory(tenant=other_tenant))
    announced.clear()
    top.name = "Meals"
    top.save()
    assert announced == [(tenant.pk, sorted([*inside, also.pk]), False)]
    announced.clear()
    top.delete()
    assert ids_of(announced) == sorted([*inside, also.pk])


def test_a_new_category_is_no_news(tenant, announced):
    CategoryFactory(tenant=tenant)
    assert announced == []


def test_a_category_rename_over_many_products_takes_few_queries(tenant, announced, django_assert_max_num_queries):
    top = CategoryFactory(tenant=tenant)
    leaves = [CategoryFactory(tenant=tenant, parent=top) for _ in range(5)]
    Product.objects.bulk_create(Product(tenant=tenant, name=f"P{number}", category=leaves[number % 5]) for number in range(3000))
    top.name = "Renamed"
    with django_assert_max_num_queries(6):
        top.save()
    assert len(ids_of(announced)) == 3000


def test_deleting_a_category_over_many_products_takes_few_queries(tenant, announced, django_assert_max_num_queries):
    top = CategoryFactory(tenant=tenant)
    Product.objects.bulk_create(Product(tenant=tenant, name=f"P{number}", category=top) for number in range(1000))
    with django_assert_max_num_queries(22):  # One of them for what shops call the category.
        top.delete()
    assert len(ids_of(announced)) == 1000
    assert Revision.objects.filter(changes__has_key="category_id").count() == 1000


def test_a_loop_of_categories_harms_nobody(tenant, announced):
    first = CategoryFactory(tenant=tenant)
    second = CategoryFactory(tenant=tenant, parent=first)
    ProductCategory.objects.filter(pk=first.pk).update(parent=second)
    product = ProductFactory(tenant=tenant, category=second)
    announced.clear()
    first.refresh_from_db()
    first.save()
    assert ids_of(announced) == [product.pk]
    assert subtree_ids(tenant.pk, first.pk) == {first.pk, second.pk}
    first.delete()
    second.refresh_from_db()
    assert second.parent is None


def test_a_business_whose_currency_or_name_changes_is_news_of_all_its_products(tenant, other_tenant, announced):
    pks = sorted(ProductFactory(tenant=tenant).pk for _ in range(3))
    ProductFactory(tenant=other_tenant)
    announced.clear()
    tenant.currency = "EUR"
    tenant.save()
    assert announced == [(tenant.pk, pks, False)]


def test_bulk_sql_is_silent_by_design(tenant, announced):
    product = ProductFactory(tenant=tenant)
    announced.clear()
    Product.objects.filter(pk=product.pk).update(name="x")
    ProductVariant.objects.bulk_create([ProductVariant(product=product)])
    assert announced == []
