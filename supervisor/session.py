"""From free ports to "everything has stopped". Knows programs and ports, nothing of this project: the tests run it as it is."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from supervisor import instance, ports
from supervisor.child import Program
from supervisor.errors import Refusal, Stopped
from supervisor.output import Console
from supervisor.runner import Runner

PATIENCE_SECONDS = 60.0
REFUSED = 2


def refusing_politely(console: Console, work: Callable[[], int]) -> int:
    """Runs `work` and turns a Refusal into its text and exit code 2, an early Ctrl-C into exit code 0."""
    try:
        return work()
    except Refusal as refusal:
        console.say(str(refusal))
        return REFUSED
    except (Stopped, KeyboardInterrupt):
        console.say("Stopped.")
        return 0


def supervise(
    runner: Runner, prepare: Callable[[Runner], Iterable[Program]], wanted_ports: Mapping[str, int], summary: str
) -> int:
    """Prepares, starts every program, prints the summary once all answer, stays until asked to stop."""
    with runner:
        programs = list(prepare(runner))
        ports.require_free(wanted_ports)  # again: preparing may have taken minutes
        for program in programs:
            runner.keep(program)
        if waiting := runner.wait_until_ready(PATIENCE_SECONDS):
            runner.console.say(f"Not answering yet: {', '.join(waiting)}. The lines above say why; it is started again until it works.")
        runner.console.block(summary)
        runner.forever()
        runner.console.say("Stopping.")
    runner.console.say("Stopped.")
    return 0


def clear_the_way(root: Path, console: Console, wanted_ports: Mapping[str, int]) -> None:
    """Ends leftovers of a killed run and checks the ports. Raises Refusal when one is taken."""
    cleared = instance.clear_leftovers(root)
    if cleared:
        console.say(f"Ended {cleared} processes that an earlier run had left behind.")
    ports.require_free(wanted_ports, patience=instance.PATIENCE_SECONDS if cleared else 0.0)
