"""The promises of `make up` about processes, kept with real ones: restart, clean stop, nothing left behind, one at a time."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("parent", "parent.pid.grandchild", "stubborn", "server")

pytestmark = [pytest.mark.realprocess, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]


class FakeProject:
    """One run of fake_project.py and the numbers of its processes."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.started: list[subprocess.Popen[str]] = []

    def command(self, *more: str) -> list[str]:
        return [sys.executable, "-m", "supervisor.tests.fake_project", str(self.folder), str(self.port), *more]

    def start(self, *more: str) -> subprocess.Popen[str]:
        log = open(self.folder / "output.txt", "a")  # noqa: SIM115 - closed with the process
        process = subprocess.Popen(self.command(*more), cwd=ROOT, stdout=log, stderr=log, text=True, start_new_session=True)
        self.started.append(process)
        return process

    def start_and_wait(self) -> subprocess.Popen[str]:
        process = self.start()
        wait_for(lambda: "everything answers" in self.output, "the summary")
        return process

    def refused(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(), cwd=ROOT, capture_output=True, text=True, timeout=60)

    @property
    def output(self) -> str:
        return (self.folder / "output.txt").read_text()

    def pid(self, name: str) -> int:
        file = self.folder / (name if name.endswith("grandchild") else f"{name}.pid")
        return int(file.read_text() or 0) if file.exists() else 0

    def pids(self) -> dict[str, int]:
        return {name: self.pid(name) for name in NAMES}


def alive(pid: int) -> bool:
    """A zombie does not count: it runs nothing."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.02)


def none_alive(pids: dict[str, int]) -> bool:
    return not any(alive(pid) for pid in pids.values())


def children_of(pid: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[FakeProject]:
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    project = FakeProject(folder, port)
    yield project
    for process in project.started:
        process.kill()
        process.wait()
    for pid in project.pids().values():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL) if alive(pid) else None


def test_a_dead_program_is_started_again_and_its_own_children_do_not_survive_it(project: FakeProject) -> None:
    supervisor = project.start_and_wait()
    before = project.pids()

    os.kill(before["parent"], signal.SIGKILL)

    wait_for(lambda: project.pid("parent") not in (0, before["parent"]), "the new parent")
    wait_for(lambda: project.pid("parent.pid.grandchild") not in (0, before["parent.pid.grandchild"]), "the new grandchild")
    assert not alive(before["parent.pid.grandchild"])
    assert "parent ended (killed by SIGKILL)" in project.output
    supervisor.terminate()
    assert supervisor.wait(timeout=60) == 0


def test_a_second_start_is_refused_and_ctrl_c_leaves_nothing(project: FakeProject) -> None:
    supervisor = project.start_and_wait()
    pids = project.pids()
    assert all(alive(pid) for pid in pids.values())

    second = project.refused()
    assert second.returncode == 2
    assert f"already running in this folder (process {supervisor.pid})" in second.stdout
    assert all(alive(pid) for pid in pids.values())

    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(timeout=60) == 0
    assert none_alive(pids)  # the stubborn one as well
    assert "Traceback" not in project.output


def test_kill_9_of_the_supervisor_leaves_nothing(project: FakeProject) -> None:
    supervisor = project.start_and_wait()
    pids = project.pids() | {"watchman": children_of(supervisor.pid)[0]}

    supervisor.kill()

    wait_for(lambda: none_alive(pids), "the end of every process", seconds=20)


def test_what_survives_the_death_of_supervisor_and_watchman_is_cleared_by_the_next_start(project: FakeProject) -> None:
    supervisor = project.start_and_wait()
    pids = project.pids()
    watchman = next(pid for pid in children_of(supervisor.pid) if pid not in pids.values())

    os.kill(supervisor.pid, signal.SIGSTOP)  # so that it cannot start another watchman
    os.kill(watchman, signal.SIGKILL)
    os.kill(supervisor.pid, signal.SIGKILL)
    wait_for(lambda: not alive(pids["parent"]), "the parent-death signal")
    assert alive(pids["parent.pid.grandchild"])

    (project.folder / "output.txt").write_text("")
    project.start_and_wait()
    assert not alive(pids["parent.pid.grandchild"])
    assert "an earlier run had left behind" in project.output


def test_a_killed_watchman_is_replaced(project: FakeProject) -> None:
    supervisor = project.start_and_wait()
    pids = project.pids()
    watchman = next(pid for pid in children_of(supervisor.pid) if pid not in pids.values())

    os.kill(watchman, signal.SIGKILL)

    def replaced() -> bool:
        return bool([pid for pid in children_of(supervisor.pid) if pid not in (*pids.values(), watchman)])

    wait_for(replaced, "a new watchman")
    supervisor.kill()
    wait_for(lambda: none_alive(pids), "the end of every process", seconds=20)


def test_a_taken_port_is_named_and_nothing_is_started(project: FakeProject) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", project.port))
        other.listen()
        refused = project.refused()

    assert refused.returncode == 2
    assert f"Port {project.port} is already in use" in refused.stdout
    assert "PORT=" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr
    assert not any(project.pids().values())


def test_it_stops_when_make_is_killed(project: FakeProject) -> None:
    started_by = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess, time; subprocess.Popen({project.command('--stop-with-parent')!r}); time.sleep(60)"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    project.started.append(started_by)
    wait_for(lambda: all(project.pids().values()), "the programs")
    pids = project.pids()

    started_by.kill()

    wait_for(lambda: none_alive(pids), "the end of every process", seconds=20)
