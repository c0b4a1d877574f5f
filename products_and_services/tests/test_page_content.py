"""What the public page says, without a database."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from products_and_services.page_content import build_page, structured_data
from products_and_services.snapshot import ImageSnapshot, ProductSnapshot, VariantSnapshot

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EARLIER, LATER = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
PRODUCT = ProductSnapshot(id=1, name="Inverter", sku="A", currency="USD", price=Decimal("450"), stock_quantity=3)


def size(number, name, price=None, **values):
    fields = {"sku": None, "sale_price": None, "stock_quantity": None, "attributes": {}, "is_default": False, "is_active": True}
    return VariantSnapshot(id=number, name=name, price=None if price is None else Decimal(price), **{**fields, **values})


def page(product=PRODUCT, variant_id=None, language="en"):
    return build_page(product, variant_id, language, NOW)


@pytest.mark.parametrize(
    ("language", "currency", "shown"),
    [
        ("en", "USD", "$450.00"),
        ("de", "EUR", "450,00\xa0€"),
        ("nonsense", "USD", "$450.00"),
        ("en", "JPY", "¥450"),
        ("pt-BR", "USD", "US$\xa0450,00"),
    ],
)
def test_amounts_are_written_as_people_do(language, currency, shown):
    assert page(replace(PRODUCT, currency=currency), language=language).offer.price == shown


@pytest.mark.parametrize(
    ("starts", "ends", "on"),
    [(None, None, True), (EARLIER, LATER, True), (NOW, None, True), (LATER, None, False), (None, NOW, False), (None, EARLIER, False)],
)
def test_a_sale_opens_and_closes_by_the_clock(starts, ends, on):
    offer = page(replace(PRODUCT, sale_price=Decimal("400"), sale_starts_at=starts, sale_ends_at=ends)).offer
    assert (offer.price, offer.was) == (("$400.00", "$450.00") if on else ("$450.00", ""))


@pytest.mark.parametrize("sale", [Decimal("450"), Decimal("500"), Decimal("0")])
def test_what_is_no_reduction_is_no_sale(sale):
    assert page(replace(PRODUCT, sale_price=sale)).offer.was == ""


@pytest.mark.parametrize("price", [None, Decimal("0")])
def test_without_a_price_there_is_no_offer(price):
    content = page(replace(PRODUCT, price=price))
    assert content.offer.price == ""
    assert "offers" not in structured_data(content, url="https://x/p", sku="A", currency="USD")


@pytest.mark.parametrize(
    ("values", "available"),
    [
        ({}, True),
        ({"stock_quantity": 0}, False),
        ({"stock_quantity": 0, "track_stock": False}, True),
        ({"stock_quantity": 0, "allow_backorder": True}, True),
        ({"is_available": False, "track_stock": False}, False),
    ],
)
def test_stock(values, available):
    content = page(replace(PRODUCT, **values))
    assert content.offer.in_stock is available
    state = structured_data(content, url="u", sku="A", currency="USD")["offers"]["availability"]
    assert state == f"https://schema.org/{'InStock' if available else 'OutOfStock'}"


def test_sizes_are_listed_and_the_cheapest_is_the_price():
    pizza = replace(
        PRODUCT, price=Decimal("12"), variants=(size(1, "Large", "18"), size(2, "Small", "12"), size(3, "Old", "1", is_active=False))
    )
    content = page(pizza)
    assert [(choice.name, choice.price) for choice in content.choices] == [("Large", "$18.00"), ("Small", "$12.00")]
    assert (content.offer.price, content.starts_at_price) == ("$12.00", True)


def test_each_size_has_its_own_stock_and_sale_and_the_page_is_sold_out_only_when_all_are():
    small = size(1, "Small", "12", track_stock=True, stock_quantity=0)
    large = size(2, "Large", "18", sale_price=Decimal(15), sale_starts_at=EARLIER, sale_ends_at=LATER)
    late = size(3, "Party", "30", sale_price=Decimal(20), sale_starts_at=LATER, allow_backorder=True, track_stock=True, stock_quantity=-2)
    content = page(replace(PRODUCT, track_stock=False, sale_ends_at=EARLIER, variants=(small, large, late)))
    assert [(choice.price, choice.was, choice.in_stock) for choice in content.choices] == [
        ("$12.00", "", False), ("$15.00", "$18.00", True), ("$30.00", "", True),
    ]  # fmt: skip
    assert (content.offer.price, content.offer.in_stock) == ("$12.00", True)
    assert not page(replace(PRODUCT, variants=(small,))).offer.in_stock


def test_the_only_variant_of_a_simple_product_speaks_for_it():
    plain = replace(PRODUCT, variants=(size(1, "Default", "99", is_default=True, track_stock=True, stock_quantity=0),))
    assert (page(plain).offer.price, page(plain).offer.in_stock, page(plain).name) == ("$99.00", False, "Inverter")


def test_the_variant_shown_first_is_a_choice_too():
    content = page(replace(PRODUCT, variants=(size(1, "Red", is_default=True), size(2, "Blue"))))
    assert [choice.name for choice in content.choices] == ["Red", "Blue"]


def test_sizes_of_one_price_have_no_from():
    assert page(replace(PRODUCT, variants=(size(1, "Red"), size(2, "Blue")))).starts_at_price is False


def test_the_default_variant_of_a_simple_product_is_no_choice():
    assert page(replace(PRODUCT, variants=(size(1, "Default", is_default=True),))).choices == ()


def test_a_variants_own_page_shows_its_name_price_and_picture():
    red = size(7, "Red", "99", images=(ImageSnapshot("https://x/red.jpg", is_local=False),))
    shop = replace(PRODUCT, images=(ImageSnapshot("https://x/main.jpg", is_local=False),), variants=(red, size(8, "Blue", "5")))
    content = page(shop, variant_id=7)
    assert (content.name, content.offer.price, content.images[0]) == ("Inverter – Red", "$99.00", "https://x/red.jpg")
    assert [choice.is_shown for choice in content.choices] == [True, False]
    assert structured_data(content, url="u", sku="R", currency="USD")["offers"]["price"] == "99.00"


def test_markup_from_shops_is_read_as_text():
    assert page(replace(PRODUCT, description="<p>Pure&nbsp;sine</p><script>alert(1)</script>")).description == "Pure sine"
