"""Whether anybody else is using the database that is about to be replaced."""

from django.db import connection


def who_else_is_connected() -> int:
    """How many other connections PostgreSQL counts to this database. SQLite counts none: it makes writers wait instead."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0]
