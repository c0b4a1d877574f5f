"""Orders reserve stock of shops' products: all lines or none, once per order number, never more than there is."""

import pytest

from products_and_services.models import Product, ProductVariant, Revision, StockReservation
from products_and_services.reservations import NotEnough, NotReservable, Shortage, hand_over, release, release_some, reserve
from products_and_services.reserved import available_of_row
from products_and_services.tests.factories import ProductFactory, VariantFactory
from products_and_services.tests.reserving import held, line, shop_product
from products_and_services.undo.restore import restore_version

pytestmark = pytest.mark.django_db


def left(what):
    what = type(what).objects.get(pk=what.pk)
    return available_of_row(what.product, what) if isinstance(what, ProductVariant) else available_of_row(what)


def test_all_lines_or_none(tenant, announced):
    first, second = shop_product(tenant, name="Panel", stock_quantity=3), shop_product(tenant, name="Lamp", stock_quantity=1)
    announced.clear()
    with pytest.raises(NotEnough) as refused:
        reserve(tenant.pk, "ORD1", [line(first, 2), line(second, 2)])
    assert refused.value.shortages == [Shortage(second.pk, None, "Lamp", 2, 1)] and "Lamp: 2 wanted, 1 left" in str(refused.value)
    assert held() == {} and announced == []
    reserve(tenant.pk, "ORD1", [line(first, 2), line(second)])
    assert held() == {("ORD1", "Panel"): (2, "open"), ("ORD1", "Lamp"): (1, "open")}
    assert announced == [(tenant.pk, [first.pk, second.pk], False)]
    assert (left(first), left(second)) == (1, 0)


def test_said_again_it_changes_nothing(tenant, announced):
    product = shop_product(tenant, stock_quantity=3)
    first = reserve(tenant.pk, "ORD1", [line(product, 1), line(product, 1)])
    announced.clear()
    again = reserve(tenant.pk, "ORD1", [line(product, 2)])
    assert [row.pk for row in again] == [row.pk for row in first] and announced == []
    with pytest.raises(NotReservable, match="ORD1 has reserved something else"):
        reserve(tenant.pk, "ORD1", [line(product, 3)])
    assert release(tenant.pk, "ORD1", "cancelled") == 1 and left(product) == 3
    assert release(tenant.pk, "ORD1", "cancelled") == 0
    assert [row.state for row in reserve(tenant.pk, "ORD1", [line(product, 2)])] == ["closed"]  # A late repetition reopens nothing.
    assert left(product) == 3


def test_a_release_is_told_and_dated(tenant, announced):
    product = shop_product(tenant)
    reserve(tenant.pk, "ORD1", [line(product)])
    before = Product.objects.get(pk=product.pk).updated_at
    announced.clear()
    release(tenant.pk, "ORD1", "delivered")
    row = StockReservation.objects.get()
    assert (row.closed_why, row.closed_at is not None, announced) == ("delivered", True, [(tenant.pk, [product.pk], False)])
    assert Product.objects.get(pk=product.pk).updated_at > before


@pytest.mark.parametrize(
    ("of_product", "of_variant", "fits"),
    [
        ({"stock_quantity": 2}, {}, False),
        ({"stock_quantity": 3}, {}, True),
        ({"stock_quantity": 0, "allow_backorder": True}, {}, True),
        ({"stock_quantity": 0, "track_stock": False}, {}, True),
        ({"stock_quantity": 9}, {"stock_quantity": 2}, False),
        ({"stock_quantity": 0}, {"stock_quantity": 3}, True),
        ({"stock_quantity": 0}, {"allow_backorder": True}, True),
        ({"stock_quantity": 9, "allow_backorder": True}, {"stock_quantity": 1, "allow_backorder": False}, False),
        ({"stock_quantity": 0, "track_stock": False}, {"track_stock": True}, False),
    ],
)
def test_back_orders_and_what_is_not_counted_are_never_short(tenant, of_product, of_variant, fits):
    red = VariantFactory(product=shop_product(tenant, **of_product), **of_variant)
    if fits:
        assert len(reserve(tenant.pk, "ORD1", [line(red, 3)])) == 1
    else:
        with pytest.raises(NotEnough):
            reserve(tenant.pk, "ORD1", [line(red, 3)])


def test_variants_that_are_counted_together_share_what_is_left(tenant):
    shirt = shop_product(tenant, name="Shirt", stock_quantity=5)
    red, blue = VariantFactory(product=shirt, name="Red"), VariantFactory(product=shirt, name="Blue")
    own = VariantFactory(product=shirt, name="Green", stock_quantity=4)
    free = VariantFactory(product=shirt, name="White", track_stock=False)
    with pytest.raises(NotEnough) as refused:
        reserve(tenant.pk, "ORD1", [line(red, 3), line(blue, 3)])
    assert [(one.what, one.left) for one in refused.value.shortages] == [("Shirt – Red", 5), ("Shirt – Blue", 5)]
    reserve(tenant.pk, "ORD1", [line(red, 3), line(own, 1), line(free, 50)])
    assert (left(red), left(blue), left(own), left(free)) == (2, 2, 3, None)
    with pytest.raises(NotEnough):
        reserve(tenant.pk, "ORD2", [line(blue, 3)])
    assert left(shirt) is None  # One of its choices is not counted.
    ProductVariant.objects.filter(pk=free.pk).delete()
    assert left(shirt) == 5  # 2 together, 3 green ones.


