"""A project of three harmless programs, run by the real session code: `python -m supervisor.tests.fake_project FOLDER PORT`.

`parent` starts a process of its own (as a Celery worker does), `stubborn` ignores SIGTERM, `server` holds the port.
Each writes the number of its process into FOLDER, so that the test knows whom to look for.
"""

import os
import sys
from pathlib import Path

from supervisor.child import Program
from supervisor.instance import only_one
from supervisor.output import Console
from supervisor.readiness import http_answers
from supervisor.runner import Runner
from supervisor.session import clear_the_way, refusing_politely, supervise

WRITE_PID = "import os, pathlib, signal, sys, time, subprocess; pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))\n"
SLEEP = "print('hello from', sys.argv[2], flush=True)\ntime.sleep(600)\n"
GRANDCHILD = "subprocess.Popen([sys.executable, '-c', sys.argv[3], sys.argv[1] + '.grandchild', 'grandchild'])\n"
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
SERVE = (
    "from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer\n"
    "ThreadingHTTPServer(('127.0.0.1', int(sys.argv[3])), SimpleHTTPRequestHandler).serve_forever()\n"
)


def programs(folder: Path, port: int) -> list[Program]:
    """Plain Python one-liners in place of web, workers and beat."""

    def run(name: str, code: str, *more: str) -> Program:
        answers = http_answers("127.0.0.1", port, "/") if name == "server" else None
        ready_line = "" if answers else "hello from"
        argv = (sys.executable, "-c", WRITE_PID + code, str(folder / f"{name}.pid"), name, *more)
        return Program(name, argv, answers=answers, ready_line=ready_line)

    return [
        run("parent", GRANDCHILD + SLEEP, WRITE_PID + SLEEP),
        run("stubborn", STUBBORN + SLEEP),
        run("server", SERVE, str(port)),
    ]


def main(folder: Path, port: int) -> int:
    """The same order of events as `make up`."""
    console = Console()

    def up() -> int:
        with only_one(folder):
            clear_the_way(folder, console, {"PORT": port})
            runner = Runner(folder, console, os.environ, stop_with_parent="--stop-with-parent" in sys.argv, grace=1.0)
            return supervise(runner, lambda _: programs(folder, port), {"PORT": port}, "everything answers")

    return refusing_politely(console, up)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
