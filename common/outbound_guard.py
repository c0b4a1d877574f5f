"""Asking addresses that people gave us (pictures, shops): only on the public internet, with limits on everything.

The name is resolved once, every address it has is judged (public_addresses.py), and the connection is made to a judged address: a
name that changes its mind between the look and the connection gains nothing. TLS still checks the name. Redirects are followed here, each
hop judged like the first; credentials stay with the host they were meant for. Nothing of an answer is ever part of an error.
"""

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3
from django.conf import settings

from common import http
from common.outbound_reading import TOO_SLOW, FetchFailed, Limits, PublicAnswer, TooLarge, Why, read_body, read_portions
from common.public_addresses import NOT_PUBLIC, AddressRefused, Target, may_connect, parse_target

__all__ = [
    "FetchFailed",
    "PublicAnswer",
    "PublicSession",
    "TooLarge",
    "Why",
    "fetch_public",
    "is_redirect",
    "location_of",
    "stream_public",
]

MOST_REDIRECTS = 4
CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NO_ANSWER = "The server does not answer, or not properly."


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it goes out."""

    method: str
    target: Target
    headers: Mapping[str, str]
    body: bytes | None = None


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
        with http.fresh_session() as session, _opened(session, Call("GET", target, sent), addresses.copy, ends) as (response, watch):
            if not is_redirect(response.status_code, response.headers):
                return read_body(response, Limits(max_bytes, first_bytes), ends, watch)
            following = urljoin(target.url, location_of(response.headers))
        before, target = target, parse_target(following, schemes=schemes, any_port=own_network)
        if target.origin != before.origin:
            sent = {name: value for name, value in sent.items() if name.lower() not in CREDENTIALS}
    raise FetchFailed("The address sends us on and on to other addresses.")


def stream_public(
    url: str, *, max_bytes: int, deadline: float, schemes: tuple[str, ...] = ("https",), start: int = 0
) -> Iterator[bytes]:
    """GET of a file that is too long for memory: its unpacked bytes, in portions as they come. Redirects are not followed.

    start: so many bytes at its beginning are left out, as they are known: by a range (RFC 9110, 14), or by us, where the server gives the
    whole file all the same. The other arguments and what it raises, at any portion, as in fetch_public; an answer without the file raises
    FetchFailed, too.
    """
    ends, own_network = time.monotonic() + deadline, bool(settings.ALLOW_PRIVATE_STORE_URLS)
    target = parse_target(url, schemes=schemes, any_port=own_network)
    addresses = _judged_addresses(target, ends, own_network)
    # The bytes of a range are those of the file as it is sent: packed, they would be others.
    wanted = {"Range": f"bytes={start}-"} if start else {"Accept-Encoding": "gzip"}
    with http.fresh_session() as session, _opened(session, Call("GET", target, wanted), addresses.copy, ends) as (response, watch):
        if start and response.status_code == 416:
            return  # There is nothing behind `start`.
        if response.status_code != (206 if start and _begins_at(response, start) else 200):
            raise FetchFailed(f"The server does not give the file (HTTP {response.status_code}).")
        known = start if response.status_code == 200 else 0
        for portion in read_portions(response, max_bytes - start + known, ends, watch):
            yield portion[known:]
            known = max(known - len(portion), 0)


def _begins_at(response: requests.Response, start: int) -> bool:
    """A part of the file as it is, from this byte on."""
    is_packed = response.headers.get("Content-Encoding", "").lower() not in ("", "identity")
    return not is_packed and response.headers.get("Content-Range", "").lower().startswith(f"bytes {start}-")


class PublicSession:
    """Many requests to one origin over a connection that stays open, one at a time. Each new connection is judged as a single fetch is.

    Redirects are handed back, never followed: whoever holds credentials decides. schemes: what the first address may begin with.
    """

    def __init__(self, url: str, *, schemes: tuple[str, ...] = ("https",)) -> None:
        self._own_network = bool(settings.ALLOW_PRIVATE_STORE_URLS)
        self.target = self._parsed(url, schemes)
        self._session = http.fresh_session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # What a server wants us to carry along is left there.
        self._turn = threading.Lock()

    def get(
        self, url: str, *, max_bytes: int, deadline: float, headers: Mapping[str, str] | None = None, first_bytes: int | None = None
    ) -> PublicAnswer:
        """GET of an address of this origin; the arguments and what it raises as in fetch_public (gzip is understood)."""
        return self._repeatable(Call("GET", self._of_this_origin(url), _with_gzip(headers)), Limits(max_bytes, first_bytes), deadline)

    def ask(self, url: str, body: bytes, *, max_bytes: int, deadline: float, headers: Mapping[str, str] | None = None) -> PublicAnswer:
        """POST of a question, which changes nothing (GraphQL); the rest as get."""
        return self._repeatable(Call("POST", self._of_this_origin(url), _with_gzip(headers), body), Limits(max_bytes), deadline)

    def write(
        self, method: str, url: str, body: bytes, *, max_bytes: int, deadline: float, headers: Mapping[str, str] | None = None
    ) -> PublicAnswer:
        """POST, PUT or DELETE of an address of this origin; the rest as get. It goes out once, over a new connection: one that was kept may
        be closed at the other end, and then nobody knows whether it arrived.

        Raises as get; where FetchFailed.may_be_done is set, the other side may have done it.
        """
        call = Call(method, self._of_this_origin(url), _with_gzip(headers), body)
        with self._turn:
            self._session.close()
            answer = self._once(call, Limits(max_bytes), time.monotonic() + deadline)
            if answer is None:
                raise FetchFailed(NO_ANSWER, was_sent=True)
            return answer

    def _repeatable(self, call: Call, limits: Limits, deadline: float) -> PublicAnswer:
        if deadline <= 0:  # The caller's own time was up before.
            raise FetchFailed(TOO_SLOW, Why.SLOW)
        with self._turn:
            ends = time.monotonic() + deadline
            answer = self._once(call, limits, ends)
            # None: the server had closed the connection that we had kept.
            answer = answer or self._once(call, limits, ends)
            if answer is None:
                raise FetchFailed(NO_ANSWER)
            return answer

    def _of_this_origin(self, url: str) -> Target:
        target = self._parsed(url, (self.target.scheme,))
        if target.origin != self.target.origin:
            raise AddressRefused("The address belongs to another server.")
        return target

    def close(self) -> None:
        """Closes what is open. The session may be used again."""
        self._session.close()

    def _parsed(self, url: str, schemes: tuple[str, ...]) -> Target:
        return parse_target(url, schemes=schemes, any_port=self._own_network)

    def _once(self, call: Call, limits: Limits, ends: float) -> PublicAnswer | None:
        dialled: list[str] = []

        def addresses() -> list[str]:
            dialled.extend(_judged_addresses(call.target, ends, self._own_network))
            return dialled

        try:
            with _opened(self._session, call, addresses, ends) as (response, watch):
                return read_body(response, limits, ends, watch)
        except FetchFailed as failed:
            if dialled or not failed.was_sent:
                raise
            return None  # Sent over a connection that was kept.


def _with_gzip(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {"Accept-Encoding": "gzip", **(headers or {})}


def is_redirect(status: int, headers: Mapping[str, str]) -> bool:
    """True when the answer sends us elsewhere."""
    return status in REDIRECTS and bool(headers.get("Location"))


def location_of(headers: Mapping[str, str]) -> str:
    """Where a redirect leads, as servers write it: UTF-8 in a header that is read as Latin-1, blanks not encoded."""
    written = headers["Location"]
    with contextlib.suppress(UnicodeError):
        written = written.encode("latin-1").decode("utf-8")
    return written.strip().replace(" ", "%20")


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
        raise FetchFailed("Looking up the server's name took too long.", Why.SLOW) from None
    if found is None:
        raise FetchFailed("There is no server of this name.", Why.NO_SUCH_NAME)
    return found


@contextlib.contextmanager
def _opened(
    session: requests.Session, call: Call, addresses: Callable[[], list[str]], ends: float
) -> Iterator[tuple[requests.Response, Any]]:
    left = max(ends - time.monotonic(), 0.001)
    wanted = {"Accept-Encoding": "identity", **call.headers}
    options: dict[str, Any] = {"timeout": (min(left, http.CONNECT_SECONDS), left), "allow_redirects": False, "stream": True}
    with http.watched(left) as watch, http.pinned(addresses):
        try:
            response = session.request(call.method, call.target.url, headers=wanted, data=call.body, **options)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _failure(error, watch) from None
        with response:
            yield response, watch


def _failure(error: Exception, watch: Any) -> FetchFailed:
    if watch.cut or isinstance(error, requests.exceptions.Timeout):
        return FetchFailed(TOO_SLOW, Why.SLOW)
    if isinstance(error, requests.exceptions.SSLError):
        if "CERTIFICATE_VERIFY_FAILED" in repr(error):
            return FetchFailed("The server's certificate is not valid.", Why.CERTIFICATE)
        return FetchFailed("The server does not let us connect with encryption.", Why.NO_TLS, was_sent=watch.written)
    return FetchFailed(NO_ANSWER, was_sent=watch.written)
