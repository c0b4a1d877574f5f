"""Everything a shop runs, started for the tests: database, broker, Sandbox Graph, web server, Celery worker, beat.

Started once per test session where a test does not kill it; the commands are those of `make up` (supervisor/programs.py).
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from celery import Celery
from django.conf import settings

from supervisor.programs import long_lived
from whatsappcrm_backend.tests.realprocess.brokers import Queues, free_port, prepare_broker
from whatsappcrm_backend.tests.realprocess.databases import make_database
from whatsappcrm_backend.tests.realprocess.meta_side import MetaSide
from whatsappcrm_backend.tests.realprocess.pauses import FOLDER, Pauses
from whatsappcrm_backend.tests.realprocess.processes import Process, Processes, wait_until

PYTHON = sys.executable
QUEUES = ("catalog", "maintenance", "shops")
WORKER = ("worker", "-Q", ",".join(QUEUES), "--loglevel", "INFO", "--without-gossip", "--without-mingle")
SWEEP = "meta_integration.tasks.sweep"


class Stage:
    """The processes and where they are. Use `close` at the end, whatever happened."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="wcrm-real-"))
        self.processes = Processes(self.folder)
        self.pauses = Pauses(self.folder / "pauses")
        self.database = make_database(self.folder)
        self.web: Process | None = None
        self.worker: Process | None = None
        self.sandbox_port, self.web_port = free_port(), free_port()
        self._broker = prepare_broker(self.folder)
        self.processes.remove_at_the_end(self._broker.folder)
        self.queues = Queues(self._broker.url)
        self.meta = MetaSide(self.sandbox_port)
        self.bell = Celery("realprocess", set_as_current=False)
        self.bell.config_from_object("django.conf:settings", namespace="CELERY")
        self.bell.conf.broker_url = f"redis+socket://{self._broker.url.removeprefix('unix://')}"

    def open(self) -> None:
        """Broker, database and Sandbox Graph; web server and worker come when they are first needed."""
        self.processes.start("broker", self._broker.program.argv, {"PATH": "/usr/bin:/bin"}, cwd=self._broker.program.cwd)
        self.database.create()
        code, said = self.processes.run("migrate", [PYTHON, "manage.py", "migrate", "--noinput", "--verbosity", "0"], self.env())
        assert code == 0, said
        state = str(self.folder / "sandbox.sqlite3")
        command = [PYTHON, "-m", "sandbox.server", "--port", str(self.sandbox_port), "--state", state, "--batch-delay", "0"]
        self.processes.start("sandbox", command, self.env()).wait_for_line("Sandbox ready")
        assert self._broker.program.answers
        wait_until(self._broker.program.answers, "the broker answers")

    def close(self) -> None:
        """Ends every process, drops the database, removes the folders. Raises AssertionError when a process got away."""
        escaped = self.processes.end()
        try:
            self.database.drop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
            shutil.rmtree(self._broker.folder, ignore_errors=True)
        assert not escaped, f"left behind: {escaped}"

    def env(self, **changes: str) -> dict[str, str]:
        """What every process of ours sees: nothing of the developer's own environment or .env file."""
        return {
            "PATH": f"{Path(PYTHON).parent}:/usr/bin:/bin",
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "whatsappcrm_backend.settings",
            "DEBUG": "true",
            "SECRET_KEY": settings.SECRET_KEY,
            "ENCRYPTION_SECRET": settings.ENCRYPTION_SECRET,
            "DATABASE_URL": self.database.url,
            "REDIS_URL": self._broker.url,
            "META_GRAPH_BASE_URL": self.meta.url,
            "META_API_VERSION": settings.META_API_VERSION,
            "META_CATALOG_INCLUDE_IMAGES": "auto",
            "PUBLIC_BASE_URL": f"http://127.0.0.1:{self.web_port}",
            "ALLOWED_HOSTS": "127.0.0.1",
            "CSRF_TRUSTED_ORIGINS": "",
            "TRUST_PROXY_SSL": "false",
            "MEDIA_ROOT": str(self.folder / "media"),
            "STORAGE_BACKEND": "local",
            "LOG_FORMAT": "console",
            "SENTRY_DSN": "",
            "ALERT_EMAILS": "",
            "ALERT_WEBHOOK_URL": "",
            FOLDER: str(self.pauses.folder),
            **changes,
        }

    # --- processes ------------------------------------------------------------------------------------------------------

    def start_web(self, name: str = "web", port: int = 0, **changes: str) -> tuple[Process, str]:
        """A web server as `make up` starts it; with other variables where given. Returns it and its address."""
        port = port or free_port()
        program = next(program for program in long_lived(Path(PYTHON), port, self.sandbox_port) if program.name == "web")
        process = self.processes.start(name, program.argv, self.env(**changes))
        assert program.answers
        wait_until(lambda: program.answers() or not process.is_running(), lambda: f"{name} answers: {process.log[-3000:]}")
        assert process.is_running(), process.log[-3000:]
        return process, f"http://127.0.0.1:{port}"

    def shared_web(self) -> str:
        """The address of the web server that tests share."""
        if self.web is None or not self.web.is_running():
            self.web, _ = self.start_web(port=self.web_port)
        return f"http://127.0.0.1:{self.web_port}"

    def shared_worker(self) -> Process:
        """The worker that tests share; whoever kills it gets the next one a fresh one."""
        if self.worker is None or not self.worker.is_running():
            self.worker = self.start_worker()
        return self.worker

    def start_worker(self, processes: int = 1, name: str = "worker") -> Process:
        """A Celery worker (prefork) for these queues, with the pause points built in."""
        module = "whatsappcrm_backend.tests.realprocess.pausing_worker"
        command = [PYTHON, "-m", module, *WORKER, "-n", f"{name}@%h", "-c", str(processes)]
        worker = self.processes.start(name, command, self.env())
        worker.wait_for_line(" ready.")
        return worker

    def start_beat(self, name: str = "beat") -> Process:
        """Celery beat as `make up` starts it."""
        program = next(program for program in long_lived(Path(PYTHON), 0, 0) if program.name == "beat")
        beat = self.processes.start(name, program.argv, self.env())
        beat.wait_for_line(program.ready_line)
        return beat

    # --- the doorbell -----------------------------------------------------------------------------------------------------

    def ring(self, task: str, args: tuple[Any, ...] = (), countdown: float = 0) -> None:
        """Puts a task into our broker; what the doorbell of this very process does while a test runs."""
        self.bell.send_task(task, args=args, countdown=countdown or None, retry=False, ignore_result=True)

    def sweep(self) -> None:
        self.ring(SWEEP)
