"""A WooCommerce shop over HTTP: found, signed for, asked, with every fault told as one of the four errors. Knows no products.

The only place that holds a shop's key. It stands in no error, no log line and in nothing that is handed back (`remembered`, headers).
"""

import base64
import logging
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from common.errors import NeedsConfigurationError, RemoteError
from common.outbound_guard import FetchFailed, PublicSession, Why
from common.public_addresses import AddressRefused
from integrations.providers.woocommerce import addresses, oauth
from integrations.providers.woocommerce.answers import Asked, WooAnswer, error_of, read_answer
from integrations.providers.woocommerce.discovery import Place, Search, Seen
from integrations.providers.woocommerce.words import NOTICE, notes_for

__all__ = ["WooAnswer", "WooClient"]

logger = logging.getLogger("woocommerce")

USER_AGENT = "Mozilla/5.0 (compatible; whatsappcrm; product import)"
MAX_BODY = 32 * 1024 * 1024
MAX_PAGE = 256 * 1024  # Of a home page only the head is read.
# How a request says who asks, in the order in which they are tried. The last one leaves the key in the shop's log files.
WAYS = {"https": ("basic", "oauth-https", "oauth-http", "query"), "http": ("oauth-http",)}
# What may mean that the key did not arrive, so that another way may work.
_UNHEARD = frozenset({"header_stripped", "rest_locked"})
# What may mean that the shop has moved to another place at the same address.
_MOVED = frozenset({"html", "plain_permalinks", "woo_off", "no_route", "redirect_elsewhere", "login_wall", "unexpected", "rest_locked"})
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
        self._timeout = timeout
        self._session: PublicSession | None = None
        self._proven = self._remembers_this_shop()
        self._tried_ways = False

    def __repr__(self) -> str:
        return f"<WooClient {self.store_url}>"

    def connect(self) -> dict[str, Any]:
        """Finds the API, finds a way in which the key is accepted, and says what kind of shop it is. Raises one of the four errors.

        Keys: store_url, api_root, home, name, auth, products (number, None unknown), has_variations_endpoint, notes (for a merchant).
        """
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
        if not (self._proven and self.remembered.get("auth")):
            self.connect()
        way = self.remembered["auth"]
        try:
            return self._ask(path, params or {}, way)
        except NeedsConfigurationError as error:
            if self._tried_ways or not _may_be_unheard(error, way):
                raise
            refused = error
        return self._by_any_way(path, params or {}, refused)

    def close(self) -> None:
        """Closes the connection."""
        if self._session is not None:
            self._session.close()

    def _remembers_this_shop(self) -> bool:
        """Facts that belong to another address are not trusted with the key."""
        root = str(self.remembered.get("api_root") or "")
        known = self.remembered.get("store") == self.store_url and addresses.origin(root) == addresses.origin(self.store_url)
        if not known:
            for name in ("store", "api_root", "home", "auth", "has_variations_endpoint"):
                self.remembered.pop(name, None)
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
            self.close()
            self._session, self.store_url = None, self.store_url.replace("https://", "http://", 1)
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
                if not _may_be_unheard(error, way):
                    raise
                refused = error
        return self._by_any_way(path, params, refused)

    def _by_any_way(self, path: str, params: dict[str, str], refused: RemoteError | None) -> WooAnswer:
        """Tries the ways that there are, each once, as long as the shop does not say clearly what is wrong."""
        self._tried_ways = True
        known = self.remembered.get("auth") if refused else None
        errors = [refused] if refused else []
        for way in WAYS[self.store_url.partition(":")[0]]:
            if way == known:
                continue
            try:
                answer = self._ask(path, params, way)
            except NeedsConfigurationError as error:
                errors.append(error)
                if not _may_be_unheard(error, way):
                    break
            else:
                self.remembered["auth"] = way
                return answer
        raise _clearest(errors)

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
            if error.kind not in ("no_route", "bad_request", "not_found"):
                raise
            return False
        return True

    def _ask(self, path: str, params: dict[str, str], way: str) -> WooAnswer:
        url = f"{self.remembered['api_root']}/wc/v3/{path}"
        sent, headers = self._signed(url, params, way)
        asked = Asked(url, path, way, self._proven, _now(), (self._key, self._secret))
        seen = self._exchange(f"{url}?{oauth.query(sent)}", asked, headers, max_bytes=MAX_BODY)
        answer = read_answer(seen.status, seen.headers, seen.body, asked)
        if answer.had_notice and NOTICE not in self.notes:
            self.notes.append(NOTICE)
        return answer

    def _signed(self, url: str, params: dict[str, str], way: str) -> tuple[dict[str, str], dict[str, str]]:
        """Parameters and headers with which a request is sent."""
        if way == "basic":
            pair = base64.b64encode(f"{self._key}:{self._secret}".encode()).decode()
            return params, {"Authorization": f"Basic {pair}"}
        if way == "query":
            return {**params, "consumer_key": self._key, "consumer_secret": self._secret}, {}
        as_shop = self._as_the_shop_knows_it(url, way.removeprefix("oauth-"))
        signed = oauth.signed("GET", as_shop, params, self._key, self._secret, timestamp=int(time.time()), nonce=secrets.token_hex(16))
        return signed, {}

    def _as_the_shop_knows_it(self, url: str, scheme: str) -> str:
        """The shop checks a signature against its own idea of its address, whatever name it was reached by."""
        home = str(self.remembered.get("home") or self.store_url)
        return f"{scheme}://{home.partition('://')[2].partition('/')[0]}{url[len(addresses.origin(url)) :]}"

    def _look(self, url: str) -> Seen:
        """One GET without key, for the search."""
        is_page = not url.partition("?")[2]
        limit = {"first_bytes": MAX_PAGE} if is_page else {}
        return self._exchange(url, Asked(url.partition("?")[0], proven=self._proven, now=_now()), {}, max_bytes=MAX_BODY, **limit)

    def _exchange(self, url: str, asked: Asked, headers: dict[str, str], **limits: int) -> Seen:
        started = time.monotonic()
        kind, said = "", ""
        try:
            answer = self._opened().get(
                url, deadline=self._timeout, headers={"User-Agent": USER_AGENT, "Accept": "application/json", **headers}, **limits
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

    def _opened(self) -> PublicSession:
        if self._session is None:
            self._session = PublicSession(self.store_url, schemes=("https", "http"))
        return self._session


def _may_be_unheard(error: RemoteError, way: str) -> bool:
    """True when the key may be right and another way may work.

    A signature is also refused when the shop knows itself by another name; only where it says that there is no such key, that is the end.
    """
    if error.status == 401 and error.kind in _UNHEARD:
        return True
    return way.startswith("oauth") and error.kind in ("bad_key", "clock_wrong") and "key is invalid" not in error.data.get("said", "")


def _clearest(errors: list[RemoteError]) -> RemoteError:
    """Of several refusals the one that says most: the last that is more than "not heard"."""
    return next((error for error in reversed(errors) if error.kind not in _UNHEARD), errors[0])


def _now() -> datetime:
    return datetime.now(UTC)
