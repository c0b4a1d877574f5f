"""Shopify's products in our records' words: prices, stock, status, options, pictures; and whatever a shop may write into any field."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.importing.fitting import fit
from integrations.providers.shopify.listing.products import LARGE
from integrations.providers.shopify.reading.shape import glance, shape
from integrations.providers.shopify.transform import UNSPOKEN, transform_product, transform_variants
from integrations.records import LOCKABLE, StoreProduct
from integrations.tests.shopify_double import picture, product, sized, variant

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LISTS = ("variants", "media", "collections")


def raw_of(node: dict[str, Any], **own: Any) -> dict[str, Any]:
    merged = {**node, **own}
    return shape({name: value for name, value in merged.items() if name not in LISTS}, {name: merged[name] for name in LISTS}, NOW)


def read(number: int = 1, currency: str = "EUR", **own: Any) -> StoreProduct:
    return transform_product(raw_of(product(number), **own), currency)


def codes(record: StoreProduct) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in record.problems]


def test_a_simple_product_is_its_only_variant() -> None:
    code = variant(10000, sku=" TEA-1 ", barcode="4006381 333931", price="8.50", compareAtPrice="10.00", inventoryQuantity=7)
    record = read(variants=[code], descriptionHtml="<p onclick='x()'>Good <b>tea</b><script>x</script></p>", tags=["green", "Bio", "green"])
    assert record.variants == ()
    assert (record.external_id, record.name, record.sku, record.gtin) == ("1", "Tea 1", "TEA-1", "4006381333931")
    assert (record.price, record.sale_price, record.currency) == (Decimal("10.00"), Decimal("8.50"), "EUR")
    assert (record.track_stock, record.stock_quantity, record.allow_backorder) == (True, 7, False)
    assert (record.vendor, record.product_type, record.tags) == ("Acme", "Tea", ("green", "Bio"))
    assert record.description == "<p>Good <b>tea</b></p>"
    assert record.website_url == "https://tea.example/products/1"
    assert record.is_active
    assert record.unspoken == {"short_description", "brand"}
    assert record.problems == ()


def test_options_become_attributes_and_the_title_is_never_split() -> None:
    options = [{"name": "Größe", "value": "40 / 42"}, {"name": "اللون", "value": "أحمر"}]
    first, second = sized(11, 2), variant(12, position=1, selectedOptions=options, barcode="12345670", sku="")
    record = read(variants=[first, second], media=[])
    assert [one.external_id for one in record.variants] == ["12", "11"]
    assert record.variants[0].attributes == {"Größe": "40 / 42", "اللون": "أحمر", "gtin": "12345670"}
    assert (record.variants[0].name, record.variants[0].sku) == ("40 / 42, أحمر", None)
    assert record.sku is None
    assert [one.sort_order for one in record.variants] == [0, 1]


def test_one_variant_with_a_real_option_is_a_choice_of_one() -> None:
    assert [one.attributes for one in read(variants=[sized(11, 1)]).variants] == [{"Size": "No. 1"}]


@pytest.mark.parametrize(
    ("price", "before", "expected"),
    [
        ("8.00", "10.00", ("10.00", "8.00")),
        ("8.00", "8.00", ("8.00", None)),
        ("8.00", "7.00", ("8.00", None)),
        ("8.00", "0.00", ("8.00", None)),
        ("8.00", None, ("8.00", None)),
        ("1500", "2000", ("2000", "1500")),  # yen
        ("1.250", None, ("1.250", None)),  # dinar
        ("0.00", None, ("0.00", None)),
        ("0.00", "10.00", ("0.00", None)),  # given away: never sold at what it cost before
        (None, "5.00", (None, None)),
    ],
)
def test_a_sale_is_a_price_below_the_one_before(price: str | None, before: str | None, expected: tuple[str | None, str | None]) -> None:
    record = read(variants=[variant(1, price=price, compareAtPrice=before)])
    assert (record.price, record.sale_price) == tuple(None if one is None else Decimal(one) for one in expected)


def test_a_variant_that_is_given_away_does_not_make_the_product_cost_nothing() -> None:
    assert read(variants=[sized(1, 1, price="0.00"), sized(2, 2, price="12.00")]).price == Decimal(12)
    assert read(variants=[sized(1, 1, price="0.00"), sized(2, 2, price="0.00")]).price == 0


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({"inventoryQuantity": 4}, (True, 4, False)),
        ({"inventoryQuantity": 0}, (True, 0, False)),
        ({"inventoryQuantity": -2}, (True, -2, False)),
        ({"inventoryQuantity": -2, "inventoryPolicy": "CONTINUE"}, (True, -2, True)),
        ({"inventoryItem": {"id": "x", "tracked": False}, "inventoryQuantity": -9}, (False, 0, False)),
        ({"inventoryQuantity": None, "availableForSale": True}, (False, 0, False)),
        ({"inventoryQuantity": None, "availableForSale": False}, (True, 0, False)),
        ({"inventoryQuantity": None, "availableForSale": False, "inventoryPolicy": "CONTINUE"}, (True, 0, True)),
    ],
)
def test_stock(own: dict[str, Any], expected: tuple[bool, int, bool]) -> None:
    record = read(variants=[variant(1, **own)])
    assert (record.track_stock, record.stock_quantity, record.allow_backorder) == expected
    one = read(variants=[sized(1, 1, **own), sized(2, 2)]).variants[0]
    assert (one.track_stock, one.stock_quantity, one.allow_backorder) == expected


def test_a_product_with_a_choice_has_the_lowest_price_and_all_the_stock() -> None:
    cheap, dear, odd = sized(1, 1, price="5.00", inventoryQuantity=-4), sized(2, 2, price="9.00"), sized(3, 3, price="oops")
    record = read(variants=[dear, cheap, odd])
    assert (record.price, record.sale_price) == (Decimal("5.00"), None)
    assert (record.track_stock, record.stock_quantity) == (True, 3)
    assert [one.is_active for one in record.variants] == [True, True, False]
    assert ("price", "not_an_amount") in codes(record)
    assert ("price", "variation_without_price") in codes(record)


@pytest.mark.parametrize(
    ("own", "is_active", "code"),
    [
        ({}, True, ""),
        ({"status": "UNLISTED"}, True, ""),
        ({"status": "DRAFT"}, False, ""),
        ({"status": "ARCHIVED"}, False, ""),
        ({"status": "SOMEDAY"}, False, "unknown_status"),
        ({"status": None}, False, "unknown_status"),
        ({"publishedAt": None}, False, "not_published"),
        ({"publishedAt": "2026-11-26T12:00:01Z"}, False, "not_published"),
        ({"publishedAt": "2026-11-26T12:00:00Z"}, True, ""),
        ({"publishedAt": "soon"}, False, "not_published"),
        ({"isGiftCard": True}, False, "gift_card"),
        ({"requiresSellingPlan": True}, False, "by_subscription"),
        ({"combinedListingRole": "PARENT"}, False, "combined_listing"),
        ({"combinedListingRole": "CHILD"}, True, ""),
        ({"variants": [variant(1, requiresComponents=True)]}, False, "bundle"),
    ],
)
def test_what_sells(own: dict[str, Any], is_active: bool, code: str) -> None:
    record = read(**own)
    assert record.is_active is is_active
    assert [problem.code for problem in record.problems] == ([code] if code else [])


def test_variants_that_are_bundles_are_left_out_of_what_sells() -> None:
    record = read(variants=[sized(1, 1, price="5.00"), sized(2, 2, price="3.00", requiresComponents=True)])
    assert [one.is_active for one in record.variants] == [True, False]
    assert (record.is_active, record.price, record.stock_quantity) == (True, Decimal("5.00"), 3)
    assert codes(record) == [("variants", "bundle")]


def test_pictures_that_are_ready_the_featured_one_first_each_once() -> None:
    again = picture(9, image={"url": "https://cdn.shopify.com/s/files/1/0001/2.jpg?v=77"})
    film = {"id": "gid://shopify/Video/8", "alt": "", "mediaContentType": "VIDEO", "status": "READY"}
    media = [picture(1, alt="One"), picture(2), again, picture(3, status="PROCESSING", image=None), picture(4, status="FAILED"), film]
    record = read(media=media, featuredMedia={"id": "gid://shopify/MediaImage/2"})
    assert [one.url.rpartition("/")[2] for one in record.images] == ["2.jpg?v=1", "1.jpg?v=1"]
    assert record.images[1].alt == "One"
    assert record.problems == ()


def test_a_variants_picture_counts_where_it_is_another_than_the_main_one() -> None:
    same = picture(1, image={"url": "https://cdn.shopify.com/s/files/1/0001/1.jpg?v=2"})
    record = read(media=[picture(1), picture(2)], variants=[sized(1, 1, media=[same]), sized(2, 2, media=[picture(2)]), sized(3, 3)])
    assert [one.image and one.image.url[-9:] for one in record.variants] == [None, "2.jpg?v=1", None]


def test_collections_are_shelves() -> None:
    shelves = [{"id": "gid://shopify/Collection/9", "title": "B"}, {"id": "gid://shopify/Collection/3", "title": "A"}]
    assert read(collections=shelves).category_ids == ("3", "9")


def test_a_barcode_of_the_shops_own_is_no_gtin() -> None:
    assert read(variants=[variant(1, barcode="SHELF-12")]).gtin == ""
    assert read(variants=[variant(1, barcode="SHELF-12")]).problems == ()


def test_the_same_sku_twice_is_left_to_the_importer() -> None:
    record = read(variants=[sized(1, 1, sku="A"), sized(2, 2, sku="A")])
    assert [one.sku for one in record.variants] == ["A", "A"]


def test_variants_that_did_not_all_come_are_not_taken_for_all() -> None:
    raw = raw_of(product(1), variants=[sized(1, 1)], variantsCount={"count": 2})
    assert raw["variantsComplete"] is False
    assert not transform_product(raw).variants_are_complete
    assert transform_product(raw_of(product(1), variantsCount={"count": 1})).variants_are_complete


@pytest.mark.parametrize("counted", [None, {"count": 0}, {"count": 1}])
def test_a_product_whose_variants_did_not_come_keeps_what_they_say(counted: Any) -> None:
    """At Shopify each has one at least: none is no product without SKU and price that is always in stock."""
    record = transform_product(raw_of(product(1), variants=[], variantsCount=counted))
    assert not record.variants_are_complete
    assert record.unspoken >= {"sku", "gtin", "price", "sale_price", "track_stock", "stock_quantity", "allow_backorder"}


def test_variants_alone() -> None:
    raw = raw_of(product(1), variants=[sized(1, 1), sized(2, 2)])
    assert transform_variants(raw) == list(transform_product(raw).variants)
    assert [one.external_id for one in transform_variants(raw, [sized(5, 1), sized(6, 2)])] == ["5", "6"]


def test_a_currency_that_is_none_is_left_out() -> None:
    assert read(currency="kr").currency == ""


def test_a_glance_moves_with_status_change_stock_and_publication() -> None:
    node = product(1)
    raw = raw_of(node)
    assert glance(raw) == glance({name: node[name] for name in ("status", "updatedAt", "publishedAt", "totalInventory")}, NOW) != ""
    moved = [{"status": "DRAFT"}, {"updatedAt": "2026-11-26T11:00:00Z"}, {"totalInventory": 2}, {"publishedAt": "2027-01-01T00:00:00Z"}]
    assert len({glance(raw_of(node, **own)) for own in ({}, *moved)}) == 5
    assert glance({name: value for name, value in raw.items() if name != "updatedAt"}) == ""


KEYS = st.text(max_size=5) | st.sampled_from(["id", "nodes", "image", "name", "tracked"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["ACTIVE", "gid://shopify/Product/7", "1.5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
FIELDS = sorted(raw_of(product(1)))
OF_VARIANT, OF_MEDIA = sorted(variant(1)), sorted(picture(1))


@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING))
def test_whatever_a_field_of_a_product_holds_the_rest_comes_in(own: dict[str, Any]) -> None:
    record = transform_product(raw_of(product(1, media=[picture(1)])) | own, "EUR")
    fit(record)
    if "title" not in own:
        assert record.name == "Tea 1"
    if not {"variants", "variantsComplete"} & own.keys():
        assert (record.sku, record.price) == ("V-10000", Decimal("10.00"))


@given(st.dictionaries(st.sampled_from(OF_VARIANT), ANYTHING), st.dictionaries(st.sampled_from(OF_MEDIA), ANYTHING))
def test_whatever_a_variant_or_a_picture_holds_the_others_come_in(own: dict[str, Any], seen: dict[str, Any]) -> None:
    raw = raw_of(product(1)) | {"variants": [sized(1, 1), sized(2, 2) | own], "media": [picture(1), picture(2) | seen]}
    record = transform_product(raw, "EUR")
    fit(record)
    assert record.variants[0].external_id == "1"
    assert record.variants[0].price == Decimal("10.00")
    assert record.images[0].url.endswith("1.jpg?v=1")


@given(ANYTHING)
def test_whatever_comes_instead_of_a_product_nothing_is_raised(raw: Any) -> None:
    fit(transform_product(raw))
    transform_variants(raw)


def test_the_documentation_names_every_field() -> None:
    text = (Path(__file__).parents[2] / "docs/stores.md").read_text()
    table = text.partition("## What Shopify's fields become\n")[2].partition("\n\n| in Shopify | here |")[0]
    told = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1] if "|" in row else "")}
    assert told == set(LOCKABLE) - UNSPOKEN - {"sale_starts_at", "sale_ends_at"}
    assert f"fewer than {LARGE:,} variants" in text
