"""When the hooks in a shop are to be looked at: a row that says so, and its doorbell."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from common.clock import database_now
from common.doorbell import ring
from integrations.models import HookFarewell, Signature, StoreConnection, StoreHooks
from tenants.services import record_audit

KEEP, FAREWELL = "integrations.tasks.keep_webhooks", "integrations.tasks.remove_webhooks"
OLD_SECRET_FOR = timedelta(hours=4)  # So long Shopify repeats what it could not deliver.
MOST_AT_ONCE = 500


def ask_for_a_look(connection: StoreConnection) -> None:
    """The shop was connected, changed, switched on or is being read: its hooks are looked at as soon as a worker is free."""
    hooks_of(connection.pk)
    StoreHooks.objects.filter(connection_id=connection.pk).update(due_at=database_now())
    ring(KEEP, connection.pk)


def repair(connection: StoreConnection) -> None:
    """A person wants it now."""
    with transaction.atomic():
        ask_for_a_look(connection)
        record_audit("webhooks_repair_asked", connection.tenant, subject=str(connection))


def hooks_of(connection_pk: int) -> StoreHooks:
    """The row about a connection's hooks, with the secret that they sign with."""
    rows = StoreHooks.objects.defer("secret", "old_secret")
    return rows.get_or_create(connection_id=connection_pk, defaults={"secret": new_secret()})[0]


def new_secret() -> str:
    """What a shop signs with that takes a secret from us."""
    return secrets.token_urlsafe(32)


def remember_old_secret(connection_pk: int, secret: str) -> None:
    """A credential that signs was replaced: what is on its way is still signed with the one before."""
    hooks = hooks_of(connection_pk)
    until = database_now() + OLD_SECRET_FOR
    StoreHooks.objects.filter(pk=hooks.pk).update(old_secret=secret, old_secret_until=until, signature=Signature.RIGHT)


def ring_due(now: datetime) -> None:
    """The sweep: looks whose doorbell got lost, or whose time has come; hooks of removed shops."""
    StoreHooks.objects.filter(old_secret_until__lte=now).update(old_secret="", old_secret_until=None)
    living = Q(connection__is_active=True, connection__blocked_at__isnull=True, connection__tenant__is_active=True)
    for pk in StoreHooks.objects.filter(living, due_at__lte=now).order_by("due_at").values_list("connection_id", flat=True)[:MOST_AT_ONCE]:
        ring(KEEP, pk)
    for pk in HookFarewell.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:MOST_AT_ONCE]:
        ring(FAREWELL, pk)
