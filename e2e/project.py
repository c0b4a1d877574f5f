"""The project under test: a copy of the checkout with its own `.env`, `var/`, Valkey and ports, run by the supervisor as `make up` does.

Nothing of the developer's `.env` and `var/` is read or written. Browsers and pages live in browser.py.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

CHECKOUT = Path(__file__).resolve().parent.parent
LEFT_OUT = (".*", "var", "docs", "benchmarks", "__pycache__")
MARKER = "WHATSAPPCRM_SUPERVISED_IN"  # what the supervisor gives every child (supervisor/child.py)
RUNNING = "whatsappcrm is running."
START_SECONDS, STOP_SECONDS = 120, 40
Found = TypeVar("Found")


def wait_for(look: Callable[[], Found], seconds: float = 20.0, what: str = "") -> Found:
    """The first true answer of `look`, asked every 0.1 s. Fails the test with `what` when none came in time."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Did not happen within {seconds:.0f} s: {what or look}")
        time.sleep(0.1)
    return found


def free_ports(number: int) -> list[int]:
    """Different free ports of this machine."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Project:
    """One running copy. `web` and `meta` are its addresses, `password` is everybody's in the demo.

    tenants: {sub-domain: id}; samples: {model label: primary key of a row to look at}; both filled by the fixture.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        shutil.copytree(CHECKOUT, self.root, ignore=shutil.ignore_patterns(*LEFT_OUT))
        (self.root / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
        web_port, meta_port = free_ports(2)
        self.web, self.meta = f"http://127.0.0.1:{web_port}", f"http://127.0.0.1:{meta_port}"
        self._env = {**_clean_environment(), "PORT": str(web_port), "SANDBOX_PORT": str(meta_port)}
        self._log = self.root / "up.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.password = ""
        self.tenants: dict[str, str] = {}
        self.samples: dict[str, str] = {}

    # --- start and stop ---------------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Until the supervisor says that everything answers. Fails with its output when that takes too long."""
        command = [sys.executable, "-m", "supervisor", "--stop-with-parent"]
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                command, cwd=self.root, env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while RUNNING not in self.output():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"The project did not start:\n{self.output()[-4000:]}")
            time.sleep(0.2)
        self.password = self.dotenv()["DEMO_ADMIN_PASSWORD"]
        self._env["REDIS_URL"] = self._broker()

    def stop(self) -> list[int]:
        """Ctrl-C's effect; answers the processes that are left (there should be none; they are killed)."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        left = self.processes()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return left

    def processes(self) -> list[int]:
        """The processes that the supervisor of this copy has started and that still live."""
        mark = f"{MARKER}={self.root}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
        return found

    def output(self) -> str:
        """What the supervisor and its children have printed."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def dotenv(self) -> dict[str, str]:
        """The `.env` that the supervisor wrote into the copy."""
        lines = (self.root / ".env").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))

    def _broker(self) -> str:
        for pid in self.processes():
            with contextlib.suppress(OSError):
                for pair in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                    if pair.startswith(b"REDIS_URL="):
                        return pair.decode().removeprefix("REDIS_URL=")
        raise AssertionError("No process knows the broker.")

    # --- inside -----------------------------------------------------------------------------------------------------------
    def run_step(self, step: str, *arguments: str, **environment: str) -> Any:
        """Runs a function of steps.py inside the project (Django, its database, its broker) and answers what it returned."""
        done = subprocess.run(
            [sys.executable, "-m", "e2e.steps", step, *arguments],
            cwd=self.root, env={**self._env, **environment}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{step} failed:\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout.splitlines()[-1])

    def second_web(self, port: int, **environment: str) -> "subprocess.Popen[bytes]":
        """One more web process of this project with other settings, for example as behind a proxy. The caller stops it."""
        words = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws", "--workers", "1"]
        return subprocess.Popen(
            [sys.executable, *words, "--log-level", "warning", "whatsappcrm_backend.wsgi:application"],
            cwd=self.root, env={**self._env, MARKER: str(self.root), **environment}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    # --- Meta's side ------------------------------------------------------------------------------------------------------
    def control(self, method: str, address: str, body: dict[str, Any] | None = None) -> Any:
        """A control call of the stand-in: `control("DELETE", "faults")`."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"} if data else {}
        request = urllib.request.Request(f"{self.meta}/_sandbox/{address}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def item_at_meta(self, catalog: str, sku: str) -> dict[str, Any]:
        """What Meta has under this SKU; empty when it has nothing."""
        return self.control("GET", f"state?catalog={catalog}")["items"].get(sku, {})


def _clean_environment() -> dict[str, str]:
    """The environment without what configures the project: a developer's variables must not decide the outcome."""
    example = (CHECKOUT / ".env.example").read_text(encoding="utf-8")
    ours = {*re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE), "DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL"}
    return {name: value for name, value in os.environ.items() if name not in ours and not name.startswith("PYTEST_")}
