"""The seven summary columns belong to the sync: no save of a person, however stale, writes them."""

import pytest
from django.db import DatabaseError
from django.utils import timezone

from products_and_services.models import SUMMARY_COLUMNS, Product, ProductCategory
from products_and_services.services import change_products, rename_skus
from products_and_services.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
MOMENT = timezone.now()
SETTLED = {
    "meta_sync_status": "retry",
    "meta_sync_attempts": 3,
    "meta_sync_last_error": "Meta said no",
    "meta_sync_last_attempt": MOMENT,
    "meta_sync_last_success": MOMENT,
    "meta_sync_next_attempt": MOMENT,
    "meta_catalog_item_id": "4711",
}


@pytest.fixture
def product(tenant):
    return ProductFactory(tenant=tenant, sku="A")


def summary(pk):
    return Product.objects.filter(pk=pk).values(*SUMMARY_COLUMNS).get()


def settle(product):
    Product.objects.filter(pk=product.pk).update(**SETTLED)


def test_there_are_exactly_the_seven_columns_of_the_contract():
    assert set(SETTLED) == SUMMARY_COLUMNS


def test_a_stale_instance_saved_after_a_settle_keeps_it(product):
    settle(product)
    product.name = "Edited meanwhile"
    product.save()
    assert summary(product.pk) == SETTLED
    assert Product.objects.get(pk=product.pk).name == "Edited meanwhile"


@pytest.mark.parametrize(
    "save",
    [
        lambda product: product.save(update_fields=["name", "meta_sync_status", "meta_sync_attempts"]),
        lambda product: product.save(update_fields=list(SETTLED)),
        lambda product: product.save(force_update=True),
        lambda product: Product.objects.only("name").get(pk=product.pk).save(),
        lambda product: Product.objects.defer("meta_sync_status").get(pk=product.pk).save(),
        lambda product: Product(pk=product.pk, tenant=product.tenant, name="Same id").save(),
        lambda product: Product.objects.update_or_create(pk=product.pk, defaults={"name": "Upserted"}),
        lambda product: change_products(product.tenant_id, [product.pk], {"is_active": False}),
        lambda product: rename_skus({product: "B"}),
    ],
    ids=["named", "only-summary", "force", "only", "defer", "same-id", "update-or-create", "bulk", "rename"],
)
def test_no_way_of_saving_writes_them(product, save):
    settle(product)
    save(product)
    assert summary(product.pk) == SETTLED


def test_values_set_by_hand_are_not_stored(product):
    product.meta_sync_status, product.meta_sync_attempts = "synced", 0
    settle(product)
    product.save()
    assert summary(product.pk) == SETTLED


def test_a_copy_starts_unsent(product):
    settle(product)
    copy = Product.objects.get(pk=product.pk)
    copy.pk, copy._state.adding, copy.sku = None, True, "COPY"
    copy.save()
    assert summary(copy.pk)["meta_sync_status"] == "not_synced"
    assert summary(copy.pk)["meta_catalog_item_id"] == ""


def test_saving_only_summary_columns_is_no_news(product, announced):
    product.meta_sync_status = "synced"
    product.save(update_fields=["meta_sync_status"])
    settle(product)
    assert announced == []


def test_a_product_deleted_meanwhile_is_not_inserted_again(product):
    Product.objects.filter(pk=product.pk).delete()
    with pytest.raises(DatabaseError, match="did not affect any rows"):
        product.save()
    assert not Product.objects.exists()


def test_the_shell_recipe_of_document_001_works(product, announced):
    settle(product)
    product.refresh_from_db()
    product.reset_meta_sync_attempts()
    product.save()
    assert (product.meta_sync_attempts, product.meta_sync_last_error, product.meta_sync_next_attempt) == (0, "", None)
    assert {name: summary(product.pk)[name] for name in ("meta_sync_attempts", "meta_sync_last_error", "meta_sync_next_attempt")} == {
        "meta_sync_attempts": 0, "meta_sync_last_error": "", "meta_sync_next_attempt": None,
    }  # fmt: skip
    assert [(ids, restart) for _, ids, restart in announced] == [([product.pk], True), ([product.pk], False)]


def test_created_at_is_written_once(product):
    before = product.created_at
    product.created_at = None
    product.save()
    assert Product.objects.get(pk=product.pk).created_at == before


def test_categories_have_no_summary():
    assert not SUMMARY_COLUMNS & {field.name for field in ProductCategory._meta.fields}
