"""All products of a shop, page after page: small shops by turning pages, large ones out of a bulk operation's file. What a cursor says.

{"list": place} turns pages. A bulk operation goes through three: {"bulk": ..} waits for it, {"file": ..} gives what is in its file,
{"since": ..} what was changed since it began, so that the file, a picture of that moment, does not stay the last word. "began" is by our
database's clock, "since" by Shopify's. Whatever makes the file doubtful leads to {"list": {}}: all pages from the beginning. Pages may be
empty. Each process that goes on fetches the file anew.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any, TypeVar

from django.utils import timezone

from common.clock import database_now
from common.errors import RemoteError
from integrations.providers.base import Glance, GlancePage, Page, Raw
from integrations.providers.reading import Problems, read_line
from integrations.providers.shopify.listing import bulk
from integrations.providers.shopify.listing.lists import Client, Place, Window, all_of, product_window, read_count
from integrations.providers.shopify.listing.living import living
from integrations.providers.shopify.listing.spool import Spool
from integrations.providers.shopify.listing.whole import whole
from integrations.providers.shopify.queries import COLLECTIONS, COUNTS, GLANCE_LIST, GLANCES, PAGE, PRODUCTS, SHELVES
from integrations.providers.shopify.reading.shape import glance, number_of
from integrations.records import StoreCategory

logger = logging.getLogger("importer")
LARGE = 5_000  # variants
WAITS = (1.0, 2.0, 4.0, 8.0, 15.0)  # seconds between two looks at an operation
PATIENCE, LONGEST = 600.0, 7200.0  # seconds without a new line, and in all
OVERLAP = timedelta(seconds=10)  # What was written when the operation began may have got its date just before.
SMALLEST = 10  # products
SMALLER_HELPS = frozenset({"timeout", "too_large", "shop_error", "too_costly"})
Cursor = dict[str, Any]
Answer = TypeVar("Answer")


class Products:
    """One shop's products, through its client. large: from so many variants on a bulk operation is asked for; pause: waits for seconds;
    clock: UTC, the database's: asked only where an answer's age is to be compared with others'.

    rows: products of one answer; fewer once Shopify did not manage so many. is_hurried: a question that takes too long is not asked again.
    """

    def __init__(
        self, client: Client, *, large: int = 0, pause: Callable[[float], None] = sleep, clock: Callable[[], datetime] = database_now
    ) -> None:
        self.client, self.large, self.pause, self.clock, self.rows = client, large or LARGE, pause, clock, PAGE
        self.is_hurried = False
        self._spool: tuple[str, Spool] | None = None

    def page(self, cursor: Cursor | None) -> Page:
        """See StoreAdapter.fetch_page."""
        if cursor is None:
            return self._begin()
        way, place = next(iter(cursor.items()))
        return {"list": self._listed, "bulk": self._waited, "file": self._spooled, "since": self._since}[way](place)

    def by_ids(self, external_ids: Sequence[str], known: str) -> list[Raw]:
        """See StoreAdapter.fetch_by_ids."""
        return self._whole(self._patiently(lambda rows: living(self.client, external_ids, known, rows)))

    def changed(self, since: datetime, cursor: Any) -> Page:
        """See StoreAdapter.fetch_changed. The index of changes lags behind by some seconds, so the caller goes back some minutes."""
        window = self._window(Place.load(cursor), since)
        return Page(self._whole(window.nodes), window.following.dump() if window.following else None, window.total)

    def glances(self, cursor: Any) -> GlancePage:
        """See StoreAdapter.fetch_glances."""
        window, now = product_window(self.client, GLANCE_LIST, GLANCES, Place.load(cursor)), timezone.now()
        glances = [Glance(number_of(node.get("id")), glance(node, now)) for node in window.nodes]
        return GlancePage(glances, window.following.dump() if window.following else None, window.total)

    def shelves(self) -> Iterator[StoreCategory]:
        """See StoreAdapter.fetch_categories: collections, which have no order among them."""
        for node in all_of(self.client, COLLECTIONS, "collections", SHELVES):
            yield StoreCategory(number_of(node.get("id")), read_line(node.get("title"), "name", Problems()))

    def _begin(self) -> Page:
        data = self.client.execute(COUNTS)
        products, variants = read_count(data, "productsCount"), read_count(data, "productVariantsCount")
        if variants < self.large or not products:
            return self._listed({})
        at = self.clock().timestamp()
        operation = bulk.start(self.client)
        if operation is None:
            return self._listed({})
        place = {"gid": operation.gid, "began": at, "since": operation.created_at.timestamp(), "moved": at, "objects": 0, "looks": 0}
        return Page([], {"bulk": place}, products)

    def _listed(self, place: Any) -> Page:
        window = self._window(Place.load(place))
        return Page(self._whole(window.nodes), {"list": window.following.dump()} if window.following else None, window.total)

    def _waited(self, place: Cursor) -> Page:
        """One look at the operation."""
        operation, now = bulk.look_at(self.client, place["gid"]), timezone.now().timestamp()
        if operation is None or not operation.is_under_way:
            return self._spooled({**{name: place[name] for name in ("gid", "began", "since")}, "after": 0, "seen": 0})
        moved = now if operation.objects != place["objects"] else place["moved"]
        if now - moved > PATIENCE or now - place["began"] > LONGEST:
            bulk.call_off(self.client, place["gid"])
            return self._turn_pages(place["gid"], f"it is {operation.status} and does not get on")
        self.pause(WAITS[min(place["looks"], len(WAITS) - 1)])
        return Page([], {"bulk": {**place, "moved": moved, "objects": operation.objects, "looks": place["looks"] + 1}})

    def _spooled(self, place: Cursor) -> Page:
        """The next products out of the file."""
        spool = self._file(place["gid"])
        if spool is None:
            return self._turn_pages(place["gid"], "it has no whole file")
        raws = spool.raws(place["after"], PAGE, timezone.now())
        seen = place["seen"] + len(raws)
        if raws and seen < spool.products:
            last = int(number_of(raws[-1]["id"]))
            return Page(raws, {"file": {**place, "after": last, "seen": seen}}, spool.products, _moment(place["began"]))
        last = int(number_of(raws[-1]["id"])) if raws else place["after"]
        self._spool = None
        since = {"gid": place["gid"], "since": place["since"], "last": last, "seen": seen, "place": {}}
        return Page(raws, {"since": since}, max(spool.products, seen), _moment(place["began"]))

    def _since(self, place: Cursor) -> Page:
        """What was changed since the operation began; new products are those with larger numbers than any of its file."""
        window = self._window(Place.load(place["place"]), _moment(place["since"]) - OVERLAP)
        raws = self._whole(window.nodes)
        seen = place["seen"] + sum(int(number_of(node.get("id"))) > place["last"] for node in window.nodes)
        if window.following:
            return Page(raws, {"since": {**place, "seen": seen, "place": window.following.dump()}})
        if seen < (total := read_count(self.client.execute(COUNTS), "productsCount")):
            return self._turn_pages(place["gid"], f"it gave {seen} of {total} products", raws)
        return Page(raws, None, seen)

    def _file(self, gid: str) -> Spool | None:
        """The file of an operation that has ended; None where there is none that can be used."""
        if self._spool is not None and self._spool[0] == gid:
            return self._spool[1]
        operation = bulk.look_at(self.client, gid)
        if operation is None or operation.status != "COMPLETED" or not operation.url:
            logger.warning("%s has no file: %s", gid, f"{operation.status} {operation.error}".strip() if operation else "forgotten")
            return None
        spool = bulk.fetch(self.client, operation)
        if spool is not None:
            self._spool = (gid, spool)
        return spool

    def _turn_pages(self, gid: str, why: str, raws: list[Raw] | None = None) -> Page:
        logger.warning("The bulk operation %s is of no use (%s), so pages are turned.", gid, why)
        return Page(raws or [], {"list": {}})

    def _window(self, place: Place, since: datetime | None = None) -> Window:
        query = None if since is None else f"updated_at:>='{since.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z'"
        return self._patiently(lambda rows: product_window(self.client, PRODUCTS, rows, place, query))

    def _patiently(self, ask: Callable[[int], Answer]) -> Answer:
        """Asks for fewer products at a time where Shopify does not manage as many: its cursors do not mind."""
        while True:
            try:
                return ask(self.rows)
            except RemoteError as error:
                if error.kind not in SMALLER_HELPS or error.retry_after is not None or self.rows // 2 < SMALLEST:
                    raise
                self.rows //= 2
                if self.is_hurried and error.kind == "timeout":
                    raise

    def _whole(self, nodes: list[Any]) -> list[Raw]:
        now = timezone.now()
        return [whole(self.client, node, now) for node in nodes]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
