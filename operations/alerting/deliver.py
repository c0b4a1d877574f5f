"""Sending what is due. A row is claimed before it is sent, its next attempt already planned: a killed worker leaves a date, not a ghost.

At least once, never at the same time by two: mails and webhook calls carry an id that stays the same over all attempts.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from common import metering
from common.retry import CATALOG_MAX_ATTEMPTS, catalog_delay
from common.signing import standard_headers
from operations.alerting.client import NotDelivered, post_webhook, send_mail
from operations.alerting.words import Notice, html_text, plain_text, subject, webhook_payload
from operations.models import Alert, AlertDelivery, AlertEvent, Channel

logger = logging.getLogger("alerts")
ONE_MAIL_PER = timedelta(seconds=55)  # The sweep comes each minute: what gathers meanwhile travels in one mail.
AT_ONCE = 50
FOOTER_PERSON = (
    "You get this mail because you own or manage this business, or because this installation is run with your address (ALERT_EMAILS). "
    "Each alert is told once, and once more when it is resolved. To stop: People (Memberships) in the admin, “alerts by e-mail” off."
)


def deliver_due(now: datetime, *, only: Alert | None = None) -> int:
    """Sends what is due and returns how many rows were delivered. only: a test, which waits for nothing."""
    due = AlertDelivery.objects.filter(next_attempt_at__lte=now).select_related("alert__tenant").order_by("id")
    due = due.filter(alert=only) if only else due
    return _mails(due, now, patient=only is None) + _webhooks(due, now)


def _mails(due: QuerySet[AlertDelivery], now: datetime, *, patient: bool) -> int:
    """One mail per address with all that is due for it, at most one a minute. A server that is down ends the round: each wait is 15 s."""
    by_address: dict[str, list[AlertDelivery]] = defaultdict(list)
    for row in due.filter(channel=Channel.EMAIL)[: AT_ONCE * 10]:
        by_address[row.recipient].append(row)
    if patient and by_address:
        just_told = AlertDelivery.objects.filter(channel=Channel.EMAIL, delivered_at__gt=now - ONE_MAIL_PER, recipient__in=by_address)
        for address in set(just_told.values_list("recipient", flat=True)):
            del by_address[address]
    delivered = 0
    for address, rows in list(by_address.items())[:AT_ONCE]:
        ours = [row for row in rows if _claim(row, now)]
        if not ours:
            continue
        error = _try_mail(address, ours)
        delivered += _settle(ours, now, error)
        if error is not None and error.is_down:
            break
    return delivered


def _try_mail(address: str, rows: list[AlertDelivery]) -> NotDelivered | None:
    notices = [notice_of(row) for row in rows]
    started = monotonic()
    error = None
    try:
        send_mail(address, subject(notices), plain_text(notices, FOOTER_PERSON), html_text(notices, FOOTER_PERSON), rows[0].message_id)
    except NotDelivered as problem:
        error = problem
    metering.observe("alert_deliveries", Channel.EMAIL.value, "failed" if error else "delivered", seconds=monotonic() - started)
    return error


def _webhooks(due: QuerySet[AlertDelivery], now: datetime) -> int:
    """One call per row, in order. One that fails ends the round: an endpoint that hangs must not hold the worker for minutes."""
    delivered = 0
    for row in due.filter(channel=Channel.WEBHOOK)[:AT_ONCE]:
        if not _claim(row, now):
            continue
        error = _try_webhook(row, now)
        delivered += _settle([row], now, error)
        if error is not None:
            break
    return delivered


def _try_webhook(row: AlertDelivery, now: datetime) -> NotDelivered | None:
    body = orjson.dumps(webhook_payload(notice_of(row)))
    started = monotonic()
    error = None
    try:
        post_webhook(body, standard_headers(settings.ALERT_WEBHOOK_SECRET.split(","), row.message_id, body, now))
    except NotDelivered as problem:
        error = problem
    metering.observe("alert_deliveries", Channel.WEBHOOK.value, "failed" if error else "delivered", seconds=monotonic() - started)
    return error


def _claim(row: AlertDelivery, now: datetime) -> bool:
    """One worker wins; the next attempt is planned before this one is made (none after the fifth)."""
    attempts = row.attempts + 1
    following = now + catalog_delay(attempts) if attempts < CATALOG_MAX_ATTEMPTS else None
    as_seen = AlertDelivery.objects.filter(pk=row.pk, attempts=row.attempts, next_attempt_at=row.next_attempt_at)
    won = bool(as_seen.update(attempts=attempts, next_attempt_at=following, last_error=""))
    row.attempts = attempts
    return won


def _settle(rows: Iterable[AlertDelivery], now: datetime, error: NotDelivered | None) -> int:
    ids = [row.pk for row in rows]
    mine = AlertDelivery.objects.filter(pk__in=ids, delivered_at__isnull=True)
    if error is None:
        return mine.update(delivered_at=now, next_attempt_at=None, last_error="")
    logger.warning("Alert messages not delivered: %s. %s", len(ids), error)
    mine.update(last_error=str(error)[:300], **({"next_attempt_at": None} if error.final else {}))
    return 0


def notice_of(row: AlertDelivery) -> Notice:
    """The row's alert as its receiver reads it now."""
    alert, tenant = row.alert, row.alert.tenant
    zone = ZoneInfo(tenant.timezone) if tenant else UTC
    closed = alert.closed_at.astimezone(zone) if alert.closed_at else None
    return Notice(
        event=AlertEvent(row.event).value,
        alert_id=alert.pk,
        kind=alert.kind,
        severity=alert.severity,
        business=tenant.name if tenant else "",
        tenant=tenant.sub_domain if tenant else "",
        title=alert.title,
        remedy=alert.remedy,
        opened=alert.opened_at.astimezone(zone),
        closed=closed,
        url=absolute(reverse("admin:operations_alert_change", args=[alert.pk])),
        link=absolute(alert.link),
    )


def absolute(link: str) -> str:
    """The link under PUBLIC_BASE_URL; "" for none, and for one that leads out of the house."""
    return f"{settings.PUBLIC_BASE_URL}{link}" if link.startswith("/") and not link.startswith("//") else ""


def try_again(rows: QuerySet[AlertDelivery], now: datetime) -> int:
    """Undelivered messages start a new series at once. Returns how many."""
    return rows.filter(delivered_at__isnull=True).update(attempts=0, next_attempt_at=now, last_error="")
