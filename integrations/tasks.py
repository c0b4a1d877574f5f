"""The doorbell's other end: thin tasks with ids only. Unknown extra arguments are tolerated, so that old and new code may mix."""

from time import monotonic
from typing import Any
from uuid import UUID

from celery import shared_task

from common.clock import database_now
from common.doorbell import ring
from integrations import hints
from integrations.hints.refreshing import refresh_hinted
from integrations.in_step import sweep
from integrations.in_step.changes import read_changes
from integrations.in_step.glances import look_over
from integrations.models import Kind, Provider, StoreConnection
from integrations.orders import queueing
from integrations.orders.working import ring_waiting, work_on_orders
from integrations.runs import AlreadyRunning, NotReady, start_import, work_on_import
from integrations.runs.starting import TASK
from integrations.scheduling import schedules
from integrations.webhooks import asking, farewell, keeping
from operations import heartbeats

# A slow shop may need many minutes for one page. When the broker hands such a task out a second time, that one finds the run taken.
PATIENT: dict[str, Any] = {"time_limit": 3_600, "soft_time_limit": 3_540}
AT_MOST = 300.0  # seconds at a business's shops; what is left then has doorbells of its own


@shared_task(name=TASK, **PATIENT)
def import_products(run_id: str, *_: Any) -> None:
    """Works on a queued import for about two minutes, then hands it on."""
    work_on_import(run_id)


@shared_task(name="integrations.tasks.sync_woocommerce_products", **PATIENT)
def sync_woocommerce_products(tenant_id: str, *_: Any) -> list[str]:
    """Imports every active WooCommerce shop of one active business. Returns the ids of the runs; shops that are blocked, or being read
    already, have none."""
    return _sync(tenant_id, Provider.WOOCOMMERCE)


@shared_task(name="integrations.tasks.sync_all_woocommerce_stores")
def sync_all_woocommerce_stores(*_: Any, only_due: bool = False) -> int:
    """Starts an import of every active WooCommerce shop of all active businesses; returns how many were started.

    only_due: just those whose schedule asks for it (what celery beat does every quarter of an hour, see schedules.py).
    """
    return schedules.start_all(Provider.WOOCOMMERCE, only_due=only_due)


@shared_task(name="integrations.tasks.sync_shopify_products", **PATIENT)
def sync_shopify_products(tenant_id: str, *_: Any) -> list[str]:
    """Imports every active Shopify shop of one active business; otherwise as sync_woocommerce_products."""
    return _sync(tenant_id, Provider.SHOPIFY)


@shared_task(name="integrations.tasks.sync_all_shopify_stores")
def sync_all_shopify_stores(*_: Any, only_due: bool = False) -> int:
    """Starts an import of every active Shopify shop of all active businesses; otherwise as sync_all_woocommerce_stores."""
    return schedules.start_all(Provider.SHOPIFY, only_due=only_due)


@shared_task(name=schedules.TASK)
def import_when_due(connection_pk: int, *_: Any) -> None:
    """A shop's own entry of celery beat."""
    shops = StoreConnection.objects.select_related("tenant", "last_import").defer("credentials")
    connection = shops.filter(pk=connection_pk).first()
    if connection is not None:
        schedules.start_if_due(connection, database_now())


@shared_task(name=sweep.KEEP_TASK)
def keep_shops_in_step(*_: Any) -> None:
    """Every minute, on the worker that asks shops: rings for every shop whose hints, changes or look over all products are due."""
    now = database_now()
    heartbeats.beat(heartbeats.SHOPS, now)
    sweep.ring_due(now)


@shared_task(name=hints.TASK)
def refresh_hinted_products(connection_pk: int, *_: Any) -> None:
    """Asks one shop for the products that were hinted at; rings again while there is more."""
    _ring_for_hints(connection_pk, refresh_hinted(connection_pk))


@shared_task(name=sweep.CHANGES_TASK)
def read_changes_of_store(connection_pk: int, *_: Any) -> None:
    """Reads what was changed in one shop since the last time."""
    if read_changes(connection_pk):
        ring(sweep.CHANGES_TASK, connection_pk)


@shared_task(name=sweep.GLANCES_TASK)
def look_over_store(connection_pk: int, *_: Any) -> None:
    """Looks over all products of one shop."""
    if look_over(connection_pk):
        ring(sweep.GLANCES_TASK, connection_pk)


@shared_task(name=asking.KEEP, **PATIENT)
def keep_webhooks(connection_pk: int, *_: Any) -> None:
    """Looks at the webhooks in a shop, and mends them."""
    keeping.keep_webhooks(connection_pk)


@shared_task(name=asking.FAREWELL, **PATIENT)
def remove_webhooks(letter_pk: int, *_: Any) -> None:
    """Takes our webhooks out of a shop that was removed here."""
    farewell.remove_webhooks(letter_pk)


@shared_task(name="integrations.tasks.sweep_webhooks")
def sweep_webhooks(*_: Any) -> None:
    """Every five minutes: looks at webhooks whose doorbell got lost, or whose time has come."""
    asking.ring_due(database_now())


@shared_task(name=queueing.TASK)
def write_orders(connection_pk: int, *_: Any) -> None:
    """Writes what is due for one shop."""
    work_on_orders(connection_pk)


@shared_task(name="integrations.tasks.sweep_orders")
def sweep_orders(*_: Any) -> None:
    """Every minute: rings for orders that are due, so that a lost doorbell costs no more."""
    ring_waiting(database_now())


@shared_task(name=sweep.AGAIN_TASK, **PATIENT)
def ask_store_again(connection_pk: int, kind: str, *_: Any) -> None:
    """The same three, of a shop that did not answer the last time: the sweep rings for few of them at once, and people who ask."""
    if kind == Kind.HINTS:
        _ring_for_hints(connection_pk, refresh_hinted(connection_pk, again=True))
    elif {Kind.CHANGES: read_changes, Kind.GLANCES: look_over}[Kind(kind)](connection_pk, again=True):
        ring(sweep.TASKS[Kind(kind)], connection_pk)


def _ring_for_hints(connection_pk: int, seconds: float | None) -> None:
    """There is more to do, in so many seconds."""
    if seconds is not None:
        ring(hints.TASK, connection_pk, countdown=seconds)


def _sync(tenant_id: str, provider: str) -> list[str]:
    """Whoever runs this is a worker already: it takes its own runs up instead of waiting for their doorbells."""
    shops = StoreConnection.objects.for_tenant(UUID(str(tenant_id))).filter(provider=provider, is_active=True, tenant__is_active=True)
    runs = []
    for connection in shops.select_related("tenant").defer("credentials"):
        try:
            runs.append(str(start_import(connection).pk))
        except (AlreadyRunning, NotReady):
            continue
    end = monotonic() + AT_MOST
    for run_id in runs:
        if monotonic() < end:
            work_on_import(run_id)
    return runs
