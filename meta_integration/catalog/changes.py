"""The outbox: marking products as changed (inside the writer's transaction) and finding what is due."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Min, QuerySet

from common.bulk import json_ids
from common.clock import database_now
from common.doorbell import ring
from meta_integration.models import CatalogChange

DEBOUNCE = timedelta(milliseconds=700)


def mark_changed(tenant_id: UUID, product_ids: Iterable[int], *, restart: bool = False) -> None:
    """One outbox row per product, in one statement whatever their number; rings unless a ring is on its way already.

    A product that waits keeps its due time (first mark + 0.7 s), so that ten saves in a second make one round; and the round that another
    product's ring will start asks for the next one itself (drain.py), so that a thousand saves do not make a thousand tasks.
    """
    ids = sorted(set(product_ids))
    if not ids:
        return
    now = database_now()
    tenant = tenant_id.hex if connection.vendor == "sqlite" else str(tenant_id)
    adapt = connection.ops.adapt_datetimefield_value
    table = connection.ops.quote_name(CatalogChange._meta.db_table)
    # The table's name is our own model's; every value is a parameter. WHERE TRUE keeps SQLite from reading ON as a join condition.
    sql = (
        f"INSERT INTO {table} (tenant_id, product_id, version, restart, marked_at, due_at) "  # noqa: S608
        f"SELECT %s, value, 1, %s, %s, %s FROM {json_ids()} WHERE TRUE "
        f"ON CONFLICT (product_id) DO UPDATE SET version = {table}.version + 1, restart = {table}.restart OR EXCLUDED.restart "
        "RETURNING version"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [tenant, restart, adapt(now), adapt(now + DEBOUNCE), orjson.dumps(ids).decode()])
        fresh = any(row[0] == 1 for row in cursor.fetchall())
    if fresh and not _somebody_rings(tenant_id, now):
        ring("meta_integration.tasks.drain_tenant", str(tenant_id), countdown=DEBOUNCE.total_seconds())


def _somebody_rings(tenant_id: UUID, now: datetime) -> bool:
    """A change marked less than 0.7 s ago, before ours, has a ring on its way."""
    return CatalogChange.objects.for_tenant(tenant_id).filter(due_at__gt=now, due_at__lt=now + DEBOUNCE).exists()


def next_change_due(tenant_id: UUID) -> datetime | None:
    """When the business's next change is due; None when nothing waits."""
    return CatalogChange.objects.for_tenant(tenant_id).aggregate(at=Min("due_at"))["at"]


def due_changes(tenant_id: UUID, now: datetime) -> "QuerySet[CatalogChange]":
    """Rows whose debounce is over; one further ahead than the debounce is long was written by a clock that jumped."""
    waiting = CatalogChange.objects.for_tenant(tenant_id).exclude(due_at__gt=now, due_at__lte=now + DEBOUNCE)
    return waiting.order_by("due_at", "id")
