"""The alert rules about orders for shops, one query each. Meaning: docs/monitoring.md."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from integrations.links import orders_url
from integrations.models import OrderState, OrderWriteBack
from operations.alerting.rules import Cause, Finding, register_rule
from operations.models import Severity

LATE_AFTER = timedelta(hours=2)


def orders_not_written(now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """Orders that a shop has refused, or that it could not be given though it was tried long enough; also by a shop that only ever asks
    to be left alone, which costs no tries; and those that nobody has taken up, though the shop was open to them all the time."""
    long_ago = now - LATE_AFTER
    late = Q(
        state=OrderState.WAITING, created_at__lte=long_ago, connection__write_orders=True, connection__is_active=True,
        connection__blocked_at__isnull=True,
    )  # fmt: skip
    untouched = Q(next_try_at__lte=long_ago, connection__updated_at__lte=long_ago)
    wanted = _in(OrderState.FAILED, OrderState.REFUSED) | (late & (~Q(error="") | untouched))
    for tenant_id, shop_pk, shop, number, first in _counted(wanted):
        yield Finding(
            tenant_id, f"orders-not-written-{shop_pk}", f"{_orders(number)} could not be written to “{shop}”",
            f"The first is {first}. The list says what is wrong with each and what to do: try again, or enter it in the shop by hand and "
            "cancel it here. Where it says nothing: are celery_beat and celery_shops_worker running? This closes when none is left.",
            orders_url(shop_pk),
        )  # fmt: skip


def orders_blocked(_now: datetime, _open: frozenset[Cause]) -> Iterator[Finding]:
    """Orders wait because the key may not write."""
    for tenant_id, shop_pk, shop, number, first in _counted(_in(OrderState.BLOCKED)):
        yield Finding(
            tenant_id, f"orders-blocked-{shop_pk}", f"“{shop}” does not let us write orders",
            f"{_orders(number)} wait, the first is {first}. The list says what is missing. When it is mended, press “Test connection” on "
            "the shop's page: then they are written by themselves.",
            orders_url(shop_pk), Severity.CRITICAL,
        )  # fmt: skip


def _in(*states: str) -> Q:
    return Q(state__in=states)


def _counted(which: Q) -> list[tuple]:
    rows = OrderWriteBack.objects.filter(which, connection__isnull=False, tenant__is_active=True)
    grouped = rows.values_list("tenant_id", "connection_id", "shop").annotate(number=Count("pk"), first=Min("order_number"))
    return list(grouped.order_by("connection_id"))


def _orders(number: int) -> str:
    return "1 order" if number == 1 else f"{number} orders"


def register() -> None:
    """Called when Django starts."""
    register_rule("orders_not_written", orders_not_written)
    register_rule("orders_blocked", orders_blocked)
