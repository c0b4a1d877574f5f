"""A WooCommerce shop over HTTP: found, signed for, asked, with every fault told as one of the four errors. Knows no products.

The only place that holds a shop's key. It stands in no error, no log line and in nothing that is handed back (`remembered`, headers).
"""

import logging
import math
import secrets
import time
from datetime import UTC, datetime
from typing import Any

import orjson

from common.errors import AmbiguousError, NeedsConfigurationError, RemoteError
from common.outbound_guard import FetchFailed, PublicSession, Why
from common.public_addresses import AddressRefused
from integrations.providers.woocommerce import addresses, oauth, ways
from integrations.providers.woocommerce.answering.answers import Asked, WooAnswer, clock_difference, error_of, read_answer
from integrations.providers.woocommerce.answering.words import NOTICE, notes_for
from integrations.providers.woocommerce.discovery import Place, Search, Seen

__all__ = ["WooAnswer", "WooClient"]

logger = logging.getLogger("woocommerce")

HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; whatsappcrm; product import)", "Accept": "application/json"}
MAX_BODY = 32 * 1024 * 1024
TOP_OF_PAGE = 256 * 1024
HARDLY_SLOW, MOST_SLOW = 300.0, 86_400.0  # seconds
OURS = frozenset({"store", "api_root", "home", "name", "auth", "slash", "has_variations_endpoint", "slow_by"})  # Names in `remembered`.
# What may mean that the shop has moved to another place at the same address.
_MOVED = frozenset({"html", "plain_permalinks", "woo_off", "no_route", "redirect_elsewhere", "login_wall", "unexpected"})
_FAULTS = {
    Why.SLOW: "timeout", Why.NO_SUCH_NAME: "no_such_name", Why.CERTIFICATE: "certificate", Why.NO_TLS: "no_tls",
    Why.UNREACHABLE: "unreachable", Why.BROKE_OFF: "connection_lost", Why.DAMAGED: "unreadable", Why.TOO_LARGE: "too_large",
}  # fmt: skip


