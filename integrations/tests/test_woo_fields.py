"""Fields as plugins, imports and SQL may leave them: what is read, and what is noted."""

import copy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.providers.woocommerce.transform import transform_product
from integrations.records import StoreProduct
from integrations.tests.woo_recordings import recorded

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def read(**changes: Any) -> StoreProduct:
    return transform_product(recorded("no-sku-1") | changes, currency="SAR", now=NOW)


def codes(product: StoreProduct) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in product.problems]


@pytest.mark.parametrize(
    ("written", "price"),
    [
        ("19.99999", "19.99999"), ("12,50", "12.5"), ("1.234,50", "1234.5"), ("1,234.50", "1234.5"), (".5", "0.5"),
        ("0", "0"), ("0.00", "0"), (10, "10"), (9.5, "9.5"), (" 7 ", "7"), ("9999999999.9999", "9999999999.9999"),
    ],
)  # fmt: skip
def test_prices_that_can_be_read(written: Any, price: str) -> None:
    product = read(regular_price=written, price="")
    assert (product.price, codes(product)) == (Decimal(price), [])


@pytest.mark.parametrize(
    "written",
    ["abc", "1,234", "-5", -5, "10000000000", 10**400, "9" * 500, float("nan"), float("inf"), True, [], {"a": 1}, "1e3",
     "99999999999.99999"],
)  # fmt: skip
def test_prices_that_cannot(written: Any) -> None:
    product = read(regular_price=written)
    assert product.price is None
    assert [field for field, _ in codes(product)] == ["price"]


@pytest.mark.parametrize("blank", ["", None, "  "])
def test_without_a_usual_price_the_one_it_is_sold_for_counts(blank: Any) -> None:
    product = read(regular_price=blank, price="8", sale_price="8")
    assert (product.price, product.sale_price) == (Decimal(8), None)
    assert read(regular_price=blank, price=blank).price is None


def sale(start: Any = None, end: Any = None, **changes: Any) -> StoreProduct:
    return read(regular_price="10", sale_price="8", date_on_sale_from_gmt=start, date_on_sale_to_gmt=end, **changes)


def test_sales() -> None:
    tomorrow, yesterday = "2026-11-21T09:00:00", "2026-11-19T09:00:00"
    assert sale(on_sale=True).sale_price == Decimal(8)
    assert sale(on_sale=True, price="10").sale_price == Decimal(8)  # The shop's cron has not run yet.
    assert sale(on_sale=False).sale_price is None  # Switched off by a plugin.
    assert sale(tomorrow, on_sale=False).sale_starts_at == NOW + timedelta(days=1)
    assert sale(yesterday, tomorrow, on_sale=True).sale_ends_at == NOW + timedelta(days=1)
    assert sale("2026-11-18T09:00:00", yesterday, on_sale=True).sale_price is None  # Over: an answer out of a cache.
    assert sale(None, yesterday, on_sale=False).sale_price is None
    assert sale(None, "9999-12-31T23:59:59", on_sale=True).sale_ends_at is None
    assert sale("0001-01-01T00:00:00+14:00", on_sale=True).problems[0].code == "not_a_date"
    assert sale("2026-11-25T11:00:00+03:00", on_sale=False).sale_starts_at == datetime(2026, 11, 25, 8, tzinfo=UTC)


@pytest.mark.parametrize("zero", ["0", "0.00", 0, " 0 "])
def test_what_the_shop_gives_away_is_not_sold_for_its_usual_price(zero: Any) -> None:
    product = read(regular_price="10", sale_price=zero, on_sale=True)
    assert (product.price, product.sale_price, codes(product)) == (Decimal(0), None, [("sale_price", "given_away")])


@pytest.mark.parametrize("none", ["", None, "  ", "-1", "abc"])
def test_no_sale_price_is_no_gift(none: Any) -> None:
    product = read(regular_price="10", sale_price=none, on_sale=True)
    assert (product.price, product.sale_price) == (Decimal(10), None)


def test_a_gift_has_its_time() -> None:
    tomorrow, yesterday = "2026-11-21T09:00:00", "2026-11-19T09:00:00"

    def price(start: Any, end: Any, **changes: Any) -> Decimal | None:
        return read(regular_price="10", sale_price="0", date_on_sale_from_gmt=start, date_on_sale_to_gmt=end, **changes).price

    unsaid = {"on_sale": None}
    assert price(yesterday, tomorrow, on_sale=True) == price(yesterday, tomorrow, **unsaid) == price(None, None, **unsaid) == 0
    assert price(tomorrow, None, on_sale=False) == price(tomorrow, None, **unsaid) == 10
    assert price(None, yesterday, on_sale=True) == price(None, yesterday, **unsaid) == price(None, None, on_sale=False) == 10
    assert read(regular_price="0", sale_price="0", on_sale=True).problems == ()


