"""Reading a shop one page ahead: while a page is written here, a thread already fetches the next one. Two pages in memory at the most."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from django.db import connection

from common.clock import database_now
from integrations.providers.base import GlancePage, Page, Raw, StoreAdapter
from integrations.records import StoreCategory

AT_ONCE = 100  # products asked for by id in one call


class Reader:
    """A shop's answers, one call at a time: adapters are not made for two threads. Raises what the adapter raises.

    asked_at: not after the moment at which the question began whose answer was returned last (database clock), or that it is from.
    """

    def __init__(self, adapter: StoreAdapter) -> None:
        self.adapter = adapter
        self.asked_at: datetime | None = None
        self._turn = threading.Lock()
        self._categories: list[StoreCategory] | None = None
        self._ahead: tuple[Any, datetime, Future[Page]] | None = None

    def page(self, at: Any) -> Page:
        """The page at this cursor (None: the first); the one behind it is on its way when this returns."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[0] == at:
            self.asked_at, page = ahead[1], ahead[2].result()
        else:
            self.asked_at = database_now()
            page = self._call(self.adapter.fetch_page, at)
        self.asked_at = min(self.asked_at, page.as_of or self.asked_at)
        if page.next_cursor is not None:
            self._ahead = (page.next_cursor, database_now(), self._fetch_ahead(page.next_cursor))
        return page

    def changed(self, since: datetime, at: Any) -> Page:
        """One page of what was changed in the shop since then."""
        self.asked_at = database_now()
        return self._call(self.adapter.fetch_changed, since, at)

    def glances(self, at: Any) -> GlancePage:
        """One page of a glance at every product."""
        self.asked_at = database_now()
        return self._call(self.adapter.fetch_glances, at)

    def fitting(self, external_ids: Sequence[str]) -> list[str]:
        """Those of at most 100 products, from the first on, that may be asked for in one call of `by_ids`; at least one of any."""
        return list(external_ids[: self._call(self.adapter.at_once, external_ids)]) if external_ids else []

    def by_ids(self, external_ids: Sequence[str], known: str = "") -> list[Raw]:
        """Those of at most 100 products that the shop still has. Where there may be many with very many variants, ask `fitting` first."""
        if not external_ids:
            return []
        self.asked_at = database_now()
        return self._call(self.adapter.fetch_by_ids, external_ids, known)

    def categories(self) -> list[StoreCategory]:
        """All shelves of the shop, asked for once."""
        if self._categories is None:
            self._categories = self._call(lambda: list(self.adapter.fetch_categories()))
        return self._categories

    def _call(self, ask: Any, *args: Any) -> Any:
        with self._turn:
            return ask(*args)

    def _fetch_ahead(self, at: Any) -> "Future[Page]":
        """A daemon: a process that ends need not wait for a page that nobody will read."""
        future: Future[Page] = Future()

        def work() -> None:
            try:
                future.set_result(self._call(self.adapter.fetch_page, at))
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised again where the page is wanted
                future.set_exception(error)
            finally:
                connection.close()  # Adapters may look for a token that all processes share.

        threading.Thread(target=work, daemon=True, name="shop-page-ahead").start()
        return future
