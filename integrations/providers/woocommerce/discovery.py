"""Finding a shop's REST API from the address that somebody typed. Without any key: nothing secret travels here. Asks through a function."""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.errors import RemoteError
from integrations.providers.woocommerce import addresses
from integrations.providers.woocommerce.answering import pages
from integrations.providers.woocommerce.answering.answers import Asked, error_of, read_answer

FIELDS = "?_fields=name,url,home,namespaces"
NAMESPACE = "wc/v3"
MOST_HOPS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What is answered where no API is.
_NO_API = frozenset({"html", "plain_permalinks", "not_found", "unexpected", "unreadable", "empty", "redirect_elsewhere", "login_wall"})


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


Ask = Callable[[str, bool], Seen]
_IS_THERE = frozenset({"rest_locked", "header_stripped", "no_rights", "no_route", "firewall"})

_ASKS_WHO = frozenset({"rest_locked", "header_stripped", "no_rights"})


class Search:
    """One search. ask(url, is_page): GETs an address of the shop's origin without key, follows nothing, raises the four errors.

    is_page: only the top of what comes is of interest.
    """

    def __init__(self, store_url: str, ask: Ask, *, proven: bool, now: datetime) -> None:
        self._store = store_url
        self._ask = ask
        self._proven = proven
        self._now = now
        self._elsewhere: RemoteError | None = None
        self._looks: list[str] = []
        self._in_its_place = ""  # The title of the page that came where the API should be.

    def place(self) -> Place:
        """Where the API is. Raises one of the four errors."""
        found = self._api_at(f"{self._store}/wp-json/")
        found = found or self._announced()
        found = found or self._api_at(f"{self._store}/index.php/wp-json/")
        found = found or self._without_index()
        if found:
            return found
        if self._elsewhere:
            raise self._at_its_end(self._elsewhere)
        raise self._error(self._nothing())

    def _api_at(self, url: str) -> Place | None:
        seen, url = self._followed(url + FIELDS, is_page=False)
        if seen is None:
            return None
        root = url.partition("?")[0].rstrip("/")
        try:
            data = read_answer(seen.status, seen.headers, seen.body, self._asked(root)).data
        except RemoteError as error:
            if error.kind in _IS_THERE:
                return Place(root)  # It says nothing of itself to strangers; the key will tell.
            if error.kind not in _NO_API:
                raise
            self._looks.append(error.kind)
            self._in_its_place = error.data.get("said", "") if seen.status == 200 else ""
            return None
        if not isinstance(data, dict) or not isinstance(data.get("namespaces"), list):
            return None
        if NAMESPACE not in data["namespaces"]:
            raise self._error("woo_off")
        name = data.get("name")
        plain = html.unescape(name)[:200] if isinstance(name, str) else ""  # WordPress keeps it with its entities.
        return Place(root, _address(data.get("home")) or _address(data.get("url")), plain)

    def _without_index(self) -> Place | None:
        """Some security plugins hide what WordPress says of itself; WooCommerce behind it still asks who is there."""
        root = f"{self._store}/wp-json"
        seen, _ = self._followed(f"{root}/{NAMESPACE}/products?per_page=1&_fields=id", is_page=False)
        if seen is None:
            return None
        try:
            read_answer(seen.status, seen.headers, seen.body, self._asked(f"{root}/{NAMESPACE}/products", "products"))
        except RemoteError as error:
            return Place(root) if error.kind in _ASKS_WHO else None
        return Place(root)

    def _announced(self) -> Place | None:
        """By the link that WordPress puts into the head of every page."""
        seen, _url = self._followed(f"{self._store}/", is_page=True)
        if seen is None:
            return None
        text = pages.text_of(seen.body)
        link = addresses.api_link(seen.headers.get("Link", ""), text)
        self._note_page(seen, text, link)
        if not link:
            return None
        if "rest_route=" in link:
            raise self._error("plain_permalinks")
        target = addresses.joined(f"{self._store}/", link)
        return self._linked(target) if target else None

    def _linked(self, link: str) -> Place | None:
        if addresses.host(link) != addresses.host(self._store):
            address = addresses.store_address(link)
            raise self._error("redirect_elsewhere", about={"address": address}, data={"address": address})
        # Scheme and port are the ones that reached the shop; behind a proxy it may know others.
        url = f"{addresses.origin(self._store)}{addresses.path_of(link)}/"
        return None if url == f"{self._store}/wp-json/" else self._api_at(url)  # That has been asked.

    def _note_page(self, seen: Seen, text: str, link: str) -> None:
        if seen.status >= 400 and seen.status != 404:
            kind = pages.kind_of_page(seen.status, {name.lower(): value for name, value in seen.headers.items()}, seen.body)
            raise self._error(kind, said=pages.title_of(seen.body), status=seen.status)
        self._looks.append(pages.kind_of_page(seen.status, {}, seen.body))
        if self._in_its_place and self._in_its_place == pages.title_of(seen.body):
            self._looks.append("plain_permalinks")  # The home page, as WordPress does then.
        if link or pages.is_wordpress(text):
            self._looks.append("wordpress")

    def _followed(self, url: str, *, is_page: bool) -> tuple[Seen | None, str]:
        """The answer behind redirects within the same origin; None where they lead elsewhere, to a login or in a circle."""
        for _ in range(MOST_HOPS + 1):
            seen = self._ask(url, is_page)
            location = seen.headers.get("Location", "")
            if seen.status not in _REDIRECTS or not location:
                return seen, url
            following = addresses.joined(url, location)
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

    def _at_its_end(self, redirected: RemoteError) -> RemoteError:
        """The address behind all redirects, so that a person types it once."""
        address = redirected.data.get("address", "")
        for _ in range(MOST_HOPS if address else 0):
            try:
                url = f"{address}/wp-json/"
                seen = self._ask(url, True)
                read_answer(seen.status, seen.headers, seen.body, self._asked(url))
            except RemoteError as error:
                if error.kind != "redirect_elsewhere":
                    break
                redirected, address = error, error.data["address"]
            else:
                break
        return redirected

    def _nothing(self) -> str:
        if "plain_permalinks" in self._looks:
            return "plain_permalinks"
        found = next((kind for kind in self._looks if kind in ("challenge", "firewall", "suspended", "maintenance")), "")
        return found or ("rest_locked" if "wordpress" in self._looks else "not_wordpress")

    def _asked(self, url: str, path: str = "") -> Asked:
        return Asked(url, path, proven=self._proven, now=self._now)

    def _error(self, kind: str, **more: Any) -> RemoteError:
        return error_of(kind, self._asked(self._store), **more)


def _address(value: Any) -> str:
    """An address as the shop writes it, "" for anything else."""
    return addresses.joined("", value[:500]) if isinstance(value, str) else ""
