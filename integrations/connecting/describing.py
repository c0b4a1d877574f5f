"""What a shop says of itself, kept: asked with every whole import, and before anything else once the shop has said that it has changed."""

from datetime import datetime

from integrations.models import StoreConnection
from integrations.providers.base import StoreAdapter, StoreFacts


def keep_facts(connection: StoreConnection, facts: StoreFacts, now: datetime) -> None:
    """Writes down what describe() found. What the shop said after this connection was loaded is still to be asked about."""
    row, stale_since = StoreConnection.objects.filter(pk=connection.pk), connection.stale_since
    row.update(facts=facts.remember, checked_at=now)
    row.filter(stale_since=stale_since).update(stale_since=None)
    connection.facts, connection.checked_at, connection.stale_since = facts.remember, now, None


def describe_if_stale(connection: StoreConnection, adapter: StoreAdapter, now: datetime) -> None:
    """For looks that do not begin with it. Network; raises the four errors."""
    if connection.stale_since is not None:
        keep_facts(connection, adapter.describe(), now)
