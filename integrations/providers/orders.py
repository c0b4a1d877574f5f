"""An order as any kind of shop can take it, and what is asked of a shop that takes orders. Pure.

Amounts are Decimals in major units of `currency`. What `create` and `find` raise are the four errors, as everywhere (base.py).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from common.errors import PermanentError


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """As far as the customer has told it; country: two letters (ISO 3166), "" unknown. A typed address is all in `line1`."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class StoreCustomer:
    """phone: as it is dialled, with + and country code; email: "" mostly, as nobody asks for it in a chat."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: StoreAddress = field(default_factory=StoreAddress)


@dataclass(frozen=True, slots=True)
class StoreOrderLine:
    """product_id, variant_id: ours. shop_product, shop_variant: the shop's numbers, filled in when it is sent; "" = nothing to choose."""

    product_id: int
    variant_id: int | None
    quantity: int
    unit_price: Decimal
    name: str = ""
    shop_product: str = ""
    shop_variant: str = ""

    @property
    def total(self) -> Decimal:
        """Of all pieces."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class StoreOrder:
    """order_number: unique in a business; reference: unique in the shop as well, whoever else writes orders there ("" = not given yet).

    also: what else was ordered that is not this shop's, in words; delivery_fee: 0 = none; payment: how it is paid, in words.
    """

    order_number: str
    currency: str
    lines: tuple[StoreOrderLine, ...]
    customer: StoreCustomer = field(default_factory=StoreCustomer)
    notes: str = ""
    payment: str = ""
    delivery_fee: Decimal = Decimal(0)
    also: tuple[str, ...] = ()
    reference: str = ""

    @property
    def total(self) -> Decimal:
        """What the customer was told, for what is in this order."""
        return sum((line.total for line in self.lines), self.delivery_fee)

    @property
    def note(self) -> str:
        """For the shop's staff: where it comes from, what was agreed, what is not in it, and what the customer wrote."""
        agreed = f"WhatsApp order {self.order_number}. Agreed with the customer: {amount(self.total)} {self.currency}."
        also = f"Ordered along with it, but not from this shop: {', '.join(self.also)}." if self.also else ""
        return "\n".join(filter(None, (agreed, also, self.notes.strip())))


class ShopOrders(ABC):
    """Orders of one shop, written through its API."""

    @abstractmethod
    def find(self, reference: str, since: datetime) -> str | None:
        """The shop's number of the order with this reference, None where it has none. since: UTC; it was not written before."""

    @abstractmethod
    def create(self, order: StoreOrder) -> str:
        """Writes the order once and returns the shop's number of it. The shop takes the goods off its own stock, in any case.

        Raises AmbiguousError where the shop may have it (look before it is written again), NeedsConfigurationError where the key may not
        write, PermanentError where the shop does not take this order.
        """


class NoOrders(ShopOrders):
    """A kind of shop that takes no orders from us."""

    def find(self, reference: str, since: datetime) -> str | None:
        """See ShopOrders."""
        return None

    def create(self, order: StoreOrder) -> str:
        """See ShopOrders."""
        raise PermanentError("This kind of shop takes no orders from here.", data={"remedy": "Enter the order in the shop by hand."})


def amount(value: Decimal) -> str:
    """As both shops write amounts: "12.50", never 1E+1; without idle zeros beyond two decimals."""
    cents = value.quantize(Decimal("0.01"))
    return format(cents if cents == value else value.normalize(), "f")


def first_and_last(name: str) -> tuple[str, str]:
    """A name in two parts, as shops want it: the last word is the family name where there are several."""
    first, _, last = " ".join(name.split()).rpartition(" ")
    return (first, last) if first else (last, "")
