"""A throw-away world for one benchmark run: own database (SQLite, or DATABASE_URL if BENCH_DATABASE_URL is set), own stand-in for Meta.

Must be entered before Django is set up. Everything listens on 127.0.0.1 and ends with the run.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECRET = "benchmark-secret-of-no-value-whatsoever-0123456789"


def free_port() -> int:
    """A TCP port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def throw_away_world() -> Iterator[int]:
    """Sets the environment up, starts the stand-in, yields its port."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        port = free_port()
        os.environ.update(
            DEBUG="true",
            SECRET_KEY=SECRET,
            ENCRYPTION_SECRET=SECRET,
            DATABASE_URL=os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{Path(folder) / 'bench.sqlite3'}",
            META_GRAPH_BASE_URL=f"http://127.0.0.1:{port}",
            PUBLIC_BASE_URL="http://127.0.0.1:8000",
            MEDIA_ROOT=str(Path(folder) / "media"),
            REDIS_URL=f"redis://127.0.0.1:{free_port()}/0",
            DJANGO_SETTINGS_MODULE="whatsappcrm_backend.settings",
        )
        server = subprocess.Popen(
            [sys.executable, "-m", "sandbox.server", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_for(port)
            yield port
        finally:
            server.terminate()
            server.wait(10)


def wait_for(port: int, seconds: float = 30) -> None:
    """Returns once something listens on the port; raises TimeoutError."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")
