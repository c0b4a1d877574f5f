"""/healthz: this process answers. /readyz: the database answers and is migrated; a missing broker and a silent sweep are told, but
stop nothing: pages and saves go on."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from common.clock import database_now
from common.doorbell import broker_is_up
from operations.heartbeats import sweep_state


def healthz(_request: HttpRequest) -> JsonResponse:
    """200 {"status": "ok"} while the process lives. Touches nothing else."""
    return JsonResponse({"status": "ok"})


def readyz(_request: HttpRequest) -> JsonResponse:
    """200, or 503 when the database is away or not migrated. {"database", "migrations", "broker"}: "up" | "down" | "pending".

    "sweep": "up", "silent" (no minute task for five minutes), "never" (none yet) or "unknown" (the database cannot be asked).
    """
    found = {"database": "up", "migrations": "up", "broker": "up" if broker_is_up() else "down", "sweep": "unknown"}
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            found["migrations"] = "pending"
        else:
            found["sweep"] = sweep_state(database_now())
    except DatabaseError:
        found["database"] = found["migrations"] = "down"
    ready = found["database"] == "up" and found["migrations"] == "up"
    return JsonResponse({"status": "ready" if ready else "not ready", **found}, status=200 if ready else 503)
