"""Values that do not fit: every row comes in, what is left out or cut is an issue that names the field."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.importing.fitting import fit
from integrations.importing.hashes import content_hash
from integrations.models import ExternalRef, RefKind
from integrations.records import FieldProblem, StoreImage, StoreProduct, StoreVariant
from integrations.tests.fake_shop import FakeShop, connect, run_import
from operations.models import RunIssue
from products_and_services.models import Product
from products_and_services.tests.factories import TenantFactory

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 12, 1, tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))


def problems(**values):
    found = fit(StoreProduct("1", **{"name": "N", **values}))
    return found, [(one.field, one.code) for one in found.problems]


@pytest.mark.parametrize(
    ("values", "column", "stored", "told"),
    [
        ({"name": "x" * 501}, "name", "x" * 500, [("name", "too_long")]),
        ({"name": " \t\n"}, "name", "Product 1", [("name", "no_name")]),
        ({"name": "Two\nlines\0 \x07and\u200e\ud800 more"}, "name", "Two lines and\u200e more", []),
        ({"description": "a\0b\ud83dc\td"}, "description", "abc\td", []),
        ({"brand": "x" * 200}, "brand", "x" * 100, [("brand", "too_long")]),
        ({"gtin": "9" * 71}, "gtin", "", [("gtin", "too_long")]),
        ({"price": Decimal("-1")}, "price", None, [("price", "no_price")]),
        ({"price": Decimal("NaN")}, "price", None, [("price", "no_price")]),
        ({"price": Decimal("9999999999.9999")}, "price", "9999999999.9999", []),
        ({"price": Decimal("9999999999.99995")}, "price", None, [("price", "out_of_range")]),
        ({"price": Decimal("1E+40")}, "price", None, [("price", "out_of_range")]),
        ({"price": Decimal("0.00004")}, "price", "0", []),
        ({"price": Decimal(5), "sale_price": Decimal(6)}, "sale_price", None, [("sale_price", "sale_above_price")]),
        ({"price": Decimal(5), "sale_price": Decimal(5)}, "sale_price", None, []),
        ({"currency": "eur "}, "currency", "EUR", []),
        ({"currency": "€"}, "currency", "", [("currency", "no_currency")]),
        ({"stock_quantity": 2**31}, "stock_quantity", 2**31 - 1, [("stock_quantity", "out_of_range")]),
        ({"stock_quantity": -(10**5000)}, "stock_quantity", -(2**31), [("stock_quantity", "out_of_range")]),
        ({"stock_quantity": float("inf")}, "stock_quantity", 0, [("stock_quantity", "no_number")]),
        ({"website_url": "javascript:alert(1)"}, "website_url", "", [("website_url", "no_address")]),
        ({"website_url": "https://a.example/" + "x" * 2000}, "website_url", "", [("website_url", "too_long")]),
        ({"website_url": "https://a.example/" + "x" * 1982}, "website_url", "https://a.example/" + "x" * 1982, []),
        ({"website_url": "https://a.example/a b"}, "website_url", "", [("website_url", "no_address")]),
        ({"tags": ("a\0", " ", "b")}, "tags", ["a", "b"], []),
        ({"sale_starts_at": DAY.replace(tzinfo=None)}, "sale_starts_at", "2026-12-01T00:00:00+00:00", []),
        ({"sale_starts_at": LATEST}, "sale_starts_at", None, [("sale_starts_at", "out_of_range")]),
        ({"sale_price": Decimal(1), "sale_starts_at": DAY, "sale_ends_at": DAY}, "sale_price", None, [("sale_ends_at", "sale_ends_first")]),
    ],
)  # fmt: skip
def test_each_kind_of_value(values, column, stored, told):
    found, codes = problems(**values)
    assert (found.values[column], codes) == (stored, told)


def test_problems_of_variations_say_which():
    odd = {"a\0": "b\0", "\0": "c"}
    one = StoreVariant("11", name="Red", price=Decimal(-1), sku="x" * 101, image=StoreImage("ftp://a"), attributes=odd)
    found, codes = problems(price=Decimal(5), variants=(one, one))
    assert codes == [("price", "no_price"), ("sku", "too_long"), ("images", "no_address")]
    assert {problem.subject for problem in found.problems} == {"Red"}
    (fitted,) = found.variants
    assert (fitted.values["attributes"], fitted.sku, fitted.image) == ({"a": "b"}, None, None)


def test_what_the_transform_could_not_read_is_told_as_well():
    problem = FieldProblem("price", "odd", "Odd.")
    assert problems(problems=(problem,), name="x" * 501)[1] == [("price", "odd"), ("name", "too_long")]


TEXT = st.text(st.characters(), max_size=40) | st.sampled_from(["", "\0", "\ud800", "ا" * 600, "https://a.example/" + "é" * 3000, "x\ty"])
NUMBERS = st.none() | st.decimals(allow_nan=True) | st.decimals(min_value=0, max_value=10**11, places=6)
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC)) | st.datetimes()
VARIANTS = st.builds(
    StoreVariant, external_id=st.sampled_from(["11", "12", "13"]), name=TEXT, sku=st.none() | TEXT, price=NUMBERS, sale_price=NUMBERS,
    sale_starts_at=MOMENTS, sale_ends_at=MOMENTS, track_stock=st.none() | st.booleans(), stock_quantity=st.none() | st.integers(),
    attributes=st.dictionaries(TEXT, TEXT, max_size=2), image=st.none() | st.builds(StoreImage, TEXT, TEXT), sort_order=st.integers(),
)  # fmt: skip
PRODUCTS = st.builds(
    StoreProduct, external_id=st.sampled_from(["1", "2"]), name=TEXT, sku=st.none() | TEXT, description=TEXT, short_description=TEXT,
    price=NUMBERS, sale_price=NUMBERS, sale_starts_at=MOMENTS, sale_ends_at=MOMENTS, currency=TEXT, stock_quantity=st.integers(),
    website_url=TEXT, gtin=TEXT, brand=TEXT, vendor=TEXT, product_type=TEXT, tags=st.lists(TEXT, max_size=3).map(tuple),
    images=st.lists(st.builds(StoreImage, TEXT, TEXT), max_size=3).map(tuple), variants=st.lists(VARIANTS, max_size=3).map(tuple),
)  # fmt: skip


@given(st.lists(PRODUCTS, min_size=1, max_size=3), st.lists(PRODUCTS, max_size=2))
def test_no_value_keeps_a_product_out(first, second):
    connection, shop, by_id = connect(TenantFactory()), FakeShop(), {}
    shop.transform = lambda raw: by_id[raw["id"]]
    for records in (first, second):
        for record in records:
            parts = tuple(replace(one, external_id=f"{record.external_id}-{one.external_id}") for one in record.variants)
            by_id[record.external_id] = replace(record, variants=parts)
            shop.put(record.external_id, repr(record))
        assert "failed" not in run_import(connection, shop).run.counts
    refs = ExternalRef.objects.filter(connection=connection, kind=RefKind.PRODUCT).select_related("product")
    assert {ref.external_id for ref in refs} == set(by_id)
    for ref in refs:
        record, product = by_id[ref.external_id], ref.product
        product.full_clean()
        assert set(record.name) >= set(product.name) - set(" Product12")
        parts = product.variants.filter(is_active=True).exclude(external_id="")
        assert {one.external_id for one in record.variants} == set(parts.values_list("external_id", flat=True))
        for part in [*product.variants.all(), *product.images.all()]:
            part.full_clean()
    assert run_import(connection, shop, full=True).run.counts == {"unchanged": len(by_id)}


def test_the_longest_and_strangest_are_told_with_their_field(tenant):
    connection, shop = connect(tenant), FakeShop()
    shop.put(1, "ш" * 600, brand="ب" * 150, price="12345678901.5", website_url="https://a.example/" + "x" * 2500, sku="K" * 120)
    shop.put(2, "Fine")
    done = run_import(connection, shop)
    assert done.run.counts == {"created": 2}
    issues = RunIssue.objects.filter(run=done.run)
    assert {issue.field for issue in issues} == {"name", "brand", "price", "website_url", "sku"}
    product = Product.objects.get(external_id="1")
    assert {(issue.product_id, issue.reference, issue.subject) for issue in issues} == {(product.pk, "1", "ш" * 200)}
    assert (product.name, product.brand, product.price, product.website_url, product.sku) == ("ш" * 500, "ب" * 100, None, "", "WC-1")


# --- the fingerprint --------------------------------------------------------------------------------------------------------------

LEAVES = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(JSON, JSON)
def test_different_answers_have_different_fingerprints(one, other):
    assert (content_hash(one, "1") == content_hash(other, "1")) == (repr(one) == repr(other))
    assert content_hash(one, "1") != content_hash(one, "2")


def test_any_answer_has_a_fingerprint():
    for raw in ({"a": "\ud800"}, {"a": 2**70}, {"a": Decimal("1.5")}, {"a": float("nan")}):
        assert len(content_hash(raw, "")) == 32
