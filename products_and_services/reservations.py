"""Orders reserve stock of products that come from a shop, and give it back. Each function is one transaction and announces what it did.

The count of such a product is the shop's; what is left is that count less what open orders hold (terms.py). Products that were entered
here need no reservation: their own count falls when an order is confirmed, so they are refused here.

Two orders for the last piece: whoever changes what is held of a product locks its row first (PostgreSQL; on SQLite one transaction writes
at a time), then counts anew. So the second one counts what the first has taken. An order number is taken once, by unique constraints.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from products_and_services.models import Product, ProductVariant, ReservationState, StockReservation
from products_and_services.models.products import ExternalSource
from products_and_services.reserved import held_by_orders
from products_and_services.signals import announce
from products_and_services.terms import Stock, reserved_of_product, stock_of

UNKNOWN = "product {}, variant {}: There is no such product or variant in this business. Leave the line out."
ENTERED_HERE = "“{}” was entered here: its own stock falls when an order is confirmed, so nothing is reserved of it."
CHANGED = "The order {} has reserved something else already. Release that first."
LONGEST_WHY, LONGEST_NUMBER, MOST_PIECES = 200, 64, 2**31 - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line of an order. variant_id: None where there is nothing to choose."""

    product_id: int
    variant_id: int | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """left: how many of it can still be sold, at least 0."""

    product_id: int
    variant_id: int | None
    what: str
    wanted: int
    left: int


class NotReservable(ValueError):
    """The lines cannot be reserved, whatever is in stock; the text says why."""


class NotEnough(Exception):
    """At least one line wants more than there is. Nothing was reserved. shortages: each such line."""

    def __init__(self, shortages: list[Shortage]) -> None:
        super().__init__("; ".join(f"{one.what}: {one.wanted} wanted, {one.left} left" for one in shortages))
        self.shortages = shortages


def order_number_problem(number: Any) -> str:
    """Why nothing can be kept under this order number, and what to do; "" where it can. The rule for everybody who keeps orders by it."""
    if not isinstance(number, str) or not number.strip():
        return "order_number: An order needs a number. Give each order one of its own."
    if len(number) > LONGEST_NUMBER or number != number.strip() or not number.isprintable():
        return (
            f"order_number: At most {LONGEST_NUMBER} characters, without spaces around them and without control characters. "
            "Give the order another number."
        )
    return ""


def quantity_problem(quantity: Any) -> str:
    """Why nobody can order so many pieces, and what to do; "" where they can."""
    if isinstance(quantity, int) and not isinstance(quantity, bool) and 1 <= quantity <= MOST_PIECES:
        return ""
    return "quantity: It must be a whole number, at least 1. Leave the line out if nothing of it is wanted."


def reserve(tenant_id: UUID, order_number: str, lines: Iterable[Wanted]) -> list[StockReservation]:
    """Reserves all lines of an order, or none. Said again for the same order it changes nothing, also after a release.

    Back-orders and what is not counted are never short. Raises NotEnough; NotReservable for an order without a proper number or quantity,
    for lines of no product of this business's shops, and for an order that has reserved something else.
    """
    if problem := order_number_problem(order_number):
        raise NotReservable(problem)
    quantities = _merged(lines)
    with transaction.atomic():
        shelf = _Shelf(tenant_id, {product_id for product_id, _ in quantities})
        asked = shelf.resolved(quantities)
        known = list(StockReservation.objects.for_tenant(tenant_id).filter(order_number=order_number).order_by("pk"))
        if known:
            if {row.line for row in known} != {(*key, quantity) for key, quantity in asked.items()}:
                raise NotReservable(CHANGED.format(order_number))
            return known
        if shortages := shelf.shortages(asked):
            raise NotEnough(shortages)
        rows = [
            StockReservation(tenant_id=tenant_id, order_number=order_number, product_id=product_id, variant_id=variant_id,
                             quantity=quantity, what=shelf.name_of(product_id, variant_id)[:300])
            for (product_id, variant_id), quantity in asked.items()
        ]  # fmt: skip
        made = StockReservation.objects.bulk_create(rows)
        _tell(tenant_id, shelf.products)
    return made


def release(tenant_id: UUID, order_number: str, why: str) -> int:
    """Gives back what an order holds: it was cancelled, or delivered. Returns how many reservations were open; 0 when it is said again."""
    return _close(tenant_id, StockReservation.objects.filter(order_number=order_number), why)


def release_some(tenant_id: UUID, reservation_ids: Iterable[int], why: str) -> int:
    """The same for single reservations: a person knows better."""
    return _close(tenant_id, StockReservation.objects.filter(pk__in=list(reservation_ids)), why)


def hand_over(tenant_id: UUID, order_number: str, product_ids: Iterable[int], why: str) -> int:
    """The shop has taken the order and counts it itself now. Our copy of its count falls at once by what was held, so what is left stays
    the same until the shop is read again, and nothing is sold twice in between. Returns how many reservations were open."""
    rows = StockReservation.objects.filter(order_number=order_number, product_id__in=set(product_ids))
    return _close(tenant_id, rows, why, lower_counts=True)


