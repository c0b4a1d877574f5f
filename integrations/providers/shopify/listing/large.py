"""All products of a large shop out of a bulk operation's file, step by step. What a cursor says.

{"bulk": ..} waits for the operation; {"file": ..} takes its file in, a part at a time, and then gives what is in it; {"since": ..} what was
changed since it began, so that the file, a picture of that moment, does not stay the last word; {"strays": ..}, where Shopify counts more
than came, what a glance over all products shows beyond them; {"end": ..} leaves the file. "began" is by our database's clock, "since" by
Shopify's. Whatever makes the file doubtful leads to {"list": {}}: all pages from the beginning. Pages may be empty.
"""

import logging
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from common.errors import RemoteError
from integrations.providers.base import Page
from integrations.providers.shopify.listing import bulk, staging
from integrations.providers.shopify.listing.lists import Place, read_count
from integrations.providers.shopify.listing.living import living
from integrations.providers.shopify.listing.spool import Spool
from integrations.providers.shopify.listing.windows import Windows, fitting
from integrations.providers.shopify.queries import COUNTS, PAGE
from integrations.providers.shopify.reading.shape import counted_variants, number_of

logger = logging.getLogger("importer")
WAITS = (1.0, 2.0, 4.0, 8.0, 15.0)  # seconds between two looks at an operation, and before a file is asked for that did not come
PATIENCE, LONGEST = 600.0, 7200.0  # seconds without a new line, and in all
PART_SECONDS = 30.0  # of one step at a file: then the import's turn may be over, and the next one goes on there
MISSES = len(WAITS)  # How often nothing of a file may come, or what came may be lost here, before it is given up.
OVERLAP = timedelta(seconds=10)  # What was written when the operation began may have got its date just before.
LOOKS = 2  # at what was changed, where products are counted that did not come: Shopify's index is some seconds behind
Cursor = dict[str, Any]


class Doubtful(Exception):
    """The operation is of no use; the text says why."""


