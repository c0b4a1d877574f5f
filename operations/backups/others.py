"""Whether anybody else is using the database that is about to be replaced."""

import fcntl
from pathlib import Path

from django.db import connection

LOCK_OF_MAKE_UP = "supervisor.pid"  # supervisor/instance.py holds it beside the database for as long as it runs.


def who_else_is_connected() -> int:
    """How many others use this database: PostgreSQL counts connections; of SQLite only a running `make up` is known, as one."""
    if connection.vendor != "postgresql":
        return int(_is_locked(Path(str(connection.settings_dict["NAME"])).parent / LOCK_OF_MAKE_UP))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0]


def _is_locked(path: Path) -> bool:
    try:
        with path.open("r+") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
