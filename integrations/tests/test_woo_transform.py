"""Every product that a real WooCommerce gave us, and what becomes of it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.providers.woocommerce.transform import transform_product, transform_variations
from integrations.records import StoreProduct
from integrations.tests.woo_recordings import old_store, recorded, recorded_names, sample, sample_products

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def read(raw: dict[str, Any] | str, **changes: Any) -> StoreProduct:
    raw = recorded(raw) if isinstance(raw, str) else raw
    return transform_product(raw | changes, currency="SAR", now=NOW)


def codes(product: StoreProduct) -> list[str]:
    return [problem.code for problem in product.problems]


@pytest.mark.parametrize("name", recorded_names())
def test_every_recorded_product_comes_in_whole(name: str) -> None:
    product = read(name)
    assert product.external_id == str(recorded(name)["id"])
    assert product.name
    assert product.currency == "SAR"
    assert product.variants_are_complete
    assert product.unspoken == {"vendor", "product_type"}
    assert product.website_url.startswith("https://127.0.0.1:8082/")


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in recorded_names()
        if name not in ("external", "grouped", "hidden-from-catalog", "password-protected", "variable-mixed-variations")
    ],
)
def test_nothing_is_noted_where_nothing_is_wrong(name: str) -> None:
    assert read(name).problems == ()


def test_text() -> None:
    product = read("html-arabic-entities")
    assert product.name == "قميص & بنطال جديد 🎁 “quoted”"
    assert product.description == ("<h2>وصف</h2>\n<p></p>\n<p>Line &amp; line<br>two</p>\n<p></p>\n<p>plain paragraph after</p>")
    assert product.short_description == "<ul>\n<li>قطن ١٠٠٪</li>\n<li>A&nbsp;B</li>\n</ul>"
    assert product.tags == ("50% off", "eco", "Father's Day", "جديد")
    assert product.category_ids == ("30", "33", "31")
    assert [image.url.rsplit("/", 1)[1] for image in product.images][:2] == ["vneck-tee-2.jpg", "vnech-tee-green-1.jpg"]
    assert product.website_url == (
        "https://127.0.0.1:8082/product/%d9%82%d9%85%d9%8a%d8%b5-%d8%a8%d9%86%d8%b7%d8%a7%d9%84-%d8%ac%d8%af%d9%8a%d8%af-%f0%9f%8e%81-quoted/"
    )
    assert (product.price, product.sale_price) == (Decimal("149.90"), Decimal("99.5"))
    assert (product.track_stock, product.stock_quantity) == (True, 7)


def test_long_texts_are_whole() -> None:
    product = read("long-description")
    assert product.name == " ".join(["Very long name"] * 16)
    assert product.sku == "EDGE-LONG-" + "X" * 70
    assert product.price == Decimal("999999.99")
    assert product.description.startswith("<p>")


@pytest.mark.parametrize(
    ("name", "sku"),
    [("no-sku-1", None), ("duplicate-sku-a", "EDGE-DUP"), ("duplicate-sku-b", "EDGE-DUP"), ("sku-with-space-and-case", "edge-sku / 42 ب")],
)
def test_skus_are_the_shops_own(name: str, sku: str | None) -> None:
    assert read(name).sku == sku


@pytest.mark.parametrize(
    ("name", "price", "sale"),
    [
        ("no-price", None, None),
        ("price-zero", "0", None),
        ("price-many-decimals", "19.99999", "5"),
        ("price-comma-in-meta", "1250", None),
        ("sale-over", "10", None),
        ("sale-in-the-future", "10", "8"),
        ("grouped", None, None),  # 10 is the lowest price of what it shows.
        ("external", "20", None),
    ],
)
def test_prices(name: str, price: str | None, sale: str | None) -> None:
    product = read(name)
    assert product.price == (None if price is None else Decimal(price))
    assert product.sale_price == (None if sale is None else Decimal(sale))


def test_a_sale_to_come_has_its_times() -> None:
    product = read("sale-in-the-future")
    assert product.sale_starts_at == datetime(2026, 11, 25, 8, 42, 40, tzinfo=UTC)
    assert product.sale_ends_at == datetime(2026, 11, 29, 8, 42, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "track", "quantity", "backorder"),
    [
        ("stock-negative-backorders-notify", True, -3, True),
        ("stock-zero-managed", True, 0, False),
        ("stock-managed-null-quantity", True, 0, False),
        ("unmanaged-outofstock", True, 0, False),
        ("unmanaged-onbackorder", True, 0, True),
        ("virtual-downloadable", False, 0, False),
    ],
)
def test_stock(name: str, track: bool, quantity: int, backorder: bool) -> None:
    product = read(name)
    assert (product.track_stock, product.stock_quantity, product.allow_backorder) == (track, quantity, backorder)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("status-draft", None),
        ("status-pending", None),
        ("status-private", None),
        ("status-future", None),
        ("status-trash", None),
        ("variable-draft", None),
        ("password-protected", "behind_password"),
        ("hidden-from-catalog", "hidden_in_shop"),
        ("grouped", "not_sold_here"),
        ("external", "not_sold_here"),
    ],
)
def test_what_the_shop_does_not_sell_in_the_open_is_inactive(name: str, code: str | None) -> None:
    product = read(name)
    assert not product.is_active
    assert codes(product) == ([code] if code else [])


@pytest.mark.parametrize("name", ["unknown-type-bundle", "plugin-meta", "custom-attributes-simple", "virtual-downloadable", "price-zero"])
def test_what_is_sold_is_active(name: str) -> None:
    assert read(name).is_active


def test_a_type_of_a_plugin_is_kept_but_not_sold() -> None:
    product = read("no-sku-1", type="booking", regular_price="", price="5")
    assert (product.is_active, product.price, codes(product)) == (False, None, ["not_sold_here"])
    assert "booking" in product.problems[0].message


def test_a_variation_among_the_products_is_not_sold_as_one() -> None:
    product = read(sample("a variation read as a product"))
    assert not product.is_active
    assert product.problems[0].code == "not_sold_here"


# --- variations -------------------------------------------------------------------------------------------------------------
def test_variations_have_prices_stock_and_state_of_their_own() -> None:
    product = read("variable-mixed-variations")
    on_sale, unpriced, disabled, to_order = product.variants
    assert [one.external_id for one in product.variants] == ["97", "98", "99", "100"]
    assert [one.sort_order for one in product.variants] == [0, 1, 2, 3]
    assert (on_sale.name, on_sale.sku, on_sale.price, on_sale.sale_price) == ("Blue, S", "EDGE-V-MIX-1", Decimal(20), Decimal(15))
    assert on_sale.attributes == {"Color": "Blue", "Size": "S"}
    assert (on_sale.track_stock, on_sale.stock_quantity, on_sale.is_active) == (True, 0, True)
    assert (unpriced.price, unpriced.is_active) == (None, False)
    assert (disabled.price, disabled.is_active) == (Decimal(30), False)
    assert (to_order.track_stock, to_order.stock_quantity, to_order.allow_backorder) == (True, 0, True)
    assert (product.price, product.sale_price) == (Decimal(20), None)
    assert [(problem.subject, problem.code) for problem in product.problems] == [("Red, S (#98)", "variation_without_price")]


def test_a_variation_without_sku_does_not_take_its_parents() -> None:
    product = read("variable-any-attribute")
    assert [(one.name, one.sku) for one in product.variants] == [("S", "EDGE-V-ANY-S"), ("L / M / S, Cotton / Wool", None)]
    assert [one.attributes for one in product.variants] == [{"Size": "S"}, {}]


def test_shared_stock_stays_the_products() -> None:
    product = read("variable-parent-managed-stock")
    shared, own = product.variants
    assert (product.track_stock, product.stock_quantity) == (True, 12)
    assert (shared.track_stock, shared.stock_quantity, shared.allow_backorder) == (None, None, None)
    assert (own.track_stock, own.stock_quantity, own.allow_backorder) == (True, 2, False)


def test_a_variable_product_without_variations_has_no_price() -> None:
    product = read("variable-without-variations")
    assert (product.variants, product.price, product.variants_are_complete) == ((), None, True)


def test_more_variations_than_one_page_holds() -> None:
    product = read("variable-120-variations")
    assert len(product.variants) == 120
    assert [one.external_id for one in product.variants] == [str(number) for number in recorded("variable-120-variations")["variations"]]


def test_a_listed_variation_that_did_not_come_leaves_the_set_open() -> None:
    raw = recorded("variable-120-variations")
    raw["_variations"].pop()
    assert not read(raw).variants_are_complete
    del raw["_variations"]
    product = read(raw)
    assert (product.variants, product.variants_are_complete) == ((), False)
    assert "price" in product.unspoken


def test_variations_of_a_draft_are_what_they_are() -> None:
    product = read("variable-draft")
    assert (product.is_active, product.variants[0].is_active) == (False, True)


def test_the_face_takes_variations_apart_from_their_product() -> None:
    raw = recorded("variable-mixed-variations")
    variations = raw.pop("_variations")
    assert transform_variations(raw) == []
    assert [one.name for one in transform_variations(raw, variations)] == ["Blue, S", "Red, S", "Green, S", "Green, M"]


# --- an older shop, and a usual one ------------------------------------------------------------------------------------------
def test_a_shop_of_version_7_9_says_nothing_of_brands_and_bar_codes() -> None:
    product = read(old_store("variable"))
    assert product.unspoken == {"vendor", "product_type", "gtin", "brand"}
    assert [one.name for one in product.variants] == ["Blue, Yes", "Red, No", "Green, No", "Blue, No"]
    assert [one.sort_order for one in product.variants] == [0, 1, 2, 3]
    assert product.variants[1].sale_price == Decimal(42)
    assert product.price == Decimal(45)
    assert product.variants_are_complete
    assert product.problems == ()
    assert read(old_store("simple")).problems == ()


def test_woocommerces_own_sample_shop() -> None:
    products = {raw["name"]: read(raw) for raw in sample_products()}
    assert len(products) == 18
    assert all(product.images for product in products.values())
    noted = [name for name, product in products.items() if product.problems]
    assert noted == ["Hoodie with Pocket", "Logo Collection", "WordPress Pennant"]  # Hidden, grouped, external.
    assert sorted(one.name for one in products["V-Neck T-Shirt"].variants) == ["Blue", "Green", "Red"]
