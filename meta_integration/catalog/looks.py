"""When pictures are looked at before their products are sent: asked for by a round that meets unseen ones, done by a task of its own.

The facts' rows are the letter, the task is the doorbell: whatever is lost, the item that waits asks again a minute later, and the sweep
rings for every picture that is due.
"""

import math
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from common.bulk import chunks
from common.doorbell import ring
from meta_integration.catalog.changes import DEBOUNCE
from meta_integration.models import MetaAppConfig
from products_and_services.pictures.checks import check_again, check_pictures, due_pictures
from tenants.models import Tenant

TASK = "meta_integration.tasks.check_pictures"
LOOK_AGAIN = timedelta(minutes=1)  # So long an item waits for the news of its pictures before it asks once more.
TURN_SECONDS = 3.0  # One task works so long before it lets others have the worker; sending goes before it (CELERY_TASK_ROUTES).
IDS_PER_TASK = 500
_rang: dict[UUID, float] = {}  # Business: when this process last rang because of a save (monotonic seconds).


def ask_for_looks(tenant_id: UUID, product_ids: Iterable[int | None]) -> None:
    """Rings for a look at the pictures of these products."""
    for ids in chunks(sorted({pk for pk in product_ids if pk is not None}), IDS_PER_TASK):
        ring(TASK, str(tenant_id), ids)


def ask_after_save(tenant_id: UUID, product_id: int) -> None:
    """A picture was saved: has it looked at while its change waits for its round. Not for each of a crowd, the round asks for those: a
    thousand saves must not make a thousand tasks."""
    now = time.monotonic()
    if now - _rang.get(tenant_id, -math.inf) < DEBOUNCE.total_seconds():
        return
    _rang[tenant_id] = now
    ask_for_looks(tenant_id, [product_id])


def look_at_pictures(tenant_id: UUID, product_ids: Iterable[int], *, seconds: float = TURN_SECONDS) -> bool:
    """Looks at what is due of the business, unless its looks are switched off. True when there is more to do (call again)."""
    config = MetaAppConfig.objects.filter(tenant_id=tenant_id, is_active=True, tenant__is_active=True).first()
    if config is None or not config.check_pictures:
        return False
    ends = time.monotonic() + seconds
    ids = list(product_ids)
    while (wave := check_pictures(tenant_id, ids)).more and time.monotonic() < ends:
        ids = []
    return wave.more


def look_again(tenant: Tenant, product_ids: Iterable[int]) -> int | None:
    """A person asks: has the products' pictures looked at again. Returns how many; None where pictures are not looked at."""
    config = MetaAppConfig.objects.get_active_config(tenant)
    if config is None or not config.check_pictures:
        return None
    with transaction.atomic():
        number = check_again(tenant.pk, product_ids)
        ring(TASK, str(tenant.pk))
    return number


def ring_due(now: datetime) -> list[UUID]:
    """The sweep: businesses with a picture to look at (again). One query."""
    looking = MetaAppConfig.objects.filter(tenant=OuterRef("pk"), is_active=True, check_pictures=True)
    due = due_pictures(now).filter(tenant=OuterRef("pk"))
    tenants = list(Tenant.objects.filter(Exists(due), Exists(looking), is_active=True).values_list("pk", flat=True))
    for pk in tenants:
        ring(TASK, str(pk))
    return tenants
