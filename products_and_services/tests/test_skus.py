"""SKUs are unique per business over products and variants, whatever order things are saved in."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from products_and_services.models import Product, ProductVariant, Sku
from products_and_services.models.skus import SkuTaken
from products_and_services.services import rename_skus, swap_skus
from products_and_services.tests.factories import ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def owners(tenant):
    """{SKU: "product 1" | "variant 2"} of a business, which must agree with the columns."""
    skus = Sku.objects.filter(tenant=tenant)
    rows = {row.value: f"product {row.product_id}" if row.product_id else f"variant {row.variant_id}" for row in skus}
    columns = {sku: f"product {pk}" for pk, sku in Product.objects.filter(tenant=tenant, sku__isnull=False).values_list("pk", "sku")}
    variants = ProductVariant.objects.filter(product__tenant=tenant, sku__isnull=False)
    columns |= {sku: f"variant {pk}" for pk, sku in variants.values_list("pk", "sku")}
    assert rows == columns
    return rows


def test_two_products_cannot_share_a_sku(tenant):
    ProductFactory(tenant=tenant, sku="A")
    with pytest.raises(SkuTaken) as caught:
        ProductFactory(tenant=tenant, sku="A")
    assert "“A”" in caught.value.message_dict["sku"][0]
    assert Product.objects.count() == 1


def test_a_variant_cannot_take_a_foreign_products_sku_nor_the_other_way_round(tenant):
    ProductFactory(tenant=tenant, sku="A")
    variant = VariantFactory(product=ProductFactory(tenant=tenant, sku="B"), sku="B-red")
    variant.sku = "A"
    with pytest.raises(SkuTaken):
        variant.save()
    with pytest.raises(SkuTaken):
        ProductFactory(tenant=tenant, sku="B-red")
    assert set(owners(tenant)) == {"A", "B", "B-red"}


def test_another_business_may_use_the_same_sku(tenant, other_tenant):
    ProductFactory(tenant=tenant, sku="A")
    ProductFactory(tenant=other_tenant, sku="A")
    assert set(owners(tenant)) == set(owners(other_tenant)) == {"A"}


@pytest.mark.parametrize("blank", ["", "   ", None])
def test_blank_skus_are_stored_as_null_and_may_repeat(tenant, blank):
    first, second = ProductFactory(tenant=tenant, sku=blank), ProductFactory(tenant=tenant, sku=blank)
    VariantFactory(product=first, sku=blank)
    assert first.sku is second.sku is None
    assert owners(tenant) == {}


def test_outer_spaces_do_not_make_another_sku(tenant):
    ProductFactory(tenant=tenant, sku="A")
    with pytest.raises(SkuTaken):
        ProductFactory(tenant=tenant, sku=" A ")


def test_removing_a_sku_frees_it(tenant):
    product = ProductFactory(tenant=tenant, sku="A")
    product.sku = ""
    product.save()
    assert owners(tenant) == {}
    ProductFactory(tenant=tenant, sku="A")


def test_deleting_the_owner_frees_its_sku(tenant):
    product = ProductFactory(tenant=tenant, sku="A")
    VariantFactory(product=product, sku="A-red")
    product.delete()
    assert owners(tenant) == {}


def test_a_variants_sku_equal_to_its_products_is_stored_blank(tenant):
    variant = VariantFactory(product=ProductFactory(tenant=tenant, sku="A"), sku="A")
    variant.refresh_from_db()
    assert variant.sku is None
    assert len(owners(tenant)) == 1


def test_the_same_with_a_product_in_memory_that_is_older_than_its_rename(tenant):
    variant = VariantFactory(product=ProductFactory(tenant=tenant, sku="A"), sku="A-red")
    assert variant.product.sku == "A"
    renamed = Product.objects.get(pk=variant.product_id)
    renamed.sku = "B"
    renamed.save()
    variant.sku = "B"
    variant.save()
    assert variant.sku is None
    variant.sku = "A"  # The old SKU is free now; the stale product in memory still carries it.
    variant.save()
    assert owners(tenant) == {"B": f"product {renamed.pk}", "A": f"variant {variant.pk}"}


def test_a_product_that_takes_its_variants_sku_leaves_the_variant_blank(tenant):
    product = ProductFactory(tenant=tenant, sku="A")
    variant = VariantFactory(product=product, sku="B")
    product.sku = "B"
    product.full_clean()
    product.save()
    variant.refresh_from_db()
    assert variant.sku is None
    assert owners(tenant) == {"B": f"product {product.pk}"}


def test_a_stale_variant_saved_after_that_stays_blank(tenant):
    product = ProductFactory(tenant=tenant, sku="A")
    variant = VariantFactory(product=product, sku="B")
    again = Product.objects.get(pk=product.pk)
    again.sku = "B"
    again.save()
    variant.name = "Red"
    variant.save()
    assert owners(tenant) == {"B": f"product {product.pk}"}


def test_saving_again_repairs_a_missing_row(tenant):
    product = ProductFactory(tenant=tenant, sku="A")
    Sku.objects.all().delete()
    Product.objects.get(pk=product.pk).save()
    assert set(owners(tenant)) == {"A"}


def test_update_fields_without_sku_leaves_the_sku_alone(tenant):
    product = ProductFactory(tenant=tenant, sku="A")
    product.sku, product.name = "B", "Renamed"
    product.save(update_fields=["name"])
    assert set(owners(tenant)) == {"A"}


def test_a_deferred_sku_is_not_loaded_and_not_changed(tenant, django_assert_max_num_queries):
    pk = ProductFactory(tenant=tenant, sku="A").pk
    product = Product.objects.defer("sku").get(pk=pk)
    product.name = "Renamed"
    product.save()
    assert "sku" in product.get_deferred_fields()
    assert set(owners(tenant)) == {"A"}


def test_swap_of_two_products(tenant):
    first, second = ProductFactory(tenant=tenant, sku="A"), ProductFactory(tenant=tenant, sku="B")
    swap_skus(first, second)
    assert owners(tenant) == {"A": f"product {second.pk}", "B": f"product {first.pk}"}


def test_swap_of_a_product_and_its_own_variant(tenant):
    product = ProductFactory(tenant=tenant, sku="A")
    variant = VariantFactory(product=product, sku="B")
    swap_skus(product, variant)
    assert owners(tenant) == {"B": f"product {product.pk}", "A": f"variant {variant.pk}"}


def test_swap_with_a_product_without_sku(tenant):
    first, second = ProductFactory(tenant=tenant, sku="A"), ProductFactory(tenant=tenant, sku=None)
    swap_skus(first, second)
    assert owners(tenant) == {"A": f"product {second.pk}"}


def test_rename_in_a_ring(tenant):
    ring = [ProductFactory(tenant=tenant, sku=sku) for sku in "ABC"]
    rename_skus(dict(zip(ring, "BCA", strict=True)))
    assert owners(tenant) == {sku: f"product {product.pk}" for product, sku in zip(ring, "BCA", strict=True)}


def test_rename_onto_a_foreign_sku_changes_nothing(tenant):
    ProductFactory(tenant=tenant, sku="X")
    first, second = ProductFactory(tenant=tenant, sku="A"), ProductFactory(tenant=tenant, sku="B")
    with pytest.raises(SkuTaken):
        rename_skus({first: "B", second: "X"})
    assert owners(tenant)["A"] == f"product {first.pk}"
    assert owners(tenant)["B"] == f"product {second.pk}"


def test_rename_of_a_variant_to_its_products_new_sku_is_stored_blank(tenant):
    product = ProductFactory(tenant=tenant, sku="A")
    variant = VariantFactory(product=product, sku="B")
    rename_skus({variant: "C", product: "C"})
    assert owners(tenant) == {"C": f"product {product.pk}"}


def test_swap_across_businesses_is_refused(tenant, other_tenant):
    with pytest.raises(ValueError, match="within one business"):
        swap_skus(ProductFactory(tenant=tenant), ProductFactory(tenant=other_tenant))


def test_forms_hear_of_a_taken_sku_before_saving(tenant):
    ProductFactory(tenant=tenant, sku="A")
    product = ProductFactory(tenant=tenant, sku="B")
    product.sku = "A "
    with pytest.raises(ValidationError) as caught:
        product.full_clean()
    assert list(caught.value.message_dict) == ["sku"]
    variant = ProductVariant(product=product, sku="A")
    with pytest.raises(ValidationError) as caught:
        variant.full_clean()
    assert list(caught.value.message_dict) == ["sku"]


def test_forms_accept_what_save_will_settle(tenant):
    product = ProductFactory(tenant=tenant, sku="A")
    variant = VariantFactory(product=product, sku="B")
    ProductVariant(product=product, sku="A").full_clean()  # Equal to the product's: stored blank.
    product.sku = "B"
    product.full_clean()  # The variant gives it up.
    variant.sku = "A"
    variant.full_clean()  # In the same form the product gives A away.


@pytest.mark.parametrize("sku", ["a\nb", "a\tb", "a\u200bb", "a\x00b"])
def test_invisible_characters_are_refused(tenant, sku):
    with pytest.raises(ValidationError) as caught:
        Product(tenant=tenant, name="x", sku=sku).full_clean()
    assert "sku" in caught.value.message_dict


def test_the_database_itself_keeps_skus_unique(tenant):
    product, other = ProductFactory(tenant=tenant, sku="A"), ProductFactory(tenant=tenant, sku=None)
    for broken in ({"product": other, "value": "A"}, {"value": "B"}, {"product": other, "value": ""}, {"product": product, "value": "B"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Sku.objects.create(tenant=tenant, **broken)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_ten_products_claiming_one_sku_at_once_one_gets_it(tenant):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite writes one after the other anyway")
    products = [ProductFactory(tenant=tenant, sku=None) for _ in range(10)]
    gate, outcomes = threading.Barrier(10), []

    def claim(pk):
        try:
            product = Product.objects.get(pk=pk)
            product.sku = "WANTED"
            gate.wait(10)
            product.save()
            outcomes.append("got it")
        except SkuTaken:
            outcomes.append("taken")
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=[product.pk]) for product in products]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["got it"] + ["taken"] * 9
    assert list(owners(tenant)) == ["WANTED"]
