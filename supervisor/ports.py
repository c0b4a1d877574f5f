"""Are the ports free? Asked before anything is started, because a half-started project is harder to understand than a refusal."""

import errno
import socket
import time
from collections.abc import Mapping

from supervisor.errors import Refusal

HOST = "127.0.0.1"


def require_free(ports: Mapping[str, int], patience: float = 0.0) -> None:
    """`ports` maps variable names to numbers. Raises Refusal for the first that is taken or not ours to use.

    `patience` in seconds: wait that long for processes that were just killed to let go of their ports.
    """
    if len(set(ports.values())) < len(ports):
        names = " and ".join(ports)
        number = next(iter(ports.values()))
        raise Refusal(f"{names} are the same number ({number}). Give one of them another port in .env or in the environment.")
    deadline = time.monotonic() + patience
    for name, port in ports.items():
        while (problem := _problem(port)) and time.monotonic() < deadline:
            time.sleep(0.1)
        if problem:
            raise Refusal(
                f"Port {port} {problem}. Nothing was started.\n"
                f"Stop the program that uses it, or choose another port: {name}={_suggestion(ports)} make up\n"
                f"(to keep it, set {name} in .env)"
            )


def _problem(port: int) -> str:
    try:
        _bind(port)
    except OSError as error:
        if error.errno == errno.EACCES:
            return "needs administrator rights"
        return "is already in use"
    return ""


def _bind(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: connections of a server that ended a moment ago do not count as "in use".
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        probe.listen(1)


def _suggestion(ports: Mapping[str, int]) -> int:
    for candidate in range(8010, 8100):
        if candidate not in ports.values() and not _problem(candidate):
            return candidate
    return 8100
