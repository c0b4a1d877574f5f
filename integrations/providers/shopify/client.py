"""A Shopify shop over HTTP: asked in GraphQL, its files read as streams, every fault told as one of the four errors. Knows no products.

The only place where a shop's keys are used. They stand in no error, no log line and in nothing that is handed back. Where a shop is
reached says SHOPIFY_BASE_URL: https://<domain>, or a stand-in on this machine.
"""

import logging
import math
import random
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson
from django.conf import settings

from common.errors import AmbiguousError, NeedsConfigurationError, RemoteError, TransientError
from common.outbound_guard import FetchFailed, PublicAnswer, PublicSession, Why, stream_public
from common.public_addresses import AddressRefused
from integrations.providers.shopify.answering.answers import (
    Asked,
    NewToken,
    ShopifyAnswer,
    error_of,
    read_answer,
    read_token,
)
from integrations.providers.shopify.costs import Bucket
from integrations.providers.shopify.domains import API_VERSION, base_url, is_shop_domain, shop_domain
from integrations.providers.shopify.keys import TOKEN
from integrations.providers.shopify.tokens import TokenBusy, Tokens

if TYPE_CHECKING:
    from integrations.models import StoreConnection

__all__ = ["ShopifyClient"]

logger = logging.getLogger("shopify")

HEADERS = {"User-Agent": "whatsappcrm (product import)", "Accept": "application/json", "Content-Type": "application/json"}
REQUEST_SECONDS = 30.0
MAX_BODY = 32 * 1024 * 1024
HURRIED_WAIT = 15.0  # seconds: enough for a page on Shopify's smallest plan
LONGEST_WAIT = 60.0  # seconds that one question waits for points, all its waits together; then the importer's own patience takes over
FILE_HOSTS = frozenset({"storage.googleapis.com"})  # Where Shopify lays the results of bulk operations.
MAX_FILE, FILE_SECONDS = 4 * 1024**3, 300.0
LONGEST_LINE = 16 * 1024 * 1024
_CHANGE = re.compile(r"\s*(#[^\n]*\s*)*mutation\b")
_FAULTS = {
    Why.SLOW: "timeout", Why.NO_SUCH_NAME: "no_such_name", Why.CERTIFICATE: "certificate", Why.NO_TLS: "no_tls",
    Why.UNREACHABLE: "unreachable", Why.BROKE_OFF: "connection_lost", Why.DAMAGED: "unreadable", Why.TOO_LARGE: "too_large",
}  # fmt: skip
_NOT_DONE = frozenset({"throttled", "token_busy", "security"})  # Refusals after which a change has certainly not been made.