def _merged(lines: Iterable[Wanted]) -> dict[tuple[int, int | None], int]:
    found: dict[tuple[int, int | None], int] = defaultdict(int)
    for line in lines:
        if problem := quantity_problem(line.quantity):
            raise NotReservable(problem)
        found[line.product_id, line.variant_id] += line.quantity
    if not found:
        raise NotReservable("lines: An order without lines reserves nothing. Name at least one product.")
    return dict(found)


class _Shelf:
    """The products of an order with their variants, locked until the transaction ends."""

    def __init__(self, tenant_id: UUID, product_ids: Iterable[int]) -> None:
        self.products = _locked(tenant_id, product_ids)
        self.variants: dict[int, dict[int, ProductVariant]] = {pk: {} for pk in self.products}
        for variant in ProductVariant.objects.filter(product__in=list(self.products)).order_by("pk"):
            self.variants[variant.product_id][variant.pk] = variant

    def resolved(self, quantities: dict[tuple[int, int | None], int]) -> dict[tuple[int, int | None], int]:
        """The same with the only choice of a product chosen, in one order. Raises NotReservable."""
        found: dict[tuple[int, int | None], int] = defaultdict(int)
        for (product_id, variant_id), quantity in quantities.items():
            product, variants = self.products.get(product_id), self.variants.get(product_id, {})
            if product is None or (variant_id is not None and variant_id not in variants):
                raise NotReservable(UNKNOWN.format(product_id, variant_id))
            if product.external_source == ExternalSource.OWN:
                raise NotReservable(ENTERED_HERE.format(product.name))
            only = next(iter(variants.values())) if len(variants) == 1 else None
            found[product_id, only.pk if variant_id is None and only is not None and only.is_default else variant_id] += quantity
        return dict(sorted(found.items(), key=lambda entry: (entry[0][0], entry[0][1] or 0)))

    def shortages(self, asked: dict[tuple[int, int | None], int]) -> list[Shortage]:
        """What there is not enough of. Lines that draw on one count are added up."""
        held = held_by_orders(self.products)
        stocks = {key: self._stock(*key, held.get(key[0], {})) for key in asked}
        drawn: dict[tuple[int, int | None], int] = defaultdict(int)
        for key, quantity in asked.items():
            if stocks[key].track_stock:
                drawn[_count_of(key, stocks[key])] += quantity
        return [
            Shortage(*key, self.name_of(*key), quantity, max(stocks[key].left, 0))
            for key, quantity in asked.items()
            if stocks[key].track_stock and not stocks[key].allow_backorder and drawn[_count_of(key, stocks[key])] > stocks[key].left
        ]

    def _stock(self, product_id: int, variant_id: int | None, held: Any) -> Stock:
        product, variants = self.products[product_id], self.variants[product_id]
        of_product = reserved_of_product(product.track_stock, variants.values(), held)
        variant = variants[variant_id] if variant_id is not None else None
        return stock_of(product, variant, of_product=of_product, of_variant=held.get(variant_id, 0))

    def name_of(self, product_id: int, variant_id: int | None) -> str:
        """ "Shirt – Red" """
        variant = self.variants[product_id][variant_id] if variant_id is not None else None
        parts = (self.products[product_id].name, (variant.name or variant.sku) if variant is not None else "")
        return " – ".join(filter(None, parts))


def _count_of(key: tuple[int, int | None], stock: Stock) -> tuple[int, int | None]:
    return key if stock.own_count else (key[0], None)


def _locked(tenant_id: UUID, product_ids: Iterable[int]) -> dict[int, Product]:
    """In one order, so that two orders wait for each other instead of deadlocking."""
    rows = Product.objects.for_tenant(tenant_id).filter(pk__in=set(product_ids)).order_by("pk").select_for_update(no_key=True)
    return {product.pk: product for product in rows}


def _close(tenant_id: UUID, rows: QuerySet[StockReservation], why: str, *, lower_counts: bool = False) -> int:
    rows = rows.filter(tenant_id=tenant_id, state=ReservationState.OPEN)
    with transaction.atomic():
        products = _locked(tenant_id, rows.values_list("product_id", flat=True))
        closing = list(rows.filter(product_id__in=list(products)).order_by("pk")) if lower_counts else []
        closed = rows.update(state=ReservationState.CLOSED, closed_at=timezone.now(), closed_why=why[:LONGEST_WHY])
        for row in closing:
            _lower(products[row.product_id], row)
        if closed:
            _tell(tenant_id, products)
    return closed


def _lower(product: Product, row: StockReservation) -> None:
    """Takes a reservation off the count that it has drawn on, with history. What is not counted stays."""
    variant = product.variants.filter(pk=row.variant_id).first() if row.variant_id is not None else None
    stock = stock_of(product, variant)
    if not stock.track_stock or (row.variant_id is not None and variant is None):
        return
    owner: Any = variant if stock.own_count else product
    owner.stock_quantity -= row.quantity
    owner.save(update_fields=["stock_quantity", "updated_at"])


def _tell(tenant_id: UUID, products: Iterable[int]) -> None:
    """Notes on the products that what is left of them changed, and announces it."""
    ids = sorted(products)
    Product.objects.filter(pk__in=ids).update(updated_at=timezone.now())
    announce(tenant_id, ids)
