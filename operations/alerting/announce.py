"""Who is told about an alert: one AlertDelivery row per receiver, written in the transaction that opens or closes it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from common.doorbell import ring
from operations.models import Alert, AlertDelivery, AlertEvent, Channel
from tenants.models import Membership, Role

DELIVER = "operations.tasks.deliver_alerts"
TOLD_ROLES = (Role.OWNER, Role.MANAGER)
# "Resolved" waits so long, and is taken back when the cause returns before: a cause that comes and goes makes one message, not twenty.
QUIET = timedelta(minutes=10)
ABOUT_DELIVERIES = "deliveries_failing"


def announce_opened(alert: Alert, now: datetime) -> None:
    """Writes a row per receiver and rings."""
    told = [(channel, recipient) for channel in Channel.values for recipient in _recipients(alert, channel)]
    _write(alert, AlertEvent.OPENED, told, now)
    if told:
        ring(DELIVER)


def announce_closed(alert: Alert, now: datetime, *, channels: Iterable[str] = Channel.values) -> None:
    """Those who were told that it opened are told, in ten minutes (QUIET), that it is resolved; who was not yet told need not be."""
    opened = AlertDelivery.objects.filter(alert=alert, event=AlertEvent.OPENED)
    opened.filter(attempts=0).delete()
    told = list(opened.filter(channel__in=list(channels)).values_list("channel", "recipient"))
    _write(alert, AlertEvent.CLOSED, told, now + QUIET)


def _write(alert: Alert, event: str, told: Iterable[tuple[str, str]], due: datetime) -> None:
    AlertDelivery.objects.bulk_create(
        AlertDelivery(alert=alert, channel=channel, event=event, recipient=recipient, next_attempt_at=due) for channel, recipient in told
    )


def take_back_resolution(alert: Alert) -> bool:
    """The cause came back: a resolution that nobody was told of is dropped. False when somebody has been told of it, or nobody of the
    opening: then it is news."""
    if not AlertDelivery.objects.filter(alert=alert, event=AlertEvent.OPENED).exists():
        return False
    resolutions = AlertDelivery.objects.filter(alert=alert, event=AlertEvent.CLOSED)
    if resolutions.filter(attempts__gt=0).exists():
        return False
    resolutions.delete()
    return True


def _recipients(alert: Alert, channel: str) -> list[str]:
    """Addresses; [""] for the webhook. An alert about a failing channel does not go through that channel."""
    if alert.kind == ABOUT_DELIVERIES and alert.key.endswith(channel):
        return []
    if channel == Channel.WEBHOOK:
        return [""] if settings.ALERT_WEBHOOK_URL else []
    return sorted({address.strip().lower() for address in [*settings.ALERT_EMAILS, *_people(alert)] if address.strip()})


def _people(alert: Alert) -> list[str]:
    """Owners and managers of the business who have not switched it off."""
    if alert.tenant_id is None:
        return []
    members = Membership.objects.filter(tenant=alert.tenant_id, role__in=TOLD_ROLES, alert_emails=True, user__is_active=True)
    return list(members.values_list("user__email", flat=True))
