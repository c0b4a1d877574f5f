"""Is what Meta shows what we want? Prices come back as text, in the style of wherever the token's owner lives."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import decimals_of
from meta_integration.catalog.compare import amounts_of, differences, is_hidden, same_amount
from meta_integration.catalog.items import carriers_of
from meta_integration.catalog.record import Surroundings, build_record
from products_and_services.snapshot import ImageSnapshot, ProductSnapshot
from sandbox.graph import money

CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD", "HUF", "XOF"])


@st.composite
def prices(draw, currency: str) -> Decimal:
    return Decimal(draw(st.integers(1, 10**9))).scaleb(-decimals_of(currency))


@given(data=st.data(), currency=CURRENCIES, style=st.sampled_from(["en", "de"]))
def test_every_amount_is_recognised_in_either_style(data, currency, style):
    amount = data.draw(prices(currency))
    assert same_amount(amount, currency, money.shown(money.canonical(amount, currency), style))


@given(data=st.data(), currency=CURRENCIES.filter(lambda code: code != "KWD"), style=st.sampled_from(["en", "de"]))
def test_no_other_amount_is_taken_for_it(data, currency, style):
    amount, other = data.draw(prices(currency)), data.draw(prices(currency))
    other = data.draw(st.sampled_from([other, amount * 10, amount * 100, amount * 1000]))
    shown = money.shown(money.canonical(other, currency), style)
    assert same_amount(amount, currency, shown) == (amount == other)


@pytest.mark.parametrize(
    ("shown", "decimals", "meant"),
    [
        ("$1,299.00", 2, {"1299.00"}), ("1.299,00\u00a0€", 2, {"1299.00"}), ("¥1,500", 0, {"1500"}), ("1\u202f299,50 €", 2, {"1299.50"}),
        ("CHF 1'299.50", 2, {"1299.50"}), ("₹1,23,456.00", 2, {"123456.00"}), ("$12", 2, {"12"}), ("1.299 Ft", 2, {"1299"}),
        ("KWD 1.299", 3, {"1.299", "1299"}), ("KWD 1,299.500", 3, {"1299.500"}), ("1,299,000", 0, {"1299000"}), ("$0.12", 2, {"0.12"}),
        ("١٢٫٥٠ د.ك", 3, {"12.50"}), ("on request", 2, set()), ("", 2, set()),
    ],
)  # fmt: skip
def test_what_a_formatted_price_may_mean(shown, decimals, meant):
    assert amounts_of(shown, decimals) == {Decimal(amount) for amount in meant}


def test_a_price_that_cannot_be_read_says_nothing_and_an_empty_one_differs():
    assert same_amount(Decimal(5), "USD", "on request")
    assert not same_amount(Decimal(5), "USD", "")


@pytest.fixture
def wanted():
    product = ProductSnapshot(
        id=1, name="Panel", sku="A-1", currency="USD", price=Decimal(12), sale_price=Decimal(9), stock_quantity=1,
        sale_starts_at=datetime(2026, 11, 1, tzinfo=UTC), sale_ends_at=datetime(2026, 12, 1, tzinfo=UTC),
        images=(ImageSnapshot("https://img.example/1.jpg", is_local=False),),
    )  # fmt: skip
    around = Surroundings(tenant_name="Solar", sub_domain="solar", public_base_url="https://crm.example")
    return build_record(carriers_of(product)[0], around, datetime(2026, 11, 20, tzinfo=UTC))


RIGHT = {
    "id": "1", "retailer_id": "A-1", "name": "Panel", "description": "Panel", "url": "https://crm.example/p/solar/A-1",
    "image_url": "https://img.example/1.jpg", "brand": "Solar", "price": "$12.00", "currency": "USD", "sale_price": "$9.00",
    "sale_price_start_date": "2026-11-01T00:00:00+0000", "sale_price_end_date": "2026-12-01T00:00:00+0000", "availability": "in stock",
    "condition": "new", "visibility": "published",
}  # fmt: skip


def test_an_item_that_is_right(wanted):
    assert differences(wanted, RIGHT) == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Other"), ("description", None), ("price", "$120.00"), ("price", "$0.12"), ("price", ""), ("sale_price", None),
        ("sale_price", "$90.00"), ("availability", "out of stock"), ("visibility", "staging"), ("image_url", "https://x.example/2.jpg"),
        ("brand", "Nobody"), ("currency", "EUR"), ("color", "Red"), ("custom_label_0", "x"), ("origin_country", "IN"),
        ("retailer_product_group_id", "G"), ("additional_image_urls", ["https://x.example/3.jpg"]), ("category", "212"),
        ("sale_price_end_date", "2026-12-02T00:00:00+0000"), ("sale_price_start_date", None),
    ],
)  # fmt: skip
def test_each_readable_difference_is_seen(wanted, field, value):
    assert set(differences(wanted, RIGHT | {field: value})) == {field}


def test_an_ungrouped_item_may_name_itself_as_its_group(wanted):
    assert differences(wanted, RIGHT | {"retailer_product_group_id": "A-1"}) == {}
    assert set(differences(replace(wanted, group_id="G"), RIGHT)) == {"retailer_product_group_id"}


def test_no_sale_here_and_none_there(wanted):
    plain = replace(wanted, sale_price=None, sale_starts_at=None, sale_ends_at=None)
    assert differences(plain, RIGHT | {"sale_price": "$0.00"}) == {}
    assert set(differences(plain, RIGHT)) == {"sale_price"}


def test_both_words_for_hidden():
    assert [is_hidden({"visibility": word}) for word in ("staging", "hidden", "published", None)] == [True, True, False, False]
