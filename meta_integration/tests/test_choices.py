"""One item, several choices with terms of their own: what Meta is told of sizes, of colours, and when the clock changes it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from meta_integration.catalog.advice import advice_on
from meta_integration.catalog.items import carriers_of
from meta_integration.catalog.record import availability_of, build_record, next_boundary
from meta_integration.tests.test_payload import AROUND, NOW, product, variant

MONDAY, TUESDAY, FRIDAY = (datetime(2026, 11, day, tzinfo=UTC) for day in (23, 24, 27))
PAST = datetime(2026, 11, 2, tzinfo=UTC)
COUNTED_OUT = {"track_stock": True, "stock_quantity": 0}


def sizes(*values, **of_product):
    """The one item of a product with these sizes."""
    made = [variant(number, name=f"size {number}", **each) for number, each in enumerate(values, start=1)]
    (carrier,) = carriers_of(product(**{"price": Decimal(10), "sku": "PIZZA"} | of_product, variants=tuple(made)))
    return carrier


def sale(carrier, now=NOW):
    made = build_record(carrier, AROUND, now)
    return made.sale_price, made.sale_starts_at, made.sale_ends_at


@pytest.mark.parametrize(
    ("choices", "of_product", "told"),
    [
        ([{"track_stock": True}, {"track_stock": True}], {"track_stock": False, "stock_quantity": 0}, "out of stock"),
        ([{"track_stock": True}, {}], {"track_stock": False, "stock_quantity": 0}, "in stock"),
        ([COUNTED_OUT, {"track_stock": False}], {}, "in stock"),
        ([COUNTED_OUT, COUNTED_OUT | {"allow_backorder": True}], {}, "available for order"),
        ([COUNTED_OUT | {"allow_backorder": True}, {"stock_quantity": 1}], {}, "in stock"),
        ([COUNTED_OUT | {"allow_backorder": False}, COUNTED_OUT], {"allow_backorder": True}, "available for order"),
        ([COUNTED_OUT | {"allow_backorder": False}], {"allow_backorder": True}, "out of stock"),
        ([{"track_stock": False, "is_active": False}, COUNTED_OUT], {}, "out of stock"),
        ([{"track_stock": False}], {"is_available": False}, "out of stock"),
        ([{"stock_quantity": 9}, COUNTED_OUT | {"price": Decimal(8)}], {"price": None}, "out of stock"),  # There are nine, for no price.
    ],
)  # fmt: skip
def test_an_item_is_in_stock_when_any_of_its_sizes_is(choices, of_product, told):
    assert availability_of(sizes(*choices, **of_product)) == told


def test_each_colour_has_its_own_stock_rules():
    colours = (variant(1, sku="R", **COUNTED_OUT), variant(2, sku="G", **COUNTED_OUT, allow_backorder=True), variant(3, sku="B"))
    carriers = carriers_of(product(track_stock=False, stock_quantity=0, variants=colours))
    assert [availability_of(carrier) for carrier in carriers] == ["out of stock", "available for order", "in stock"]


def test_the_only_variant_of_a_simple_product_speaks_for_it():
    (carrier,) = carriers_of(product(stock_quantity=5, variants=(variant(1, is_default=True, **COUNTED_OUT),)))
    assert availability_of(carrier) == "out of stock"


def test_sizes_on_sale_at_different_times_show_the_cheapest_that_is_open():
    pizza = sizes(
        {"sale_price": Decimal(5), "sale_starts_at": MONDAY, "sale_ends_at": TUESDAY},
        {"sale_price": Decimal(7), "sale_ends_at": FRIDAY},
        {"price": Decimal(20)},
        sale_price=Decimal(8),
        sale_starts_at=TUESDAY,
    )
    assert sale(pizza) == (Decimal(7), None, FRIDAY)
    assert sale(pizza, MONDAY) == (Decimal(5), MONDAY, TUESDAY)
    assert sale(pizza, TUESDAY) == (Decimal(7), None, FRIDAY)
    assert sale(pizza, FRIDAY) == (Decimal(8), TUESDAY, None)
    assert [next_boundary(pizza, now) for now in (NOW, MONDAY, TUESDAY, FRIDAY)] == [MONDAY, TUESDAY, FRIDAY, None]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("one", "other"), [(TUESDAY, FRIDAY), (FRIDAY, None)])
def test_of_sales_at_one_price_the_one_that_lasts_longest_is_told(one, other, turned):
    ends = [other, one] if turned else [one, other]
    made = sizes(*({"sale_price": Decimal(6), "sale_starts_at": PAST, "sale_ends_at": end} for end in ends))
    assert sale(made) == (Decimal(6), PAST, other)


def test_a_boundary_of_one_colour_is_none_of_the_others():
    own = variant(1, sku="R", sale_price=Decimal(5), sale_starts_at=MONDAY)
    shirt = product(price=Decimal(10), sale_price=Decimal(9), sale_starts_at=TUESDAY, variants=(own, variant(2, sku="B")))
    assert [next_boundary(carrier, NOW) for carrier in carriers_of(shirt)] == [MONDAY, TUESDAY]


def test_advice_looks_at_every_choices_own_sale_price():
    def codes(*choices, **of_product):
        return [note.code for note in advice_on(sizes(*choices, **of_product).product, AROUND)]

    assert codes({"sale_price": Decimal(12)}, {}) == ["sale_not_lower"]
    assert codes({"sale_price": Decimal(12)}, {"sale_price": Decimal(6)}) == []
    assert codes({"sale_price": Decimal(12)}, {}, sale_price=Decimal(6)) == []  # The other size is on the product's sale.