def test_without_a_clock_a_sale_keeps_its_times() -> None:
    assert transform_product(recorded("sale-over")).sale_ends_at == datetime(2026, 11, 15, 8, 42, 40, tzinfo=UTC)


@pytest.mark.parametrize("moment", ["soon", 5, [], "2026-13-01T00:00:00", True])
def test_a_sale_whose_dates_cannot_be_read_is_none(moment: Any) -> None:
    product = sale(moment, on_sale=True)
    assert (product.price, product.sale_price, codes(product)) == (Decimal(10), None, [("sale_starts_at", "not_a_date")])


def test_a_sale_that_is_none() -> None:
    assert codes(read(regular_price="10", sale_price="11")) == [("sale_price", "sale_not_lower")]
    assert (read(regular_price="10", sale_price="10").sale_price, codes(read(regular_price="10", sale_price="10"))) == (None, [])
    assert codes(sale("2026-11-25T09:00:00", "2026-11-24T09:00:00")) == [("sale_ends_at", "sale_ends_first")]


@pytest.mark.parametrize(
    ("written", "stock"),
    [
        ({"manage_stock": True, "stock_quantity": 2.9}, (True, 2, False)),
        ({"manage_stock": True, "stock_quantity": "3.5"}, (True, 3, False)),
        ({"manage_stock": True, "stock_quantity": -0.5, "backorders": "yes"}, (True, -1, True)),
        ({"manage_stock": True, "stock_quantity": 2, "stock_status": "outofstock"}, (True, 0, False)),  # Below the shop's threshold.
        ({"manage_stock": True, "stock_quantity": None, "stock_status": "instock"}, (False, 0, False)),
        ({"manage_stock": True, "stock_quantity": None, "stock_status": "onbackorder"}, (True, 0, True)),
        ({"manage_stock": False, "stock_quantity": 5, "stock_status": "outofstock"}, (True, 0, False)),
        ({"manage_stock": "yes", "stock_quantity": 5}, (True, 5, False)),
        ({"manage_stock": "no", "stock_status": "instock"}, (False, 0, False)),
        ({"manage_stock": None, "stock_status": None}, (False, 0, False)),
    ],
)
def test_stock(written: dict[str, Any], stock: tuple[bool, int, bool]) -> None:
    product = read(**written)
    assert (product.track_stock, product.stock_quantity, product.allow_backorder) == stock
    assert codes(product) == []


@pytest.mark.parametrize(
    ("written", "stock", "code"),
    [
        ({"manage_stock": False, "stock_status": "preorder"}, (False, 0), "unknown_stock_status"),
        ({"manage_stock": True, "stock_quantity": "many"}, (False, 0), "not_a_number"),
        ({"manage_stock": True, "stock_quantity": {}, "stock_status": "outofstock"}, (True, 0), "not_a_number"),
    ],
)
def test_stock_that_is_noted(written: dict[str, Any], stock: tuple[bool, int], code: str) -> None:
    product = read(**written)
    assert (product.track_stock, product.stock_quantity) == stock
    assert codes(product) == [("stock_quantity", code)]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Salt &amp; Pepper", "Salt & Pepper"), ("R&D", "R&D"), ("a < b > c", "a < b > c"), ("<script>x</script>Tea", "Tea"),
        ("Two\nlines", "Two lines"), ("a\x00b\ud800", "ab"), (12, "12"), ("<![ odd", "<![ odd"), ("x" * 600, "x" * 600),
    ],
)  # fmt: skip
def test_names(written: Any, name: str) -> None:
    product = read(name=written)
    assert (product.name, product.problems) == (name, ())


def test_markup_cannot_run() -> None:
    product = read(
        description='<p onclick="x">a<img src=x onerror=y><a href="javascript:x">b</a><a href="/c">c</a>'
        '<a href="https://d.example/?a=1&amp;b=2" target="_blank" title="t">d</a><svg><script>s</script></svg><!-- e -->'
        "<button>f</button></p>"
    )
    assert product.description == (
        '<p>a<a rel="nofollow noopener noreferrer">b</a><a rel="nofollow noopener noreferrer">c</a>'
        '<a href="https://d.example/?a=1&amp;b=2" title="t" rel="nofollow noopener noreferrer">d</a>f</p>'
    )


