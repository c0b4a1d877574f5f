"""`python3 -m supervisor`: the whole of `make up`, from an empty machine to a running project and back."""

import argparse
import os
import sys
from pathlib import Path

from supervisor.instance import only_one
from supervisor.output import Console
from supervisor.project import Project
from supervisor.session import refusing_politely

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """0 after Ctrl-C or SIGTERM, 2 when something keeps us from starting (the text says what)."""
    parser = argparse.ArgumentParser(prog="python3 -m supervisor", description="Runs the whole project on this machine.")
    parser.add_argument("--stop-with-parent", action="store_true", help="stop when the program that started us ends (used by make)")
    options = parser.parse_args(arguments)
    console = Console()

    def up() -> int:
        with only_one(ROOT / "var"):
            return Project(ROOT, console, os.environ).run(options.stop_with_parent)

    return refusing_politely(console, up)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
