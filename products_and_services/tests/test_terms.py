"""On what terms a choice is sold: where the variant is empty its product speaks, and nowhere else."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from products_and_services.snapshot import ProductSnapshot, VariantSnapshot
from products_and_services.terms import terms_of

EARLY, NOW, LATE = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 20, 30))
OWN = {"price": Decimal(9), "sale_price": Decimal(8), "track_stock": True, "stock_quantity": 4, "allow_backorder": True}


def product(**values) -> ProductSnapshot:
    return ProductSnapshot(**{"id": 1, "name": "Shirt", "sku": "A", "currency": "USD", "price": Decimal(10)} | values)


def variant(**values) -> VariantSnapshot:
    empty = {"id": 2, "name": "Red", "sku": "A-R", "price": None, "sale_price": None, "stock_quantity": None, "attributes": {},
             "is_default": False, "is_active": True}  # fmt: skip
    return VariantSnapshot(**empty | values)


def test_an_empty_variant_is_sold_as_its_product():
    shirt = product(**OWN, sale_starts_at=EARLY, sale_ends_at=LATE)
    assert terms_of(shirt, variant()) == terms_of(shirt)
    assert terms_of(product(), variant(**OWN, sale_starts_at=EARLY, sale_ends_at=LATE)) == terms_of(shirt)


@pytest.mark.parametrize("name", ["stock_quantity", "track_stock", "allow_backorder"])
def test_no_and_nothing_left_are_answers_not_emptiness(name):
    shirt = product(track_stock=True, stock_quantity=7, allow_backorder=True)
    assert getattr(terms_of(shirt, variant(**{name: 0})), name) == 0
    assert getattr(terms_of(shirt, variant(**{name: None})), name) == getattr(shirt, name)


@pytest.mark.parametrize(
    ("of_product", "of_variant", "in_stock", "may_be_ordered"),
    [
        ({"track_stock": False}, {"track_stock": True, "stock_quantity": 0}, False, False),
        ({"track_stock": False}, {"track_stock": True, "stock_quantity": 1}, True, True),
        ({"track_stock": False, "stock_quantity": 5}, {"track_stock": True}, True, True),  # Counted, and the count is the product's.
        ({"track_stock": False}, {"stock_quantity": 0}, True, True),  # A number that nobody counts by.
        ({"track_stock": True}, {"track_stock": False}, True, True),
        ({"track_stock": True}, {"track_stock": False, "stock_quantity": -3}, True, True),
        ({"track_stock": True}, {"allow_backorder": True}, False, True),
        ({"track_stock": True, "allow_backorder": True}, {"allow_backorder": False}, False, False),
        ({"track_stock": True, "allow_backorder": True}, {"stock_quantity": -3}, False, True),
        ({"is_available": False}, {"track_stock": False, "allow_backorder": True}, False, False),
    ],
)  # fmt: skip
def test_stock(of_product, of_variant, in_stock, may_be_ordered):
    terms = terms_of(product(**of_product), variant(**of_variant))
    assert (terms.is_in_stock, terms.may_be_ordered) == (in_stock, may_be_ordered)


@pytest.mark.parametrize(
    ("of_product", "own", "is_on"),
    [
        ((None, None), (EARLY, LATE), True),
        ((None, None), (LATE, None), False),  # Opens later.
        ((None, None), (None, EARLY), False),  # Over.
        ((None, NOW), (None, None), False),  # Its product's is over at this very moment.
        ((NOW, None), (None, None), True),  # And begins at this very moment.
        ((LATE, None), (None, LATE), True),  # One date of its own is a window of its own: the product's start does not count.
        ((None, EARLY), (EARLY, None), True),
        ((EARLY, LATE), (LATE, None), False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("own_price", [Decimal(6), None], ids=["own sale price", "the product's"])
def test_a_window_is_the_variants_with_either_date_else_the_products(of_product, own, is_on, own_price):
    shirt = product(sale_price=Decimal(7), sale_starts_at=of_product[0], sale_ends_at=of_product[1])
    terms = terms_of(shirt, variant(sale_price=own_price, sale_starts_at=own[0], sale_ends_at=own[1]))
    assert terms.sale_at(NOW, terms.price) == ((own_price or Decimal(7)) if is_on else None)


@pytest.mark.parametrize(("sale", "usual", "shown"), [("9.996", "10", None), ("9.994", "10", "9.99"), ("0", "10", None), ("5", None, None)])
def test_a_sale_is_a_reduction_as_people_see_it(sale, usual, shown):
    terms = terms_of(product(sale_price=Decimal(sale), price=usual and Decimal(usual)))
    assert terms.sale_at(NOW, terms.price) == (shown and Decimal(shown))
