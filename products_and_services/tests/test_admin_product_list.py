"""The product's list: bounded queries, words, filters, search, bulk actions."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products_and_services.models import Product
from products_and_services.tests.admin_forms import LIST, fill, page_of, text, words
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ProductFactory, UserFactory, VariantFactory, admin_client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", ["product", "productcategory", "modifiergroup", "revision"])
def test_lists_of_10_and_of_100_take_the_same_queries(tenant, owner, model):
    address = f"/admin/products_and_services/{model}/"
    fill(tenant, 4)
    owner.get(address)
    with CaptureQueriesContext(connection) as few:
        assert owner.get(address).status_code == 200
    fill(tenant, 36)
    with CaptureQueriesContext(connection) as many:
        assert owner.get(address).status_code == 200
    assert len(many) <= len(few)
    assert len(few) <= 22


def test_the_product_page_takes_a_bounded_number_of_queries(tenant, owner):
    product = ProductFactory(tenant=tenant)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert owner.get(page_of(product)).status_code == 200
        return len(seen)

    for _ in range(2):
        ImageFactory(product=product, variant=VariantFactory(product=product))
    few = queries()
    for _ in range(8):
        ImageFactory(product=product, variant=VariantFactory(product=product))
    assert queries() <= few


def test_the_list_shows_price_category_and_stock_in_words(tenant, owner):
    category = CategoryFactory(tenant=tenant, name="Pizza", parent=CategoryFactory(tenant=tenant, name="Food"))
    ProductFactory(tenant=tenant, name="On sale", price=Decimal("10"), sale_price=Decimal("8.5"), currency="EUR", category=category)
    ProductFactory(tenant=tenant, name="Free", price=None, stock_quantity=0)
    ProductFactory(tenant=tenant, name="Gone", is_available=False)
    shown = " ".join(text(owner.get(LIST)).split())
    for part in ("8.50 EUR 10.00 EUR", "Food > Pizza", "no price", "out of stock", "sold out today"):
        assert part in shown


def test_filters_and_search(tenant, owner):
    top = CategoryFactory(tenant=tenant, name="Food")
    below = CategoryFactory(tenant=tenant, name="Pizza", parent=top)
    ProductFactory(tenant=tenant, name="Deep", category=below, stock_quantity=0)
    also = ProductFactory(tenant=tenant, name="Also", track_stock=False, is_available=False, sale_price=Decimal("1"))
    also.categories.add(top)
    VariantFactory(product=ProductFactory(tenant=tenant, name="Loose", price=None, is_active=False), sku="LOOSE-RED")
    for query, found in {
        f"in={top.pk}": {"Deep", "Also"},
        f"in={below.pk}": {"Deep"},
        "in=none": {"Also", "Loose"},
        "stock=out": {"Deep"},
        "stock=in": {"Loose"},
        "stock=today": {"Also"},
        "stock=untracked": {"Also"},
        "price_is=none": {"Loose"},
        "price_is=sale": {"Also"},
        "is_active__exact=0": {"Loose"},
        "q=LOOSE-R": {"Loose"},
        "in=999": {"Deep", "Also", "Loose"},
        "stock=nonsense&price_is=nonsense": {"Deep", "Also", "Loose"},
    }.items():
        response = owner.get(f"{LIST}?{query}")
        assert response.status_code == 200, query
        assert {product.name for product in response.context["cl"].result_list} == found, query


@pytest.mark.parametrize("model", ["product", "productcategory", "modifiergroup", "revision"])
def test_empty_lists_say_what_to_do_next(tenant, owner, model):
    assert "empty-hint" in owner.get(f"/admin/products_and_services/{model}/").content.decode()


@pytest.mark.parametrize(
    ("action", "column", "value", "report"),
    [
        ("activate", "is_active", True, "1 product activated, 1 was so already."),
        ("deactivate", "is_active", False, "1 product deactivated, 1 was so already."),
        ("sync_on", "sync_to_meta", True, "1 product switched on for Meta, 1 was so already."),
        ("sync_off", "sync_to_meta", False, "1 product switched off for Meta, 1 was so already."),
        ("sold_out", "is_available", False, "1 product marked as sold out, 1 was so already."),
        ("available_again", "is_available", True, "1 product marked as available, 1 was so already."),
    ],
)
def test_bulk_actions_report_what_they_did(tenant, owner, announced, action, column, value, report):
    products = [ProductFactory(tenant=tenant, **{column: value}), ProductFactory(tenant=tenant, **{column: not value})]
    announced.clear()
    response = owner.post(LIST, {"action": action, "_selected_action": [product.pk for product in products]})
    told, link = words(response).split(" <a ")
    assert told == report and "/rollback/" in link
    assert set(Product.objects.values_list(column, flat=True)) == {value}
    assert announced == [(tenant.pk, [products[1].pk], False)]


def test_bulk_actions_across_businesses(tenant, other_tenant):
    boss = admin_client(UserFactory(is_superuser=True))
    products = [ProductFactory(tenant=shop) for shop in (tenant, other_tenant)]
    response = boss.post(LIST, {"action": "deactivate", "_selected_action": [product.pk for product in products]})
    assert words(response).count("1 product deactivated. <a ") == 2  # A run, and so an undo, per business.


def test_bulk_actions_stay_in_the_business(tenant, other_tenant, owner):
    foreign = ProductFactory(tenant=other_tenant)
    owner.post(LIST, {"action": "deactivate", "_selected_action": [foreign.pk]})
    foreign.refresh_from_db()
    assert foreign.is_active is True
