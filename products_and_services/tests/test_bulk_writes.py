"""update_rows on whichever database the suite runs: every kind of column, compare-and-set, large numbers of rows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from common.bulk import chunks, delete_rows, insert_missing, insert_rows, json_ids, take_numbers, update_rows
from products_and_services.models import Product, ProductImage, Sku
from products_and_services.tests.factories import ProductFactory


@pytest.fixture
def products(tenant):
    return [ProductFactory(tenant=tenant) for _ in range(5)]


VALUES = {
    "name": "It's “quoted” \\ \"twice\" – ünï ✓ 🍕 %s {}",
    "price": Decimal("1234.5678"),
    "sale_price": None,
    "sale_ends_at": datetime(2026, 11, 20, 12, 30, 15, 123456, tzinfo=UTC),
    "stock_quantity": -3,
    "is_active": False,
    "tags": ["a", {"b": [1, None, "'"]}],
    "locked_fields": [],
    "category_id": None,
    "meta_sync_last_error": "",
}


def test_every_kind_of_column_comes_back_as_it_went_in(products):
    assert update_rows(Product, [{"id": products[0].pk} | VALUES], match=("id",)) == {products[0].pk}
    stored = Product.objects.get(pk=products[0].pk)
    assert {name: getattr(stored, name) for name in VALUES} == VALUES
    assert Product.objects.get(pk=products[1].pk).is_active


def test_each_row_gets_its_own_values(products):
    update_rows(Product, [{"id": product.pk, "stock_quantity": place} for place, product in enumerate(products)], match=("id",))
    assert list(Product.objects.order_by("pk").values_list("stock_quantity", flat=True)) == [0, 1, 2, 3, 4]


def test_compare_and_set_leaves_refused_rows_alone(products):
    rows = [{"id": product.pk, "stock_quantity": 5, "name": "new"} for product in products[:2]]
    Product.objects.filter(pk=products[1].pk).update(stock_quantity=6)
    assert update_rows(Product, rows, match=("id", "stock_quantity")) == {products[0].pk}
    assert Product.objects.filter(name="new").count() == 1


def test_a_filter_written_by_django_finds_what_update_rows_wrote(products):
    """The stored spelling must be Django's own, or comparisons in SQL go wrong."""
    moment = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    update_rows(Product, [{"id": products[0].pk, "sale_ends_at": moment, "is_active": False, "price": Decimal(10)}], match=("id",))
    found = Product.objects.filter(sale_ends_at__lte=moment, sale_ends_at__gt=moment - timedelta(microseconds=1), is_active=False, price=10)
    assert found.count() == 1


def test_nothing_to_do_is_no_query(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert update_rows(Product, [], match=("id",)) == set()


def test_thousands_of_rows_take_few_queries(tenant, django_assert_num_queries):
    made = Product.objects.bulk_create(Product(tenant=tenant, name=f"P{n}") for n in range(4_500))
    with django_assert_num_queries(3):
        updated = update_rows(Product, [{"id": product.pk, "name": "x" * 200} for product in made], match=("id",))
    assert len(updated) == 4_500


def test_chunks():
    assert list(chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(chunks([], 2)) == []


def test_json_ids_unfold_to_rows(db):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT value FROM {json_ids()}", ["[3, 9007199254740993]"])
        assert [row[0] for row in cursor.fetchall()] == [3, 9007199254740993]


def test_columns_that_are_the_same_everywhere_arrive_as_well_as_those_that_differ(products):
    rows = [{"id": product.pk, "stock_quantity": place} | VALUES_BUT_STOCK for place, product in enumerate(products)]
    assert len(update_rows(Product, rows, match=("id",))) == 5
    for place, stored in enumerate(Product.objects.order_by("pk")):
        assert {name: getattr(stored, name) for name in VALUES} == VALUES | {"stock_quantity": place}


VALUES_BUT_STOCK = {name: value for name, value in VALUES.items() if name != "stock_quantity"}


def test_a_bumped_column_goes_up_by_one_where_the_row_matches(products):
    Product.objects.update(stock_quantity=7)
    update_rows(Product, [{"id": products[0].pk, "name": "new"}], match=("id",), bump=("stock_quantity",))
    assert list(Product.objects.order_by("pk").values_list("stock_quantity", flat=True)) == [8, 7, 7, 7, 7]


def test_missing_rows_are_inserted_with_their_fields_defaults_and_known_ones_stay(tenant, products):
    Sku.objects.all().delete()
    Sku.objects.create(tenant=tenant, value="A", product=products[0])
    insert_missing(Sku, [])
    insert_missing(Sku, [{"value": value, "tenant_id": tenant.pk, "product_id": products[1].pk} for value in ("A", "B")])
    found = Sku.objects.order_by("value").values_list("value", "product_id", "variant_id")
    assert list(found) == [("A", products[0].pk, None), ("B", products[1].pk, None)]


@pytest.mark.parametrize("names", [[], ["P1"], ["P0", "P2", "no such"]])
def test_among_finds_texts_numbers_and_foreign_keys(tenant, names):
    made = [ProductFactory(tenant=tenant, name=f"P{n}") for n in range(3)]
    pictures = [ProductImage.objects.create(product=product, remote_url="https://shop.example/a.jpg") for product in made]
    ids = {product.pk for product in made if product.name in names}
    assert set(Product.objects.filter(name__among=set(names)).values_list("pk", flat=True)) == ids
    assert set(Product.objects.filter(pk__among=ids).values_list("pk", flat=True)) == ids
    assert set(ProductImage.objects.filter(product__among=ids)) == {picture for picture in pictures if picture.product_id in ids}
    assert Product.objects.exclude(pk__among=ids).count() == 3 - len(ids)


def test_only_rows_that_are_equal_in_every_column_are_deleted(products):
    first, second = Sku.objects.order_by("value")[:2]
    delete_rows(Sku, [{"id": first.pk, "value": first.value}, {"id": second.pk, "value": "other"}])
    assert set(Sku.objects.values_list("product_id", flat=True)) == {product.pk for product in products} - {first.product_id}


def test_rows_are_inserted_under_numbers_that_were_taken_before(tenant, products):
    numbers = take_numbers(Product, 3)
    rows = [{"id": number, "tenant_id": tenant.pk, "name": f"N{number}"} | TERMS for number in numbers]
    assert insert_rows(Product, rows) == []
    stored = {product.pk: product for product in Product.objects.filter(pk__in=numbers)}
    assert [stored[number].name for number in numbers] == [f"N{number}" for number in numbers]
    for product in stored.values():
        assert (product.price, product.tags, product.condition, product.created_at) == (Decimal("19.9"), ["a"], "new", NOW)
    assert min(numbers) > max(product.pk for product in products)
    later = ProductFactory(tenant=tenant)
    assert later.pk > max(numbers) and later.pk not in take_numbers(Product, 2)


NOW = datetime(2026, 11, 20, 12, 30, 15, 123456, tzinfo=UTC)
TERMS = {"price": "19.9", "tags": ["a"], "created_at": NOW, "updated_at": NOW}  # As a Revision notes them.


def test_inserting_nothing_and_taking_no_numbers_asks_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert (insert_rows(Product, []), take_numbers(Product, 0)) == ([], [])


@pytest.mark.parametrize("number", [2**31 - 1, -(2**31)])
def test_the_largest_and_smallest_numbers_go_in(tenant, products, number):
    update_rows(Product, [{"id": product.pk, "stock_quantity": number} for product in products], match=("id",))
    assert set(Product.objects.values_list("stock_quantity", flat=True)) == {number}
