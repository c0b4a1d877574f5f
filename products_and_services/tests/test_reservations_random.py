"""Random orders, cancels and repetitions: never more is promised than there is, and the sums are right.

Orders at the same moment: whatsappcrm_backend/tests/test_orders_at_the_same_time.py.
"""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from products_and_services.models import Product, StockReservation
from products_and_services.reservations import NotEnough, NotReservable, Wanted, hand_over, release, reserve
from products_and_services.reserved import available_of_row, held_by_orders
from products_and_services.tests.factories import VariantFactory
from products_and_services.tests.reserving import shop_product

ORDERS, CHOICES = ("ORD1", "ORD2", "ORD3", "ORD4"), (0, 1, 2, 3)
lines_of_order = st.lists(st.tuples(st.sampled_from(CHOICES), st.integers(1, 4)), min_size=1, max_size=3)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.sampled_from(ORDERS), lines_of_order),
        st.tuples(st.sampled_from(("release", "hand over")), st.sampled_from(ORDERS), st.none()),
        st.tuples(st.just("shop counts"), st.integers(0, 9), st.none()),
    ),
    max_size=14,
)  # fmt: skip


class Model:
    """What should be so, in a dozen lines: counts of three pools, and what each order holds of them. Choice 0, 1: counted together."""

    def __init__(self, shared: int, own: int) -> None:
        self.counts, self.orders, self.open = {"shared": shared, "own": own}, {}, {}

    def pool(self, choice: int) -> str:
        return {0: "shared", 1: "shared", 2: "own"}.get(choice, "free")

    def drawn(self, lines) -> dict[str, int]:
        found: dict[str, int] = {}
        for choice, quantity in lines.items():
            found[self.pool(choice)] = found.get(self.pool(choice), 0) + quantity
        return found

    def left(self, pool: str) -> int:
        return self.counts[pool] - sum(self.drawn(lines).get(pool, 0) for lines in self.open.values())

    def reserve(self, order: str, lines) -> str:
        if order in self.orders:
            return "same" if self.orders[order] == lines else "other"
        if any(quantity > self.left(pool) for pool, quantity in self.drawn(lines).items() if pool != "free"):
            return "short"
        self.orders[order] = self.open[order] = lines
        return "made"

    def close(self, order: str, lower: bool) -> None:
        for pool, quantity in self.drawn(self.open.pop(order, {})).items():
            if lower and pool != "free":
                self.counts[pool] -= quantity


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shared=st.integers(0, 9), own=st.integers(0, 9), acts=acts)
def test_any_order_of_orders_cancels_and_repetitions(tenant, shared, own, acts):
    with transaction.atomic():
        _play(tenant, Model(shared, own), acts)
        transaction.set_rollback(True)


def _play(tenant, model, acts):
    shirt = shop_product(tenant, name="Shirt", stock_quantity=model.counts["shared"], sku=None)
    red = VariantFactory(product=shirt, name="Red")
    green = VariantFactory(product=shirt, name="Green", stock_quantity=model.counts["own"])
    free = VariantFactory(product=shirt, name="Free", track_stock=False)
    choices = (None, red.pk, green.pk, free.pk)
    for act, order, lines in acts:
        if act == "reserve":
            merged = {choice: sum(quantity for one, quantity in lines if one == choice) for choice, _ in lines}
            outcome = model.reserve(order, merged)
            try:
                with transaction.atomic():
                    reserve(tenant.pk, order, [Wanted(shirt.pk, choices[choice], quantity) for choice, quantity in lines])
                assert outcome in ("made", "same")
            except NotEnough:
                assert outcome == "short"
            except NotReservable:
                assert outcome == "other"
        elif act == "shop counts":
            model.counts["shared"] = order
            Product.objects.filter(pk=shirt.pk).update(stock_quantity=order)
        else:
            model.close(order, lower=act == "hand over")
            if act == "release":
                release(tenant.pk, order, "cancelled")
            else:
                hand_over(tenant.pk, order, [shirt.pk], "the shop has it")
        _compare(model, shirt, red, green)


def _compare(model, shirt, red, green):
    for row in (shirt, red, green):
        row.refresh_from_db()
    assert (shirt.stock_quantity, green.stock_quantity) == (model.counts["shared"], model.counts["own"])
    assert available_of_row(shirt, red) == max(model.left("shared"), 0)
    assert available_of_row(shirt, green) == max(model.left("own"), 0)
    rows = StockReservation.objects.open().filter(product=shirt)
    assert sum(row.quantity for row in rows) == sum(sum(lines.values()) for lines in model.open.values())
    assert sum(held_by_orders([shirt.pk]).get(shirt.pk, {}).values()) == sum(row.quantity for row in rows)
