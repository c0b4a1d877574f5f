"""Reading a shop one page ahead: while a page is written here, a thread already fetches the next one. Two pages in memory at the most."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from integrations.providers.base import Page, Raw, StoreAdapter
from integrations.records import StoreCategory

AT_ONCE = 100  # products asked for by id in one call


class Reader:
    """A shop's answers, one call at a time: adapters are not made for two threads. Raises what the adapter raises."""

    def __init__(self, adapter: StoreAdapter) -> None:
        self.adapter = adapter
        self._turn = threading.Lock()
        self._categories: list[StoreCategory] | None = None
        self._ahead: tuple[Any, Future[Page]] | None = None

    def page(self, at: Any) -> Page:
        """The page at this cursor (None: the first); the one behind it is on its way when this returns."""
        ahead, self._ahead = self._ahead, None
        page = ahead[1].result() if ahead is not None and ahead[0] == at else self._call(self.adapter.fetch_page, at)
        if page.next_cursor is not None:
            self._ahead = (page.next_cursor, self._fetch_ahead(page.next_cursor))
        return page

    def by_ids(self, external_ids: Sequence[str], known: str = "") -> list[Raw]:
        """Those of at most 100 products that the shop still has."""
        return self._call(self.adapter.fetch_by_ids, external_ids, known) if external_ids else []

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

        threading.Thread(target=work, daemon=True, name="shop-page-ahead").start()
        return future
