"""The clock everybody shares: the database's. Hosts drift and jump; due times and leases must be compared on one clock."""

from datetime import datetime

from django.db import connection
from django.utils import timezone


def server_time() -> datetime:
    """What the database server's clock says (SQLite runs on this host: the host's clock)."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def database_now() -> datetime:
    """Now, timezone-aware."""
    return server_time()