class ShopifyClient:
    """One shop. connection: saved or not. May be used by several threads: requests go one after the other.

    served_version: of the API that has answered, where it is another than the one we ask for ("" = as asked): ours is too old.
    Nothing that it holds holds it, too: its connection is closed as soon as nobody needs it.
    """

    def __init__(self, connection: "StoreConnection") -> None:
        self.domain = shop_domain(connection.address)
        self.served_version = ""
        facts: Any = connection.facts
        self._proven = isinstance(facts, dict) and facts.get("domain") == self.domain
        self._id, self._secret = (connection.credential(name).strip() for name in ("client_id", "client_secret"))
        self._entered = connection.credential("access_token").strip()
        self._tokens = Tokens(connection)
        self._token = ""
        self.longest_wait = LONGEST_WAIT
        self._ends = math.inf
        self._bucket = Bucket()
        self._session: PublicSession | None = None

    def __repr__(self) -> str:
        return f"<ShopifyClient {self.domain}>"

    def hurry(self, seconds: float) -> None:
        """From now on no question waits long for points, and all together have so many seconds."""
        self.longest_wait, self._ends = HURRIED_WAIT, time.monotonic() + seconds

    def execute(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The `data` of a GraphQL question or change. Waits (a minute at most) until the shop has the points for it.

        Raises one of the four errors; data that came with errors is never returned. A change (mutation) whose answer was lost raises
        AmbiguousError: it may have been made. userErrors are data: the caller's business.
        """
        self._check_keys()
        body = orjson.dumps({"query": query, "variables": variables or {}})
        is_change = bool(_CHANGE.match(query))
        waited = self._wait(self._bucket.seconds_until(query, time.monotonic()))
        self._token = self._current_token()
        renewed, tries = False, 0
        while True:
            tries += 1
            try:
                return self._asked(query, body, is_change=is_change)
            except TransientError as error:
                seconds = max(error.retry_after or 0.0, tries / 2)  # Others ask in the same moment: each time a little longer.
                if error.kind != "throttled" or waited + seconds > self.longest_wait:
                    raise
                waited += self._wait(seconds)
            except NeedsConfigurationError as error:
                if error.kind != "bad_token" or not self._tokens.can_renew:
                    raise
                if renewed:
                    raise self._error("new_token_refused", status=error.status) from None
                self._token, renewed = self._current_token(refused=self._token), True

    def secret_is_refused(self) -> bool:
        """Whether Shopify does not take client ID and secret (any more), though a token that they were given for may still live. Asks for
        another one, which is thrown away. False with an access token. Raises a TransientError where there is no answer."""
        if self._entered:
            return False
        try:
            self._fetch_token()
        except NeedsConfigurationError as error:
            return error.kind == "invalid_client"
        return False

    def download(self, url: str, start: int = 0) -> Iterator[bytes]:
        """The lines of a bulk operation's file, without line ends, as they come, from the byte `start` on. Its address is signed: no key
        goes there.

        Raises one of the four errors, at any line, and after five minutes: whoever has not come to the end goes on where that was.
        """
        schemes = self._check_file_address(url)
        kind, rest = "", b""
        try:
            for portion in stream_public(url, max_bytes=MAX_FILE, deadline=FILE_SECONDS, schemes=schemes, start=start):
                *lines, rest = (rest + portion).split(b"\n")
                yield from lines
                if len(rest) > LONGEST_LINE:
                    kind = "too_large"
                    break
        except AddressRefused:
            kind = "file_elsewhere"
        except FetchFailed as failed:
            kind = _FAULTS[failed.why]
        if kind:  # Raised here, so that what was caught, and the signed address in it, is no part of the error.
            raise self._error(kind)
        if rest:
            yield rest

    # --- one question ---------------------------------------------------------------------------------------------------------
    def _asked(self, query: str, body: bytes, *, is_change: bool) -> dict[str, Any]:
        try:
            answer = self._read(self._post(f"/admin/api/{API_VERSION}/graphql.json", body, once=is_change))
        except TransientError as error:
            if not is_change or error.kind in _NOT_DONE or error.data.get("never_sent"):
                raise
            raise _ambiguous(error) from None
        self._bucket.note(query, answer.cost, time.monotonic())
        self._note_version(answer.version)
        self._proven = True
        return answer.data

    def _read(self, answer: PublicAnswer) -> ShopifyAnswer:
        return read_answer(answer.status, answer.headers, answer.body, self._about())

    def _note_version(self, version: str) -> None:
        """Shopify answers too old a version as the oldest one that it still knows."""
        if version and version != API_VERSION and version != self.served_version:
            logger.warning("%s was asked in version %s of the API and has answered in %s", self.domain, API_VERSION, version[:20])
            self.served_version = version[:20]

    def _wait(self, seconds: float) -> float:
        """Waits, a little longer than needed so that workers do not come back together; returns how long it should have been."""
        seconds = min(seconds, self.longest_wait)
        if seconds > 0:
            logger.debug("%s: waiting %.1f s for points", self.domain, seconds)
            time.sleep(seconds * (1 + random.random() / 10))  # noqa: S311 - spreads load, guards nothing
        return seconds

    # --- keys -----------------------------------------------------------------------------------------------------------------
    def _check_keys(self) -> None:
        """What can be seen without asking the shop."""
        if not is_shop_domain(self.domain):
            raise self._error("wrong_address")
        if self._entered.startswith("shpss_"):
            raise self._error("secret_as_token")
        if self._entered and not TOKEN.fullmatch(self._entered):  # It would never leave this machine, and look like an outage.
            raise self._error("bad_token")
        if not self._entered and not (self._id and self._secret):
            raise self._error("no_key")

    def _current_token(self, refused: str = "") -> str:
        try:
            return self._tokens.current(self._fetch_token, refused)
        except TokenBusy:
            raise self._error("token_busy") from None

    def _fetch_token(self) -> NewToken:
        wanted = {"grant_type": "client_credentials", "client_id": self._id, "client_secret": self._secret}
        answer = self._post("/admin/oauth/access_token", orjson.dumps(wanted), once=False, with_token=False)
        return read_token(answer.status, answer.headers, answer.body, self._about())

    # --- HTTP -----------------------------------------------------------------------------------------------------------------
    def _post(self, path: str, body: bytes, *, once: bool, with_token: bool = True) -> PublicAnswer:
        headers = {**HEADERS, **({"X-Shopify-Access-Token": self._token} if with_token else {})}
        kind, said, started = "", "", time.monotonic()
        data: dict[str, Any] = {}
        try:
            base = base_url(settings.SHOPIFY_BASE_URL, self.domain)
            session = self._session = self._session or PublicSession(base, schemes=_schemes())
            deadline = min(REQUEST_SECONDS, self._ends - started)
            limits: dict[str, Any] = {"max_bytes": MAX_BODY, "deadline": deadline, "headers": headers}
            answer = session.write("POST", f"{base}{path}", body, **limits) if once else session.ask(f"{base}{path}", body, **limits)
        except AddressRefused as refused:
            kind, said = "wrong_address", str(refused)
        except FetchFailed as failed:
            kind, data = _FAULTS[failed.why], {"never_sent": not failed.may_be_done}
        logger.debug("POST %s%s -> %s in %.2f s", self.domain, path, kind or answer.status, time.monotonic() - started)
        if kind:  # Raised here, so that what was caught is no part of the error.
            raise self._error(kind, said=said, data=data)
        return answer

    def _check_file_address(self, url: str) -> tuple[str, ...]:
        """The schemes that a file's address may have. Raises where Shopify lays no files."""
        stand_in = base_url(settings.SHOPIFY_BASE_URL, self.domain)
        try:
            parts, ours = urlsplit(url), urlsplit(stand_in)
        except ValueError:
            raise self._error("file_elsewhere") from None
        if (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc):
            return _schemes()
        if parts.scheme != "https" or parts.netloc.lower() not in FILE_HOSTS:
            raise self._error("file_elsewhere")
        return ("https",)

    def _about(self) -> Asked:
        return Asked(self._proven, datetime.now(UTC), (self._entered, self._secret, self._token))

    def _error(self, kind: str, **more: Any) -> RemoteError:
        return error_of(kind, self._about(), **more)


def _schemes() -> tuple[str, ...]:
    """Plain http only to a stand-in inside one's own network."""
    return ("https", "http") if settings.ALLOW_PRIVATE_STORE_URLS else ("https",)


def _ambiguous(error: TransientError) -> AmbiguousError:
    return AmbiguousError(error.message, kind=error.kind, status=error.status, data=error.data, retry_after=error.retry_after)