class WooClient:
    """One shop. remembered: JSON that connect() fills and the caller keeps (StoreConnection.facts); unknown names in it are left alone.

    timeout: seconds for each request, everything included. May be used by several threads: requests go one after the other.
    """

    def __init__(self, store_url: str, key: str, secret: str, *, remembered: dict[str, Any] | None = None, timeout: float = 30.0) -> None:
        self.store_url = addresses.store_address(store_url)
        self.remembered: dict[str, Any] = dict(remembered or {})
        self.notes: list[str] = []
        self._typed = store_url
        self._key, self._secret = key.strip(), secret.strip()
        self._timeout, self._ends = timeout, math.inf
        self._session: PublicSession | None = None
        self._proven = self._remembers_this_shop()
        self._tried_again = False

    def __repr__(self) -> str:
        return f"<WooClient {self.store_url}>"

    def hurry(self, seconds: float) -> None:
        """From now on all requests together have so many seconds."""
        self._ends = time.monotonic() + seconds

    def connect(self) -> dict[str, Any]:
        """Finds the API, finds a way in which the key is accepted, and says what kind of shop it is. Raises one of the four errors.

        Keys: store_url, api_root, home, name, auth, products (number, None unknown), has_variations_endpoint, notes (for a merchant).
        """
        self._check_key()
        if self.remembered.get("api_root") and self._proven:
            try:
                return self._facts(self._prove())
            except RemoteError as error:
                if error.kind not in _MOVED:
                    raise
        self._find()
        return self._facts(self._prove())

    def get(self, path: str, params: dict[str, str] | None = None) -> WooAnswer:
        """GET of a path below wc/v3, e.g. "products". Raises one of the four errors; finds the shop first where nothing is remembered."""
        self._check_key()
        if not (self._proven and self.remembered.get("auth")):
            self.connect()
        way = self.remembered["auth"]
        try:
            return self._ask(path, params or {}, way)
        except NeedsConfigurationError as error:
            if self._tried_again or not ways.may_work_otherwise(error, way):
                raise
            refused = error
        self._tried_again = True
        return self._by_any_way(path, params or {}, refused)

    def write(self, method: str, path: str, body: dict[str, Any] | None = None) -> WooAnswer:
        """POST, PUT or DELETE of a path below wc/v3. Sent once, by the way that reading has shown to work.

        Raises one of the four errors: Ambiguous where it may have been done (look before it is sent again), NeedsConfiguration with kind
        "read_only_key" where the key may only read. https://woocommerce.github.io/woocommerce-rest-api-docs/#authentication
        """
        self._check_key()
        if not (self._proven and self.remembered.get("auth")):
            self.connect()
        way = self.remembered["auth"]
        asked = self._asked(path, way, writes=True)
        seen = self._sent(asked, {"force": "true"} if method == "DELETE" else {}, method, orjson.dumps(body or {}))
        return self._read(seen, asked)

    def close(self) -> None:
        """Closes the connection."""
        if self._session is not None:
            self._session.close()

    def _check_key(self) -> None:
        """What can be seen without asking the shop."""
        if not (self._key and self._secret):
            raise error_of("no_key", Asked(self.store_url))
        if self._key.startswith("cs_") and self._secret.startswith("ck_"):
            raise error_of("keys_swapped", Asked(self.store_url))

    def _remembers_this_shop(self) -> bool:
        """Facts that belong to another address are not trusted with the key."""
        root = str(self.remembered.get("api_root") or "")
        known = self.remembered.get("store") == self.store_url and addresses.origin(root) == addresses.origin(self.store_url)
        if not known:
            self.remembered = {name: value for name, value in self.remembered.items() if name not in OURS}
        if self.remembered.get("auth") not in ways.ways_to(self.store_url):
            self.remembered.pop("auth", None)
        return known

    def _find(self) -> None:
        """Looks for the API; where nobody said http or https, https is tried first."""
        try:
            place = self._search()
        except RemoteError as error:
            if not (addresses.without_scheme(self._typed) and error.kind in ("unreachable", "no_tls")):
                raise
            place = None
        if place is None:
            self.store_url = self.store_url.replace("https://", "http://", 1)
            place = self._search()
        self.remembered |= {"store": self.store_url, "api_root": place.api_root, "home": place.home, "name": place.name}

    def _search(self) -> Place:
        return Search(self.store_url, self._look, proven=self._proven, now=_now()).place()

    def _prove(self) -> WooAnswer:
        """The first product's id, with the way that worked last time, else with those that there are."""
        path, params = "products", {"per_page": "1", "_fields": "id"}
        way = self.remembered.get("auth")
        refused = None
        if way:
            try:
                return self._ask(path, params, way)
            except NeedsConfigurationError as error:
                if not ways.may_work_otherwise(error, way):
                    raise
                refused = error
        return self._by_any_way(path, params, refused)

    def _by_any_way(self, path: str, params: dict[str, str], refused: RemoteError | None) -> WooAnswer:
        """Tries the ways that there are, each once, as long as the shop does not say clearly what is wrong."""
        errors = [refused] if refused else []
        for way in ways.ways_to(self.store_url):
            if refused and way == self.remembered["auth"]:
                continue
            try:
                answer = self._ask(path, params, way)
            except RemoteError as error:
                errors.append(error)
                if not ways.may_work_otherwise(error, way):
                    break
            else:
                self.remembered["auth"] = way
                return answer
        raise ways.clearest(errors)

    def _facts(self, proof: WooAnswer) -> dict[str, Any]:
        self._proven = True
        self.remembered["has_variations_endpoint"] = self._knows_variations()
        names = ("api_root", "home", "name", "auth", "has_variations_endpoint")
        notes = [*notes_for(self.remembered["auth"], self.store_url), *self.notes]
        return {name: self.remembered[name] for name in names} | {"store_url": self.store_url, "products": proof.total, "notes": notes}

    def _knows_variations(self) -> bool:
        """WooCommerce 10.3 and later list all variations at once."""
        try:
            self._ask("variations", {"per_page": "1", "_fields": "id"}, self.remembered["auth"])
        except RemoteError as error:
            if error.kind not in ("no_route", "bad_request") and error.status != 404:
                raise
            return False
        return True

    def _ask(self, path: str, params: dict[str, str], way: str) -> WooAnswer:
        asked = self._asked(path, way)
        seen = self._sent(asked, params)
        target = addresses.joined(asked.url, seen.headers.get("Location", ""))
        if addresses.only_a_slash_more(asked.url, target) and not self.remembered.get("slash"):
            return self._with_a_slash(asked, params, seen)
        return self._read(seen, asked)

    def _asked(self, path: str, way: str, *, writes: bool = False) -> Asked:
        url = f"{self.remembered['api_root']}/wc/v3/{path}"
        return Asked(url, path, way, self._proven, _now(), (self._key, self._secret), writes)

    def _with_a_slash(self, asked: Asked, params: dict[str, str], redirect: Seen) -> WooAnswer:
        """Some servers want one behind everything. Same server, same place: the key may go there."""
        self.remembered["slash"] = True
        try:
            return self._read(self._sent(asked, params), asked)
        except RemoteError as error:
            del self.remembered["slash"]
            if error.kind != "html":
                raise
        return self._read(redirect, asked)  # A page is there: WordPress did not know what we meant.

    def _read(self, seen: Seen, asked: Asked) -> WooAnswer:
        answer = read_answer(seen.status, seen.headers, seen.body, asked)
        slow_by = _quarters(-clock_difference(answer.headers, asked))
        if slow_by or "slow_by" in self.remembered:
            self.remembered["slow_by"] = slow_by
        if answer.had_notice and NOTICE not in self.notes:
            self.notes.append(NOTICE)
        return answer

    def _sent(self, asked: Asked, params: dict[str, str], method: str = "GET", body: bytes = b"") -> Seen:
        """The answer to a request that says who asks."""
        url = f"{asked.url}/" if self.remembered.get("slash") else asked.url
        home = str(self.remembered.get("home") or addresses.without_usual_port(self.store_url))
        nonce, timestamp = secrets.token_hex(16), int(time.time())
        sent, headers = ways.signed(
            asked.way, url, params, self._key, self._secret, home=home, timestamp=timestamp, nonce=nonce, method=method
        )
        whole = f"{url}?{oauth.query(sent)}" if sent else url
        return self._written(method, whole, asked, headers, body) if asked.writes else self._exchange(whole, asked, headers)

    def _look(self, url: str, is_page: bool) -> Seen:
        """One GET without key, for the search; of any server, as redirects may lead to others."""
        asked = Asked(url.partition("?")[0], proven=self._proven, now=_now())
        return self._exchange(url, asked, {}, TOP_OF_PAGE if is_page else None)

    def _exchange(self, url: str, asked: Asked, headers: dict[str, str], first_bytes: int | None = None) -> Seen:
        started = time.monotonic()
        kind, said = "", ""
        try:
            answer = self._session_for(url).get(
                url, max_bytes=MAX_BODY, deadline=self._seconds_left(), headers={**HEADERS, **headers}, first_bytes=first_bytes
            )
        except AddressRefused as refused:
            kind, said = "wrong_address", str(refused)
        except FetchFailed as failed:
            kind = _FAULTS[failed.why]
        logger.debug("GET %s by %s -> %s in %.2f s", asked.path or asked.url, asked.way or "nobody", kind or answer.status,
                     time.monotonic() - started)
        if kind:  # Raised here, so that what was caught, and the address in it, is no part of the error.
            raise error_of(kind, asked, said=said)
        return Seen(answer.status, answer.headers, answer.body)

    def _written(self, method: str, url: str, asked: Asked, headers: dict[str, str], body: bytes) -> Seen:
        """What was lost on the way back may have been done."""
        kind, said, may_be_done = "", "", False
        try:
            sent = {**HEADERS, "Content-Type": "application/json", **headers}
            answer = self._session_for(url).write(method, url, body, max_bytes=MAX_BODY, deadline=self._seconds_left(), headers=sent)
        except AddressRefused as refused:
            kind, said = "wrong_address", str(refused)
        except FetchFailed as failed:
            kind, may_be_done = _FAULTS[failed.why], failed.may_be_done
        logger.debug("%s %s by %s -> %s", method, asked.path, asked.way, kind or answer.status)
        if kind:
            error = error_of(kind, asked, said=said)
            raise AmbiguousError(error.message, kind=kind, data=error.data) if may_be_done else error
        return Seen(answer.status, answer.headers, answer.body)

    def _seconds_left(self) -> float:
        """For the next request."""
        return min(self._timeout, self._ends - time.monotonic())

    def _session_for(self, url: str) -> PublicSession:
        if self._session is None or addresses.origin(url) != addresses.origin(self._session.target.url):
            self.close()
            self._session = PublicSession(url, schemes=("https", "http"))
        return self._session


def _quarters(seconds: float) -> int:
    """Minutes, in whole quarters of an hour, so that what is remembered seldom changes; 0 for what is hardly anything."""
    return math.ceil(min(seconds, MOST_SLOW) / 900) * 15 if seconds > HARDLY_SLOW else 0


def _now() -> datetime:
    return datetime.now(UTC)
