"""Fetching from addresses that people gave us (pictures, shops): only from the public internet, with limits on everything.

The name is resolved once, every address it has is judged (public_addresses.py), and the connection is made to a judged address: a
name that changes its mind between the look and the connection gains nothing. TLS still checks the name. Redirects are followed here, each
hop judged like the first; credentials stay with the host they were meant for. Nothing of an answer is ever part of an error.
"""

import contextlib
import queue
import socket
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3
from django.conf import settings
from requests.structures import CaseInsensitiveDict

from common import http
from common.public_addresses import NOT_PUBLIC, AddressRefused, Target, may_connect, parse_target

MOST_REDIRECTS = 4
PORTION = 16 * 1024
CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})
TOO_SLOW = "The server took too long to answer."
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class FetchFailed(Exception):
    """The address may be opened, but did not answer usefully. The text says why, in words."""


class TooLarge(FetchFailed):
    """The answer is longer than the caller takes."""


@dataclass(frozen=True)
class PublicAnswer:
    """status: HTTP status of the last hop; body: unpacked bytes; is_whole: False when reading stopped at first_bytes."""

    status: int
    headers: "CaseInsensitiveDict[str]"
    body: bytes
    is_whole: bool


def fetch_public(
    url: str,
    *,
    max_bytes: int,
    deadline: float,
    headers: Mapping[str, str] | None = None,
    schemes: tuple[str, ...] = ("https",),
    first_bytes: int | None = None,
) -> PublicAnswer:
    """GET. max_bytes: the most the unpacked body may have; deadline: seconds for everything, redirects included.

    first_bytes: enough for the caller; reading stops there, however long the rest. Raises AddressRefused (must not be opened), TooLarge and
    FetchFailed (opened in vain). ALLOW_PRIVATE_STORE_URLS lets addresses of one's own network through.
    """
    ends = time.monotonic() + deadline
    sent = dict(headers or {})
    own_network = bool(settings.ALLOW_PRIVATE_STORE_URLS)
    target = parse_target(url, schemes=schemes, any_port=own_network)
    for _ in range(MOST_REDIRECTS + 1):
        addresses = _judged_addresses(target, ends, own_network)
        with _opened(target, addresses, sent, ends) as (response, watch):
            if response.status_code not in REDIRECTS or not response.headers.get("Location"):
                body, is_whole = _read(response, max_bytes, first_bytes, ends, watch)
                return PublicAnswer(response.status_code, response.headers, body, is_whole)
            following = urljoin(target.url, _location(response))
        before, target = target, parse_target(following, schemes=schemes, any_port=own_network)
        if target.origin != before.origin:
            sent = {name: value for name, value in sent.items() if name.lower() not in CREDENTIALS}
    raise FetchFailed("The address sends us on and on to other addresses.")


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a name. Raises OSError."""
    return list(dict.fromkeys(str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def _judged_addresses(target: Target, ends: float, own_network: bool) -> list[str]:
    """All of them must be allowed: a name with one public and one private address is a trick, or a mistake."""
    addresses = _resolve_in_time(target, ends)
    if not addresses or not all(may_connect(address, own_network=own_network) for address in addresses):
        raise AddressRefused(NOT_PUBLIC)
    return addresses


def _resolve_in_time(target: Target, ends: float) -> list[str]:
    """A look-up knows no time limit of its own; it is left behind in its thread when ours is up."""
    answers: queue.Queue[list[str] | None] = queue.Queue()

    def look_up() -> None:
        try:
            answers.put(resolve(target.host, target.port))
        except (OSError, UnicodeError):
            answers.put(None)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        found = answers.get(timeout=max(ends - time.monotonic(), 0.001))
    except queue.Empty:
        raise FetchFailed("Looking up the server's name took too long.") from None
    if found is None:
        raise FetchFailed("There is no server of this name.")
    return found


@contextlib.contextmanager
def _opened(target: Target, addresses: list[str], headers: dict[str, str], ends: float) -> Iterator[tuple[requests.Response, Any]]:
    left = max(ends - time.monotonic(), 0.001)
    wanted = {"Accept-Encoding": "identity", **headers}
    with http.watched(left) as watch, http.pinned_session(addresses) as session:
        try:
            response = session.get(
                target.url, headers=wanted, timeout=(min(left, http.CONNECT_SECONDS), left), allow_redirects=False, stream=True
            )
        except requests.exceptions.SSLError:
            raise FetchFailed("The server's certificate is not valid.") from None
        except requests.exceptions.Timeout:
            raise FetchFailed(TOO_SLOW) from None
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError):
            raise FetchFailed(TOO_SLOW if watch.cut else "The server does not answer, or not properly.") from None
        with response:
            yield response, watch


def _location(response: requests.Response) -> str:
    """As servers write it: UTF-8 in a header that is read as Latin-1, blanks not encoded."""
    written = response.headers["Location"]
    with contextlib.suppress(UnicodeError):
        written = written.encode("latin-1").decode("utf-8")
    return written.strip().replace(" ", "%20")


def _read(response: requests.Response, max_bytes: int, first_bytes: int | None, ends: float, watch: Any) -> tuple[bytes, bool]:
    unpack = _unpacker(response.headers.get("Content-Encoding", ""))
    received = bytearray()
    while True:
        try:
            packed = response.raw.read(PORTION, decode_content=False)
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            raise FetchFailed(TOO_SLOW if _is_late(watch, ends) else "The answer broke off.") from None
        if _is_late(watch, ends):  # A connection that was cut looks like the end of the answer.
            raise FetchFailed(TOO_SLOW)
        received += unpack(packed, max_bytes + 1 - len(received))
        if first_bytes is not None and len(received) >= first_bytes:
            return bytes(received[:first_bytes]), False
        if len(received) > max_bytes:
            raise TooLarge(f"The answer is larger than {max_bytes / 1024 / 1024:.0f} MB.")
        if not packed:
            return bytes(received), True


def _is_late(watch: Any, ends: float) -> bool:
    return bool(watch.cut) or time.monotonic() > ends


def _unpacker(encoding: str) -> Any:
    """(packed bytes, most) -> at most `most` + a few unpacked bytes: a small parcel with a gigabyte in it stays small here."""
    kind = encoding.strip().lower()
    if kind in ("", "identity"):
        return lambda packed, most: packed
    if kind not in ("gzip", "x-gzip", "deflate"):
        raise FetchFailed("The answer is packed in a way we did not ask for.")
    packer = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def unpack(packed: bytes, most: int) -> bytes:
        try:
            return packer.decompress(packed, max(most, 1))
        except zlib.error:
            raise FetchFailed("The answer is damaged.") from None

    return unpack
