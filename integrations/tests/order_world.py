"""Shops that take orders, in memory: what they have is kept, and each question can be made to fail before or after it was carried out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from common import clock
from common.errors import AmbiguousError, TransientError
from integrations.models import ExternalRef, OrderWriteBack, RefKind, StoreConnection
from integrations.orders import queueing, working
from integrations.orders.working import ring_waiting, work_on_orders
from integrations.providers.orders import ShopOrders, StoreCustomer, StoreOrder, StoreOrderLine
from integrations.tests.run_world import connect
from products_and_services.models import Product, ProductVariant
from products_and_services.tests.factories import ProductFactory, VariantFactory

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DOWN = TransientError("The shop's server is overloaded.", kind="overloaded")
LOST = AmbiguousError("The connection to the shop broke off.", kind="connection_lost")


def the_row(number: str = "ORD00001") -> OrderWriteBack:
    """The row of an order on its way to a shop."""
    return OrderWriteBack.objects.get(order_number=number)


class FakeOrders(ShopOrders):
    """orders: {number: the order as it was written}. fails: what the next questions raise, None = they work; later: after it was carried
    out, so that the answer is lost. index_lag: how long a new order cannot be found."""

    def __init__(self, world: "OrderWorld") -> None:
        self.world, self.orders, self.made_at = world, {}, {}
        self.fails: list[tuple[str, Exception] | None] = []
        self.index_lag = timedelta(0)
        self.asked: list[str] = []
        self.before_create: Callable[[], Any] = lambda: None

    def find(self, reference: str, since: datetime) -> str | None:
        self._fail("find")
        for number, order in self.orders.items():
            if order.reference == reference and self.world.now >= self.made_at[number] + self.index_lag:
                return number
        return None

    def create(self, order: StoreOrder) -> str:
        self.before_create()
        late = self._fail("create")
        number = str(700 + len(self.orders))
        self.orders[number], self.made_at[number] = order, self.world.now
        if late is not None:
            raise late
        return number

    def _fail(self, what: str) -> Exception | None:
        """Raises what was asked for; hands back what is to be raised when it is done."""
        self.asked.append(what)
        fault = self.fails.pop(0) if self.fails and (self.fails[0] is None or self.fails[0][0] in (what, f"{what} done")) else None
        if fault is None:
            return None
        if fault[0] == what:
            raise fault[1]
        return fault[1]

    @property
    def references(self) -> list[str]:
        return [order.reference for order in self.orders.values()]


class OrderWorld:
    """Time, doorbells and workers in the hands of the test; every shop has its own FakeOrders."""

    def __init__(self, monkeypatch: Any, traveller: Any) -> None:
        self.now, self.traveller = START, traveller
        self.rung: list[tuple[Any, ...]] = []
        self.by_shop: dict[int, FakeOrders] = {}
        self.currencies: dict[int, str] = {}
        monkeypatch.setattr(clock, "server_time", lambda: self.now)
        for module in (queueing, working):
            monkeypatch.setattr(module, "ring", lambda name, *args, **_: self.rung.append((name, *args)))
        monkeypatch.setattr(working, "adapter_for", self._adapter)

    def _adapter(self, connection: StoreConnection) -> Any:
        return type("Adapter", (), {"orders": self.of(connection), "currency": self.currencies.get(connection.pk, "")})()

    def of(self, connection: StoreConnection) -> FakeOrders:
        return self.by_shop.setdefault(connection.pk, FakeOrders(self))

    def pass_time(self, **delta: float) -> None:
        self.now += timedelta(**delta)
        self.traveller.move_to(self.now)

    def sweep(self, **delta: float) -> None:
        """Some time later the sweep rings, and workers answer."""
        self.pass_time(**delta)
        for pk in ring_waiting(self.now):
            work_on_orders(pk)


def shop_of(tenant: Any, address: str = "https://shop.example", **values: Any) -> StoreConnection:
    """A connected shop that wants orders."""
    return connect(tenant, store_url=address, **{"write_orders": True, **values})


def stocked(shop: StoreConnection, number: str = "11", **values: Any) -> Product:
    """A product of the shop."""
    product = ProductFactory(tenant=shop.tenant, external_source=shop.provider, external_id=number, **{"stock_quantity": 5, **values})
    ExternalRef.objects.create(connection=shop, kind=RefKind.PRODUCT, external_id=number, product=product, content_hash="h")
    return product


def variation(product: Product, number: str = "21", **values: Any) -> ProductVariant:
    """A variant that the shop knows."""
    variant = VariantFactory(product=product, external_id=number, **values)
    shop = ExternalRef.objects.get(product=product, kind=RefKind.PRODUCT).connection
    ExternalRef.objects.create(connection=shop, kind=RefKind.VARIANT, external_id=number, product=product, variant=variant)
    return variant


def order_of(*lines: tuple[Any, int], number: str = "ORD00001", **values: Any) -> StoreOrder:
    """An order of (product or variant, quantity)."""
    made = []
    for what, quantity in lines:
        is_variant = isinstance(what, ProductVariant)
        product_id, variant_id = (what.product_id, what.pk) if is_variant else (what.pk, None)
        name = what.product.name if is_variant else what.name
        made.append(StoreOrderLine(product_id, variant_id, quantity, Decimal("12.50"), name=name))
    customer = StoreCustomer("Ada Lovelace", "+201001234567")
    return StoreOrder(number, "USD", tuple(made), **{"customer": customer, **values})


def rows() -> dict[str, str]:
    """{order number: state}"""
    return dict(OrderWriteBack.objects.values_list("order_number", "state"))
