"""All products of a shop, page after page: small shops by turning pages, {"list": place}, large ones out of a bulk operation (large.py)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from common.clock import database_now
from integrations.providers.base import Glance, GlancePage, Page, Raw
from integrations.providers.reading import Problems, read_line
from integrations.providers.shopify.listing.large import Large
from integrations.providers.shopify.listing.lists import MOST_VARIANTS, Client, Place, all_of, read_count
from integrations.providers.shopify.listing.living import living, sizes
from integrations.providers.shopify.listing.windows import Windows, fitting
from integrations.providers.shopify.queries import COLLECTIONS, COUNTS, SHELVES
from integrations.providers.shopify.reading.shape import glance, number_of
from integrations.records import StoreCategory

LARGE = 5_000  # variants
LARGEST = 2_048  # variants that a product may have: https://help.shopify.com/en/manual/products/variants
Cursor = dict[str, Any]


class Products:
    """One shop's products, through its client. large: from so many variants on a bulk operation is asked for; pause: waits for seconds;
    clock: UTC, the database's: asked only where an answer's age is to be compared with others'.
    """

    def __init__(
        self,
        client: Client,
        *,
        large: int = 0,
        pause: Callable[[float], None] | None = None,
        clock: Callable[[], datetime] = database_now,
    ) -> None:
        self.client, self.large = client, large or LARGE
        self.windows = Windows(client, pause)
        self._in_bulk = Large(self.windows, clock)

    def page(self, cursor: Cursor | None) -> Page:
        """See StoreAdapter.fetch_page."""
        if cursor is None:
            return self._begin()
        way, place = next(iter(cursor.items()))
        return self._listed(place) if way == "list" else self._in_bulk.page(way, place)

    def at_once(self, external_ids: Sequence[str]) -> int:
        """See StoreAdapter. A few fit whatever they are."""
        if len(external_ids) * LARGEST <= MOST_VARIANTS:
            return len(external_ids)
        return fitting(sizes(self.client, external_ids))

    def by_ids(self, external_ids: Sequence[str], known: str) -> list[Raw]:
        """See StoreAdapter.fetch_by_ids."""
        return self.windows.whole(self.windows.patiently(lambda rows: living(self.client, external_ids, known, rows)))

    def changed(self, since: datetime, cursor: Any) -> Page:
        """See StoreAdapter.fetch_changed. The index of changes lags behind by some seconds, so the caller goes back some minutes."""
        window = self.windows.products(Place.load(cursor), since)
        return Page(self.windows.whole(window.nodes), window.following.dump() if window.following else None, window.total)

    def glances(self, cursor: Any) -> GlancePage:
        """See StoreAdapter.fetch_glances."""
        window, now = self.windows.glances(Place.load(cursor)), timezone.now()
        glances = [Glance(number_of(node.get("id")), glance(node, now)) for node in window.nodes]
        return GlancePage(glances, window.following.dump() if window.following else None, window.total)

    def shelves(self) -> Iterator[StoreCategory]:
        """See StoreAdapter.fetch_categories: collections, which have no order among them."""
        for node in all_of(self.client, COLLECTIONS, "collections", SHELVES):
            yield StoreCategory(number_of(node.get("id")), read_line(node.get("title"), "name", Problems()))

    def _begin(self) -> Page:
        data = self.client.execute(COUNTS)
        products, variants = read_count(data, "productsCount"), read_count(data, "productVariantsCount")
        is_large = variants >= self.large and products > 0
        return (self._in_bulk.begin(products) if is_large else None) or self._listed({})

    def _listed(self, place: Any) -> Page:
        window = self.windows.products(Place.load(place))
        return Page(self.windows.whole(window.nodes), {"list": window.following.dump()} if window.following else None, window.total)
