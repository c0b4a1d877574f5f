"""An order becomes a row for each shop that its products come from; people try it again, or cancel it. Makes no call."""

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction

from common.clock import database_now
from common.doorbell import ring
from common.lease import free_at
from integrations.models import ExternalRef, OrderState, OrderWriteBack, RefKind, StoreConnection
from integrations.models.orders import UNFINISHED
from integrations.orders.checking import check_order
from integrations.orders.payload import dump_order
from integrations.providers.orders import StoreOrder, StoreOrderLine
from tenants.models import Tenant
from tenants.services import record_audit

TASK = "integrations.tasks.write_orders"
SWITCHED_OFF = "Orders are not written to this shop: that is switched off on its page."
NOTHING_OF_IT = "Nothing in this order comes from this shop."
MAY_BE_THERE = "The shop may have this order: it was asked to write it, and its answer was lost."
LOOK_THERE = "Look in the shop. If the order is there, cancel it there."
SHOP_REMOVED = "The shop was removed before the order was written to it."


class NotWanted(ValueError):
    """The order is not for this shop; the text says why."""


def write_back(target: StoreConnection | Tenant, order: StoreOrder) -> list[OrderWriteBack]:
    """Has a confirmed order written to the shop; with a business, to each of its shops that wants orders and has products in it.

    Only makes rows (and rings): a shop that is out of reach disturbs nobody. Said again for the same order number it changes nothing. Each
    shop gets its own lines, and is told what else was ordered. Raises BadOrder for data that no shop can be given, NotWanted where one shop
    was named and gets nothing; a business whose shops want no orders gets [].
    """
    check_order(order)
    if isinstance(target, StoreConnection):
        if not target.write_orders:
            raise NotWanted(SWITCHED_OFF)
        shops, tenant = [target], target.tenant
    else:
        shops, tenant = list(_shops_that_want_orders(target)), target
    owners = _owners(shops, order.lines)
    found = [_row(shop, tenant, order, owners) for shop in shops if shop.pk in owners.values()]
    if not found and isinstance(target, StoreConnection):
        raise NotWanted(NOTHING_OF_IT)
    return found


def _shops_that_want_orders(tenant: Tenant) -> Iterable[StoreConnection]:
    return StoreConnection.objects.for_tenant(tenant).filter(write_orders=True).defer("credentials").order_by("pk")


def _owners(shops: Iterable[StoreConnection], lines: Iterable[StoreOrderLine]) -> dict[int, int]:
    """{product id: its shop} of the products that come from one of these."""
    refs = ExternalRef.objects.filter(
        connection__in=list(shops), kind=RefKind.PRODUCT, product_id__in={line.product_id for line in lines}
    )  # fmt: skip
    return {product_id: shop for product_id, shop in refs.values_list("product_id", "connection_id") if product_id is not None}


def _row(shop: StoreConnection, tenant: Tenant, order: StoreOrder, owners: dict[int, int]) -> OrderWriteBack:
    mine = tuple(line for line in order.lines if owners.get(line.product_id) == shop.pk)
    others = tuple(f"{line.quantity} × {line.name or 'a product'}" for line in order.lines if line not in mine)
    part = replace(
        order, lines=mine, also=others, reference=order.reference or f"{order.order_number}-{tenant.pk.hex[:12]}",
        delivery_fee=order.delivery_fee * 0 if others else order.delivery_fee,
    )  # fmt: skip
    values = {"tenant": tenant, "shop": str(shop)[:500], "payload": dump_order(part), "next_try_at": database_now()}
    with transaction.atomic():
        row, is_new = OrderWriteBack.objects.get_or_create(connection=shop, order_number=order.order_number, defaults=values)
        if is_new:
            ring(TASK, shop.pk)
    return row


def try_again(rows: Iterable[OrderWriteBack]) -> int:
    """A person wants these written now, however often it failed; returns how many that is. Written and cancelled ones stay so."""
    now, freed = database_now(), 0
    for row in rows:
        with transaction.atomic():
            waiting = OrderWriteBack.objects.filter(pk=row.pk, state__in=UNFINISHED, connection__isnull=False)
            if waiting.update(state=OrderState.WAITING, tries=0, next_try_at=now, error="", remedy="", updated_at=now):
                record_audit("order_write_retried", row.tenant, subject=row.order_number, metadata={"shop": row.shop})
                ring(TASK, row.connection_id)
                freed += 1
    return freed


def cancel(rows: Iterable[OrderWriteBack]) -> int:
    """These are not to be written (any more); returns how many that is. One that is being written at this moment goes its way.

    Where the answer of the shop was lost it may have the order: then the row says that somebody should look.
    """
    return sum(_cancel_one(row) for row in rows)


def _cancel_one(row: OrderWriteBack) -> bool:
    now = database_now()
    with transaction.atomic():
        idle = OrderWriteBack.objects.filter(free_at(now), pk=row.pk, state__in=UNFINISHED)
        unsure = idle.filter(asked_at__isnull=False).update(error=MAY_BE_THERE, remedy=LOOK_THERE)
        done = bool(idle.update(state=OrderState.CANCELLED, next_try_at=None, updated_at=now))
        if done:
            told = {"shop": row.shop, "may_be_there": bool(unsure)}
            record_audit("order_write_cancelled", row.tenant, subject=row.order_number, metadata=told)
    return done


def forget_shop(connection: StoreConnection) -> None:
    """The shop is being removed: what waits for it will not be written. Called inside the transaction that removes it."""
    left = OrderWriteBack.objects.filter(connection=connection, state__in=UNFINISHED)
    left.update(state=OrderState.CANCELLED, error=SHOP_REMOVED, next_try_at=None, updated_at=database_now())


def let_in_again(connection: StoreConnection) -> int:
    """The shop has accepted the key, or has another one: what was blocked is tried once more. Returns how many that are."""
    now = database_now()
    with transaction.atomic():
        blocked = OrderWriteBack.objects.filter(connection=connection, state=OrderState.BLOCKED)
        freed = blocked.update(state=OrderState.WAITING, tries=0, next_try_at=now, error="", remedy="", updated_at=now)
        if freed:
            ring(TASK, connection.pk)
    return freed
