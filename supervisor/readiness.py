"""Probes that tell whether a server answers. Short time limits: they run inside the supervisor's loop."""

import http.client
from collections.abc import Callable

SECONDS = 1.0


def http_answers(host: str, port: int, path: str) -> Callable[[], bool]:
    """True once the address answers with anything below 500. A broken page is not "ready"."""

    def answers() -> bool:
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return answers