def test_the_only_choice_is_chosen_by_itself(tenant):
    product = shop_product(tenant, stock_quantity=0)
    only = VariantFactory(product=product, name="", is_default=True, stock_quantity=2)
    reserve(tenant.pk, "ORD1", [line(product), line(only)])
    row = StockReservation.objects.get()
    assert (row.variant_id, row.quantity, left(product), left(only)) == (only.pk, 2, 0, 0)


def test_what_cannot_be_reserved(tenant, other_tenant):
    product, foreign = shop_product(tenant), shop_product(other_tenant)
    own, stranger = ProductFactory(tenant=tenant, name="Soup"), VariantFactory(product=shop_product(tenant))
    refused = {
        "There is no such": [[line(foreign)], [type(line(product))(product.pk, stranger.pk, 1)], [type(line(product))(987654, None, 1)]],
        "“Soup” was entered here": [[line(product), line(own)]],
        "at least 1": [[line(product, 0)]],
        "without lines": [[]],
    }
    for words, orders in refused.items():
        for lines in orders:
            with pytest.raises(NotReservable, match=words):
                reserve(tenant.pk, "ORD1", lines)
    for number in ("", "  ", "ORD1 ", "9" * 65, "a\0b"):
        with pytest.raises(NotReservable, match="^order_number: "):
            reserve(tenant.pk, number, [line(product)])
    for quantity in (1.5, True, 2**31):
        with pytest.raises(NotReservable, match="^quantity: "):
            reserve(tenant.pk, "ORD1", [line(product, quantity)])
    assert held() == {}


def test_order_numbers_are_each_businesss_own(tenant, other_tenant):
    ours, theirs = shop_product(tenant, name="Ours"), shop_product(other_tenant, name="Theirs")
    reserve(tenant.pk, "ORD1", [line(ours)])
    reserve(other_tenant.pk, "ORD1", [line(theirs)])
    assert release_some(other_tenant.pk, StockReservation.objects.values_list("pk", flat=True), "a person") == 1
    assert held() == {("ORD1", "Ours"): (1, "open"), ("ORD1", "Theirs"): (1, "closed")}


def test_the_shop_has_the_order_so_its_count_falls_here_and_what_is_left_stays(tenant, announced):
    shirt = shop_product(tenant, name="Shirt", stock_quantity=5)
    red = VariantFactory(product=shirt, name="Red", stock_quantity=4)
    lamp, free = shop_product(tenant, name="Lamp", stock_quantity=2), shop_product(tenant, name="Free", track_stock=False, stock_quantity=7)
    reserve(tenant.pk, "ORD1", [line(shirt, 2), line(red, 3), line(lamp), line(free, 2)])
    announced.clear()
    assert hand_over(tenant.pk, "ORD1", [shirt.pk, free.pk], "order 77 of the shop") == 3
    assert hand_over(tenant.pk, "ORD1", [shirt.pk, free.pk], "order 77 of the shop") == 0
    for row in (shirt, red, lamp, free):
        row.refresh_from_db()
    assert (shirt.stock_quantity, red.stock_quantity, lamp.stock_quantity, free.stock_quantity) == (3, 1, 2, 7)
    assert (left(red), left(lamp)) == (1, 1)
    assert {product_id for _, ids, _ in announced for product_id in ids} == {shirt.pk, free.pk}
    assert Revision.objects.filter(product_id=shirt.pk, changes__has_key="stock_quantity", action="changed").count() == 2
    assert held()["ORD1", "Lamp"] == (1, "open")


def test_a_product_that_is_deleted_and_brought_back_has_its_orders_again(tenant):
    shirt = shop_product(tenant, name="Shirt", stock_quantity=5)
    red = VariantFactory(product=shirt, name="Red", stock_quantity=4)
    reserve(tenant.pk, "ORD1", [line(shirt, 2), line(red, 3)])
    number = shirt.pk
    Product.objects.get(pk=number).delete()
    assert held() == {("ORD1", "Shirt"): (2, "open"), ("ORD1", "Shirt – Red"): (3, "open")}
    restore_version(Revision.objects.get(product_id=number, entity="product", action="deleted"))
    back = Product.objects.get(pk=number)
    assert left(back.variants.get()) == 1
    back.delete()
    assert release(tenant.pk, "ORD1", "cancelled") == 2


def test_a_variant_that_is_gone_holds_nothing(tenant):
    shirt = shop_product(tenant, stock_quantity=5)
    red = VariantFactory(product=shirt, name="Red")
    reserve(tenant.pk, "ORD1", [line(red, 2)])
    assert left(shirt) == 3
    red.delete()
    assert left(shirt) == 5
    assert hand_over(tenant.pk, "ORD1", [shirt.pk], "shop") == 1
    assert Product.objects.get(pk=shirt.pk).stock_quantity == 5


def test_a_business_goes_with_its_reservations(tenant):
    reserve(tenant.pk, "ORD1", [line(shop_product(tenant))])
    tenant.delete()
    assert not StockReservation.objects.exists()
