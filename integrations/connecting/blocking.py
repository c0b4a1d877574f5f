"""A shop that refuses us until a person acts (a revoked key, a wrong address): one state, one alert, no calls."""

from django.db import transaction

from common.clock import database_now
from common.redaction import clean_error_text
from integrations.links import connection_url
from integrations.models import Schedule, StoreConnection
from operations.models import Severity
from operations.services import close_alert, raise_alert

KIND = "shop_blocked"
Access = tuple[object, ...]


def blocked_alert_key(connection_pk: int) -> str:
    """The key of the alert about a blocked shop."""
    return f"shop-blocked-{connection_pk}"


def blocked_words(connection: StoreConnection) -> tuple[str, str]:
    """Title and remedy of the alert."""
    return (
        f"The shop “{connection}” does not let us in",
        f"{connection.blocked_reason} When it is mended, press “Test connection” on the shop's page. {then_words(connection)} Until then "
        "nothing is read from it, and nothing changes here.",
    )


def then_words(connection: StoreConnection) -> str:
    """How imports go on after a successful test."""
    return "Then start an import." if connection.schedule == Schedule.OFF else "Imports then go on by their schedule."


def block(used: StoreConnection, reason: str) -> bool:
    """Stops every call to the shop. used: the connection as it was when the shop refused it.

    False when its address or keys were changed meanwhile: the refusal says nothing about the new ones.
    """
    with transaction.atomic():
        fresh = StoreConnection.objects.select_for_update(of=("self",)).select_related("tenant").filter(pk=used.pk).first()
        if fresh is None or access_of(fresh) != access_of(used):
            return False
        if fresh.blocked_at is None:
            fresh.blocked_at, fresh.blocked_reason = database_now(), clean_error_text(reason)
            StoreConnection.objects.filter(pk=fresh.pk).update(blocked_at=fresh.blocked_at, blocked_reason=fresh.blocked_reason)
            title, remedy = blocked_words(fresh)
            key, link = blocked_alert_key(fresh.pk), connection_url(fresh.pk)
            raise_alert(fresh.tenant, kind=KIND, key=key, title=title, remedy=remedy, link=link, severity=Severity.CRITICAL)
    return True


def unblock(connection: StoreConnection) -> bool:
    """The shop lets us in again (a test succeeded), or may do so (keys or address changed). False when it was not blocked."""
    with transaction.atomic():
        blocked = StoreConnection.objects.filter(pk=connection.pk, blocked_at__isnull=False)
        freed = bool(blocked.update(blocked_at=None, blocked_reason="", updated_at=database_now()))
        if freed:
            close_alert(connection.tenant, blocked_alert_key(connection.pk))
    connection.blocked_at, connection.blocked_reason = None, ""
    return freed


def access_of(connection: StoreConnection) -> Access:
    """What decides whether a shop lets us in."""
    return connection.provider, connection.address, connection.credentials
