"""Stock rules and sale dates of variants in files: written, left alone, emptied, refused."""

from datetime import UTC, datetime

import pytest

from products_and_services.models import Product, ProductVariant
from products_and_services.spreadsheets.judging import NOT_EMPTY
from products_and_services.tests.factories import ProductFactory, VariantFactory
from products_and_services.tests.sheets import csv_bytes, exported, imported, issues_of

pytestmark = pytest.mark.django_db
HEAD = "SKU,Variant of,Track stock,Allow back-order,Sale starts,Sale ends"
RULES = ("track_stock", "allow_backorder", "sale_starts_at", "sale_ends_at")
FIRST, LAST = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)


def rules(sku="R"):
    return ProductVariant.objects.values_list(*RULES).get(sku=sku)


def test_a_variants_row_sets_leaves_and_empties_its_own_rules(tenant):
    run = imported(tenant, csv_bytes(f"{HEAD},Name", "S,,no,no,,,Shirt", "R,S,no,yes,2026-11-01,2026-11-30,Red", "B,S,,,,,Blue"))
    assert run.counts == {"created": 3}
    assert rules() == (False, True, FIRST, LAST)
    assert rules("B") == (None, None, None, None)
    assert imported(tenant, csv_bytes(HEAD, "R,S,,,,")).counts == {"unchanged": 1}
    assert imported(tenant, csv_bytes("SKU,Track stock,Sale ends", "R,(empty),(empty)", "S,yes,")).counts == {"updated": 2}
    assert rules() == (None, True, FIRST, None)
    assert Product.objects.get(sku="S").track_stock is True


def test_what_is_exported_says_empty_no_and_yes_apart(tenant):
    product = ProductFactory(tenant=tenant, sku="S", track_stock=False)
    for sku, values in {"A": {}, "B": {"track_stock": False, "sale_ends_at": LAST}, "C": {"track_stock": True}}.items():
        VariantFactory(product=product, sku=sku, **values)
    file = exported(tenant)
    ProductVariant.objects.all().update(track_stock=None, sale_ends_at=None)
    assert imported(tenant, file).counts == {"unchanged": 2, "updated": 2}
    assert [rules(sku)[::3] for sku in "ABC"] == [(None, None), (False, LAST), (True, None)]


@pytest.mark.parametrize(
    ("head", "row", "field", "words"),
    [
        ("SKU,Sale starts,Sale ends", "R,2026-11-30,2026-11-01", "Sale ends", "The sale must end after it starts."),
        ("SKU,Track stock", "R,perhaps", "Track stock", "“perhaps” is neither yes nor no. Write yes or no."),
        ("SKU,Track stock", "S,(empty)", "Track stock", NOT_EMPTY),
        ("SKU,Stock", "S,(empty)", "Stock", NOT_EMPTY),
    ],
)
def test_what_makes_no_sense_is_told_with_its_column(tenant, head, row, field, words):
    VariantFactory(product=ProductFactory(tenant=tenant, sku="S"), sku="R")
    run = imported(tenant, csv_bytes(head, row))
    assert run.counts == {"failed": 1}
    assert [issue[1:] for issue in issues_of(run)] == [(field, words)]
    assert rules() == (None, None, None, None)


def test_sizes_of_a_woocommerce_export_are_counted_each_by_itself(tenant):
    head = "Type,SKU,Name,In stock?,Stock,Backorders allowed?,Regular price,Parent,Attribute 1 name,Attribute 1 value(s)"
    sizes = ("variation,R,,1,4,0,20,S,Size,L", "variation,G,,1,,0,20,S,Size,M", "variation,P,,1,parent,0,20,S,Size,S")
    assert imported(tenant, csv_bytes(head, "variable,S,Shirt,1,,0,,,Size,", *sizes)).counts == {"created": 4}
    told = ProductVariant.objects.order_by("pk").values_list("sku", "track_stock", "stock_quantity", "allow_backorder")
    assert list(told) == [("R", True, 4, False), ("G", False, None, False), ("P", None, None, None)]