@pytest.mark.parametrize("unit", ["<div>", "<p><b>", "<a b='", "<!--", "<script>", "&lt;script>", "<table><td>"])
def test_markup_of_any_shape_is_read_in_no_time_and_bounded(unit: str) -> None:
    product = read(description=unit * 40_000, name=unit * 40_000)
    assert len(product.description) <= 400_000
    assert "<script" not in product.description and "<div><div>" not in product.description


def test_a_text_that_is_too_long_is_cut_and_noted() -> None:
    product = read(short_description="<p>" + "word " * 30_000 + "</p>")
    assert len(product.short_description) < 100_100
    assert product.short_description.endswith("</p>")
    assert codes(product) == [("short_description", "too_long")]


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("https://s.example/a b.jpg", "https://s.example/a%20b.jpg"),
        ("//cdn.example/a.jpg", "https://cdn.example/a.jpg"),
        ("http://s.example/صورة.jpg?v=1", "http://s.example/%D8%B5%D9%88%D8%B1%D8%A9.jpg?v=1"),
        ("https://مثال.example:8443/a%20.jpg", "https://xn--mgbh0fb.example:8443/a%20.jpg"),
    ],
)
def test_picture_addresses(source: str, url: str) -> None:
    product = read(images=[{"src": source, "alt": "A &amp; B"}])
    assert [(image.url, image.alt) for image in product.images] == [(url, "A & B")]


@pytest.mark.parametrize(
    "source",
    ["/wp-content/a.jpg", "a.jpg", "ftp://s.example/a.jpg", "javascript:alert(1)", "data:image/png;base64,AAAA", "https://", "http://[::1",
     "https://user:word@s.example/a.jpg", "https://s.example:99999/", None, 5, [], "https://a b/c"],
)  # fmt: skip
def test_pictures_without_an_address_are_left_out(source: Any) -> None:
    product = read(images=[{"src": source}, {"src": "https://s.example/good.jpg"}, {"src": "https://s.example/good.jpg"}])
    assert [image.url for image in product.images] == ["https://s.example/good.jpg"]
    assert codes(product) == [("images", "no_web_address")]


@pytest.mark.parametrize("url", ["/p/1", "javascript:x", 5])
def test_a_page_without_an_address_is_noted(url: Any) -> None:
    product = read(permalink=url)
    assert (product.website_url, codes(product)) == ("", [("website_url", "no_web_address")])


def test_skus() -> None:
    assert (read(sku=["a"]).sku, codes(read(sku=["a"]))) == (None, [("sku", "not_a_text")])
    assert read(sku="A\u00a01\u200f\t2").sku == "A 1 2"
    assert read(sku=4711).sku == "4711"


def test_a_status_of_a_plugin_is_not_sold() -> None:
    for status in ("archived", None, 5, [], {}):
        product = read(status=status)
        assert (product.is_active, codes(product)) == (False, [("is_active", "unknown_status")])


def test_brand_and_bar_code() -> None:
    product = read(brands=[{"id": 1, "name": "A &amp; B"}, {"id": 2, "name": "C"}], global_unique_id=" 4006381333931 ")
    assert (product.brand, product.gtin) == ("A & B", "4006381333931")


def test_bar_codes_of_variations_are_theirs() -> None:
    raw = recorded("variable-mixed-variations")
    raw["_variations"][-1]["global_unique_id"] = "4006381333931"
    assert transform_product(raw).variants[0].attributes == {"Color": "Blue", "Size": "S", "gtin": "4006381333931"}


def test_a_variations_picture_that_is_the_products_is_none_of_its_own() -> None:
    raw = recorded("variable-mixed-variations")
    raw["images"] = [{"src": "https://s.example/main.jpg"}]
    for one, name in zip(raw["_variations"], ("main", "own", "main", "main"), strict=True):
        one["image"] = {"src": f"https://s.example/{name}.jpg"}
    assert [one.image and one.image.url for one in transform_product(raw).variants] == [None, None, "https://s.example/own.jpg", None]


def test_variations_that_are_none() -> None:
    raw = recorded("variable-mixed-variations")
    raw["_variations"] += [None, 5, {}, {"id": "x"}, copy.deepcopy(raw["_variations"][0])]
    product = transform_product(raw)
    assert len(product.variants) == 4
    assert [problem.code for problem in product.problems].count("not_a_variation") == 4
    assert not product.variants_are_complete
