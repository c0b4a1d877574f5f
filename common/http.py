"""Outgoing HTTP for the clients: kept-alive sessions per thread and host, a deadline over the whole call, a size cap, no redirects.

Nothing else in the project opens sockets. Errors leave as the two kinds a caller must tell apart: never sent, and maybe applied.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

CONNECT_SECONDS = 5.0
DEADLINE_SECONDS = 18.0  # Three calls in a row (stale id, look-up, creation) end before a 60 s lease does.
MAX_BODY = 32 * 1024 * 1024
CHUNK = 64 * 1024
_sessions = threading.local()
session_factory: Callable[[], requests.Session] | None = None


class NeverSent(Exception):
    """The connection could not be made, so the request had no effect."""


class AnswerLost(Exception):
    """The request left, the answer did not (wholly) arrive: it may have been applied."""


@dataclass(frozen=True)
class Answer:
    """status: HTTP status; headers: case-insensitive mapping; body: decoded bytes, at most 32 MiB."""

    status: int
    headers: "requests.structures.CaseInsensitiveDict[str]"
    body: bytes


def _session(url: str) -> requests.Session:
    if session_factory is not None:
        return session_factory()
    host = urlsplit(url).netloc
    sessions = _sessions.__dict__.setdefault("by_host", {})
    if host not in sessions:
        session = sessions[host] = requests.Session()
        session.trust_env = False  # No proxy and no .netrc credentials from the environment.
        session.mount("https://", HTTPAdapter(pool_connections=1, pool_maxsize=4, max_retries=0))
        session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=4, max_retries=0))
    return sessions[host]


def call(
    method: str,
    url: str,
    *,
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    deadline: float = DEADLINE_SECONDS,
) -> Answer:
    """One request. deadline: seconds for everything, body included. Raises NeverSent or AnswerLost, never a requests exception."""
    ends = time.monotonic() + deadline
    try:
        response = _session(url).request(
            method, url, params=params, headers=headers, data=body, timeout=(CONNECT_SECONDS, deadline), allow_redirects=False, stream=True
        )
    except (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError) as error:
        raise NeverSent(type(error).__name__) from error
    except requests.exceptions.ConnectionError as error:
        raise (NeverSent if _refused(error) else AnswerLost)(type(error).__name__) from error
    except requests.exceptions.RequestException as error:
        raise AnswerLost(type(error).__name__) from error
    return Answer(response.status_code, response.headers, _read(response, ends))


def _refused(error: Exception) -> bool:
    """urllib3 raises NewConnectionError (and name resolution errors) before a byte has left."""
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)


def _read(response: requests.Response, ends: float) -> bytes:
    received = bytearray()
    try:
        for chunk in response.iter_content(CHUNK):
            received += chunk
            if len(received) > MAX_BODY or time.monotonic() > ends:
                raise AnswerLost("the answer was too long or too slow")
    except requests.exceptions.RequestException as error:
        raise AnswerLost(type(error).__name__) from error
    finally:
        response.close()
    return bytes(received)
