"""Looking at pictures, in waves of eight: claim the facts that are due, look without any transaction, write down, tell who shows them."""

from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from common.clock import database_now
from products_and_services.models import PictureFacts, PictureStatus
from products_and_services.pictures.client import look_at_address
from products_and_services.pictures.files import look_at_stored
from products_and_services.pictures.found import Found, next_look
from products_and_services.pictures.links import facts_of, link_pictures, products_showing
from products_and_services.signals import announce
from tenants.models import Tenant

HOST_OUT = "Its host does not answer for other pictures either."
AT_ONCE = 8  # pictures of one business; picture hosts take more for an attack
HOST_IS_OUT = 3  # so many looks in vain at one host in a wave, and none that worked: its other pictures are not tried now
LONGEST_LOOK = timedelta(minutes=1)  # whoever has claimed a picture and said nothing for so long has died


@dataclass(frozen=True)
class Wave:
    """looked: pictures looked at; more: others are due now (call again)."""

    looked: int
    more: bool


def check_pictures(tenant_id: UUID, product_ids: Iterable[int] = ()) -> Wave:
    """Looks at up to eight due pictures of the business, after pointing those of the products at their facts.

    Products whose pictures turn out other than was known are announced. In a crowd, first looks are not: what waits for them is looked at
    once a minute by itself, and so goes together instead of in dozens of small batches.
    """
    known = link_pictures(tenant_id, product_ids, database_now())
    if known:
        announce_in_transaction(tenant_id, known)
    claimed = _claim(tenant_id, database_now())
    if not claimed:
        return Wave(0, more=False)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        found = list(pool.map(_look, claimed))
    return _write(tenant_id, dict(zip(claimed, found, strict=True)))


def check_again(tenant_id: UUID, product_ids: Iterable[int]) -> int:
    """A person asks: the products' pictures are due for another look. Returns how many pictures. What is known stays known meanwhile."""
    now = database_now()
    ids = sorted(set(product_ids))
    link_pictures(tenant_id, ids, now)
    facts = facts_of(tenant_id, ids)
    return PictureFacts.objects.for_tenant(tenant_id).filter(pk__among=facts).update(next_check_at=now, failures=0, checking_until=None)


def due_pictures(now: datetime) -> QuerySet[PictureFacts]:
    """Those to look at now that nobody is looking at (a claim further ahead than its own length is a clock that jumped)."""
    free = Q(checking_until__isnull=True) | Q(checking_until__lte=now) | Q(checking_until__gt=now + LONGEST_LOOK)
    return PictureFacts.objects.filter(free, next_check_at__lte=now)


def _claim(tenant_id: UUID, now: datetime) -> list[PictureFacts]:
    """At most eight per business in all workers together: the tenant's row is the turnstile."""
    with transaction.atomic():
        Tenant.objects.select_for_update(no_key=True).get(pk=tenant_id)
        busy = PictureFacts.objects.filter(tenant_id=tenant_id, checking_until__gt=now, checking_until__lte=now + LONGEST_LOOK).count()
        due = due_pictures(now).filter(tenant_id=tenant_id).order_by("next_check_at", "pk")
        claimed = list(due[: max(AT_ONCE - busy, 0)])
        PictureFacts.objects.filter(pk__in=[facts.pk for facts in claimed]).update(checking_until=now + LONGEST_LOOK)
    return claimed


def _look(facts: PictureFacts) -> Found:
    return look_at_stored(facts.source) if facts.is_file else look_at_address(facts.source)


def _write(tenant_id: UUID, results: dict[PictureFacts, Found]) -> Wave:
    now = database_now()
    shown = products_showing([facts.pk for facts in results])
    with transaction.atomic():
        for facts, found in results.items():
            if facts.pk in shown:
                PictureFacts.objects.filter(pk=facts.pk).update(**_columns(facts, found, now))
        PictureFacts.objects.filter(pk__in=[facts.pk for facts in results if facts.pk not in shown]).delete()  # Nobody shows it any more.
        for host in _hosts_out(results):
            _postpone(tenant_id, host, now)
        more = due_pictures(now).filter(tenant_id=tenant_id).exists()
        told = [facts.pk for facts, found in results.items() if _is_news(facts, found, crowd=more)]
        announce(tenant_id, sorted({product for pk in told for product in shown.get(pk, ())}))
    return Wave(len(results), more)


def _hosts_out(results: dict[PictureFacts, Found]) -> list[str]:
    """["https://cdn.example/"]: hosts that gave nothing in this wave."""
    by_host: dict[str, list[bool]] = defaultdict(list)
    for facts, found in results.items():
        if not facts.is_file:
            by_host[urljoin(facts.source, "/")].append(found.speaks_of_host)
    return [host for host, in_vain in by_host.items() if len(in_vain) >= HOST_IS_OUT and all(in_vain)]


def _postpone(tenant_id: UUID, host: str, now: datetime) -> None:
    """Thousands of pictures of a dead host, five seconds each, would keep those of all others waiting. They count as looked at in vain, so
    that what is live goes all the same and new products say what they wait for; the next look at some of them tells for all again."""
    due = due_pictures(now).filter(tenant_id=tenant_id, is_file=False, source__startswith=host)
    due = due.filter(status__in=(PictureStatus.NEW, PictureStatus.UNREACHABLE))
    for failures in set(due.values_list("failures", flat=True)):
        again = next_look(PictureStatus.UNREACHABLE, failures + 1, now)
        due.filter(failures=failures).update(
            status=PictureStatus.UNREACHABLE, reason=HOST_OUT, http_status=None, failures=failures + 1, next_check_at=again
        )


def _columns(facts: PictureFacts, found: Found, now: datetime) -> dict[str, Any]:
    failures = 0 if found.status == PictureStatus.OK else facts.failures + 1
    again = next_look(found.status, failures, now)
    return found.columns() | {"failures": failures, "checked_at": now, "next_check_at": again, "checking_until": None}


def _is_news(facts: PictureFacts, found: Found, *, crowd: bool) -> bool:
    if facts.status == PictureStatus.NEW:
        return not crowd
    return any(getattr(facts, name) != value for name, value in found.columns().items())


def announce_in_transaction(tenant_id: UUID, product_ids: Iterable[int]) -> None:
    """The letter must be written as one with its doorbell."""
    with transaction.atomic():
        announce(tenant_id, sorted(product_ids))
