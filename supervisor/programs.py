"""What `make up` runs: the set-up steps and the long-lived processes of this project, as plain commands."""

from collections.abc import Mapping
from pathlib import Path

from supervisor.child import Program
from supervisor.ports import HOST
from supervisor.readiness import http_answers

CELERY = ("-m", "celery", "--quiet", "-A", "whatsappcrm_backend")
IO_QUEUES = "chat,webhooks,catalog"
CPU_QUEUES = "imports,maintenance"
SHOP_QUEUES = "shops"
SHOP_THREADS = 32  # A shop that does not answer holds one of them for half a minute; five shops at their worst hold 25.
WORKER_READY = " ready."
BEAT_READY = "beat: Starting"


def set_up_steps(python: Path, debug: bool) -> list[tuple[str, Program]]:
    """(sentence for the person, command), in order. With DEBUG on, static files are served from where they lie."""
    steps: list[tuple[str, tuple[str, ...]]] = [("Bringing the database up to date", ("migrate", "--noinput", "--verbosity", "0"))]
    if not debug:
        steps.append(("Collecting static files", ("collectstatic", "--noinput", "--verbosity", "0")))
    steps.append(("Making sure the demo shops exist", ("seed_demo",)))
    return [(sentence, Program(words[0], (str(python), "manage.py", *words))) for sentence, words in steps]


def long_lived(python: Path, port: int, sandbox_port: int) -> list[Program]:
    """The processes that keep running; the embedded Valkey is not among them, see broker.py."""

    def run(name: str, *words: str, **more: object) -> Program:
        return Program(name, (str(python), *words), **more)  # type: ignore[arg-type]

    return [
        run(
            "web",
            *("-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws"),
            *("--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "whatsappcrm_backend.wsgi:application"),
            answers=http_answers(HOST, port, "/healthz"),
        ),
        run("io", *CELERY, "worker", "-Q", IO_QUEUES, *_worker("io", 2), ready_line=WORKER_READY),
        run("cpu", *CELERY, "worker", "-Q", CPU_QUEUES, *_worker("cpu", 1), ready_line=WORKER_READY),
        run("shops", *CELERY, "worker", "-Q", SHOP_QUEUES, "-P", "threads", *_worker("shops", SHOP_THREADS), ready_line=WORKER_READY),
        run("beat", *CELERY, "beat", "--pidfile=", "--loglevel", "INFO", ready_line=BEAT_READY),
        run(
            "sandbox",
            *("-m", "sandbox.server", "--port", str(sandbox_port), "--state", "var/sandbox.sqlite3", "--review-delay", "5", "--demo"),
            answers=http_answers(HOST, sandbox_port, "/"),
        ),
    ]


def _worker(name: str, at_once: int) -> tuple[str, ...]:
    return ("-n", f"{name}@%h", "-c", str(at_once), "--loglevel", "INFO", "--without-gossip", "--without-mingle")


def summary(values: Mapping[str, str], port: int, sandbox_port: int) -> str:
    """The addresses and the login, printed once everything answers."""
    web, sandbox = f"http://{HOST}:{port}", f"http://{HOST}:{sandbox_port}"
    password = values.get("DEMO_ADMIN_PASSWORD") or "(DEMO_ADMIN_PASSWORD is not set)"
    return f"""
  whatsappcrm is running.

    Admin         {web}/admin/
    Login         admin (all businesses), solar-owner or pizzeria-staff (one each)
    Password      {password}
    Meta's side   {sandbox}/
    Demo shops    {sandbox}/shops/demo/ (WooCommerce)
                  {sandbox}/shopify/vesuvio-pantry.myshopify.com/ (Shopify)
    API           {web}/v1/docs/

  Stop with Ctrl-C. Everything is kept in the folder var/ for the next start.
"""
