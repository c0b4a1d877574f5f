"""Finding a shop's REST API from the address that somebody typed. Without any key: nothing secret travels here. Asks through a function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from common.errors import RemoteError
from integrations.providers.woocommerce import addresses, pages
from integrations.providers.woocommerce.answers import Asked, error_of, read_answer

FIELDS = "?_fields=name,url,home,namespaces"
NAMESPACE = "wc/v3"
MOST_HOPS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_API = frozenset({"html", "plain_permalinks", "not_found", "unexpected", "unreadable", "empty", "truncated", "html_before_json",
                     "redirect_elsewhere", "login_wall", "no_route", "wrong_charset"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer. headers: case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """api_root: address below which wc/v3 is; home: the shop's idea of its own address ("" unknown); name: of the shop."""

    api_root: str
    home: str = ""
    name: str = ""


Ask = Callable[[str], Seen]


class Search:
    """One search. ask: GETs an address of the shop's origin, without key, following nothing; raises the four errors."""

    def __init__(self, store_url: str, ask: Ask, *, proven: bool, now: datetime) -> None:
        self._store = store_url
        self._ask = ask
        self._proven = proven
        self._now = now
        self._elsewhere: RemoteError | None = None
        self._looks: list[str] = []

    def place(self) -> Place:
        """Where the API is. Raises one of the four errors."""
        found = self._api_at(f"{self._store}/wp-json/")
        found = found or self._announced()
        found = found or self._api_at(f"{self._store}/index.php/wp-json/")
        if found:
            return found
        raise self._elsewhere or self._error(self._nothing())

    def _api_at(self, url: str) -> Place | None:
        seen, url = self._followed(url + FIELDS)
        if seen is None:
            return None
        root = url.partition("?")[0].rstrip("/")
        try:
            data = read_answer(seen.status, seen.headers, seen.body, self._asked(root)).data
        except RemoteError as error:
            if error.kind in ("rest_locked", "header_stripped", "no_rights"):
                return Place(root)  # It is there, but says nothing of itself to strangers.
            if error.kind not in _NO_API:
                raise
            self._looks.append(error.kind)
            return None
        if not isinstance(data, dict) or not isinstance(data.get("namespaces"), list):
            return None
        if NAMESPACE not in data["namespaces"]:
            raise self._error("woo_off")
        return Place(root, _address(data.get("home")) or _address(data.get("url")), str(data.get("name") or "")[:200])

    def _announced(self) -> Place | None:
        """By the link that WordPress puts into the head of every page."""
        seen, _url = self._followed(f"{self._store}/")
        if seen is None:
            return None
        text = pages.text_of(seen.body)
        link = addresses.api_link(seen.headers.get("Link", ""), text)
        if not link:
            self._note_page(seen, text)
            return None
        if "rest_route=" in link:
            raise self._error("plain_permalinks")
        return self._linked(urljoin(f"{self._store}/", link))

    def _linked(self, link: str) -> Place | None:
        if addresses.host(link) != addresses.host(self._store):
            address = addresses.store_address(link)
            raise self._error("redirect_elsewhere", about={"address": address}, data={"address": address})
        # Scheme and port are the ones that reached the shop; behind a proxy it may know others.
        return self._api_at(f"{addresses.origin(self._store)}{addresses.path_of(link)}/")

    def _note_page(self, seen: Seen, text: str) -> None:
        if seen.status >= 400 and seen.status != 404:
            kind = pages.kind_of_page(seen.status, {name.lower(): value for name, value in seen.headers.items()}, seen.body)
            raise self._error(kind, said=pages.title_of(seen.body), status=seen.status)
        self._looks.append(pages.kind_of_page(seen.status, {}, seen.body))
        if pages.is_wordpress(text):
            self._looks.append("wordpress")

    def _followed(self, url: str) -> tuple[Seen | None, str]:
        """The answer behind redirects within the same origin; None where they lead elsewhere, to a login or in a circle."""
        for _ in range(MOST_HOPS + 1):
            seen = self._ask(url)
            location = seen.headers.get("Location", "")
            if seen.status not in _REDIRECTS or not location:
                return seen, url
            following = _joined(url, location)
            if addresses.origin(following) != addresses.origin(self._store) or addresses.is_login(following):
                self._note_redirect(url, seen)
                return None, url
            url = following
        return None, url

    def _note_redirect(self, url: str, seen: Seen) -> None:
        try:
            read_answer(seen.status, seen.headers, b"", self._asked(url.partition("?")[0]))
        except RemoteError as error:
            self._elsewhere = self._elsewhere or error

    def _nothing(self) -> str:
        if "plain_permalinks" in self._looks:
            return "plain_permalinks"
        found = next((kind for kind in self._looks if kind in ("challenge", "firewall", "suspended", "maintenance")), "")
        return found or ("rest_locked" if "wordpress" in self._looks else "not_wordpress")

    def _asked(self, url: str) -> Asked:
        return Asked(url, proven=self._proven, now=self._now)

    def _error(self, kind: str, **more: Any) -> RemoteError:
        return error_of(kind, self._asked(self._store), **more)


def _address(value: Any) -> str:
    """An address as the shop writes it, "" for anything else."""
    return value[:500] if isinstance(value, str) and urlsplit(value[:500]).scheme in ("http", "https") else ""


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return ""