class Large:
    """One shop's. clock: UTC, the database's."""

    def __init__(self, windows: Windows, clock: Callable[[], datetime]) -> None:
        self.windows, self.client, self.clock = windows, windows.client, clock
        self._spool: tuple[str, Spool] | None = None

    def begin(self, products: int) -> Page | None:
        """The first page of so many products; None where Shopify begins no operation."""
        at = self.clock().timestamp()
        operation = bulk.start(self.client)
        if operation is None:
            return None
        place = {"gid": operation.gid, "began": at, "since": operation.created_at.timestamp(), "moved": at, "objects": 0, "looks": 0}
        return Page([], {"bulk": place}, products)

    def page(self, way: str, place: Cursor) -> Page:
        """The page at one of our cursors. Raises one of the four errors."""
        steps = {"bulk": self._waited, "file": self._read, "since": self._since, "strays": self._strays, "end": self._end}
        try:
            return steps[way](place)
        except Doubtful as doubt:
            why = str(doubt)
        except (OSError, sqlite3.Error) as error:
            why = f"its file finds no room on this machine: {error}"
        logger.warning("The bulk operation %s is of no use (%s), so pages are turned.", place["gid"], why)
        self._forget(place)
        return Page([], {"list": {}})

    def _waited(self, place: Cursor) -> Page:
        """One look at the operation."""
        operation, now = bulk.look_at(self.client, place["gid"]), timezone.now().timestamp()
        if operation is None or not operation.is_under_way:
            return self._read({**{name: place[name] for name in ("gid", "began", "since")}, "after": 0, "seen": 0})
        moved = now if operation.objects != place["objects"] else place["moved"]
        if now - moved > PATIENCE or now - place["began"] > LONGEST:
            bulk.call_off(self.client, place["gid"])
            raise Doubtful(f"it is {operation.status} and does not get on")
        self.windows.pause(WAITS[min(place["looks"], len(WAITS) - 1)])
        return Page([], {"bulk": {**place, "moved": moved, "objects": operation.objects, "looks": place["looks"] + 1}})

    def _read(self, place: Cursor) -> Page:
        """The next part of the file, and when all of it is here, the next products out of it."""
        place = {"stage": staging.new_name(), "at": 0, "misses": 0, **place}
        spool = self._staged(place["stage"])
        if not spool.progress.is_whole:
            place = self._taken_in(spool, place)
            if not spool.progress.is_whole:
                return Page([], {"file": place})
        return self._out_of(spool, place)

    def _taken_in(self, spool: Spool, place: Cursor) -> Cursor:
        """The place behind what can be had of the file within one step."""
        operation = bulk.look_at(self.client, place["gid"])
        if operation is None or not operation.has_file:
            raise Doubtful(f"it has no file: {f'{operation.status} {operation.error}'.strip() if operation else 'forgotten'}")
        before = spool.progress.at
        misses = place["misses"] + (before < place["at"])  # Lost: another machine goes on, or this one was cleaned.
        ends = timezone.now().timestamp() + PART_SECONDS
        try:
            bulk.read_on(self.client, operation, spool, lambda: timezone.now().timestamp() >= ends)
        except RemoteError as error:
            logger.warning("The file of %s came to byte %s: %s", place["gid"], spool.progress.at, error.kind)
            if spool.progress.at == before:
                self.windows.pause(WAITS[min(misses, len(WAITS) - 1)])
                misses += 1
        if misses >= MISSES and not spool.progress.is_whole:
            raise Doubtful("its file does not come")
        return {**place, "at": spool.progress.at, "misses": misses}

    def _out_of(self, spool: Spool, place: Cursor) -> Page:
        raws, total = spool.raws(place["after"], PAGE, timezone.now()), spool.progress.products
        seen = place["seen"] + len(raws)
        last = int(number_of(raws[-1]["id"])) if raws else place["after"]
        if raws and seen < total:
            return Page(raws, {"file": {**place, "after": last, "seen": seen}}, total, _moment(place["began"]))
        kept = {name: place[name] for name in ("gid", "since", "stage")}
        since = {**kept, "last": last, "listed": seen, "new": 0, "place": {}, "looks": 0}
        return Page(raws, {"since": since}, max(total, seen), _moment(place["began"]))

    def _since(self, place: Cursor) -> Page:
        """What was changed since the operation began; new products are those with larger numbers than any of its file."""
        window = self.windows.products(Place.load(place["place"]), _moment(place["since"]) - OVERLAP)
        raws = self.windows.whole(window.nodes)
        new = place["new"] + sum(int(number_of(node.get("id"))) > place["last"] for node in window.nodes)
        if window.following:
            return Page(raws, {"since": {**place, "new": new, "place": window.following.dump()}})
        lacking = read_count(self.client.execute(COUNTS), "productsCount") - place["listed"] - new
        if lacking <= 0:
            self._forget(place)
            return Page(raws, None, place["listed"] + new)
        if place["looks"] < LOOKS:
            self.windows.pause(WAITS[-1])
            return Page(raws, {"since": {**place, "new": 0, "place": {}, "looks": place["looks"] + 1}})
        logger.info("Beside the file of %s there are %s products more: they are looked for.", place["gid"], lacking)
        return Page(raws, {"strays": {"gid": place["gid"], "stage": place["stage"], "place": {}}})

    def _strays(self, place: Cursor) -> Page:
        """Which products of the shop the file does not have: a glance at each costs a thirtieth of reading it."""
        spool = self._staged(place["stage"])
        if not spool.progress.is_whole:
            raise Doubtful("products are missing in its file, which is not here any more")
        window = self.windows.glances(Place.load(place["place"]))
        numbers = [number_of(node.get("id")) for node in window.nodes]
        known = [number for number in numbers if int(number or 0) in spool]
        strays = [number for number in numbers if number not in set(known)]
        if len(strays) > PAGE:
            raise Doubtful(f"it lacks {len(strays)} of {len(numbers)} products")
        wanted = [number for number in strays if int(number) > place.get("after", 0)]
        there = self.windows.patiently(lambda rows: living(self.client, wanted, known[0] if known else "", rows)) if wanted else []
        fit = fitting([counted_variants(node) for node in there])
        raws = self.windows.whole(there[:fit])
        if fit < len(there):
            return Page(raws, {"strays": {**place, "after": int(number_of(raws[-1]["id"]))}}, window.total)
        following = window.following and {"strays": {**place, "place": window.following.dump(), "after": 0}}
        return Page(raws, following or {"end": place}, window.total)

    def _end(self, place: Cursor) -> Page:
        """A page of its own, as pages are fetched ahead: whoever has to ask for the one before once more needs the file for it."""
        self._forget(place)
        return Page([], None)

    def _staged(self, name: str) -> Spool:
        """The file as far as it has come to this machine."""
        if self._spool is None or self._spool[0] != name:
            spool = staging.opened(name)
            if spool is None:
                raise Doubtful("as many files as may lie here do already")
            self._spool = (name, spool)
        return self._spool[1]

    def _forget(self, place: Cursor) -> None:
        """Also the file that was begun in this very step, of which no cursor knows: else it would take up a place for a day."""
        names = {place["stage"]} if "stage" in place else set()
        if self._spool is not None:
            name, spool = self._spool
            spool.close()
            names.add(name)
            self._spool = None
        for name in names:
            staging.discard(name)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
