"""Meta's listing page by page. Large pages make few requests; where Meta asks for less data, pages are halved and stay so.

The listing is advisory: it may leave out, repeat, be stale or go in circles. Nothing here decides anything.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from common.errors import PermanentError, RemoteError
from meta_integration.catalog_service import MetaCatalogService

PAGE, SMALLEST = 1_000, 25
MOST_PAGES = 20_000  # Whatever a listing invents, it ends.
REDUCE_DATA, TOO_BIG = 1, 413  # "Please reduce the amount of data you're asking for, then retry your request": code 1.


@dataclass
class Place:
    """Where the listing stands, as the run's cursor keeps it.

    mark, taken, lap: a cursor from the past, against which each new one is held; after 1, 2, 4, 8 .. pages a later one takes its place
    (Brent), so that circles of any length end without remembering every cursor. again: the listing had to be begun once more.
    """

    after: str = ""
    limit: int = field(default_factory=lambda: PAGE)
    mark: str = ""
    taken: int = 0
    pages: int = 0
    lap: int = 1
    ended: bool = False
    circled: bool = False
    again: bool = False

    def move(self, after: str) -> None:
        """On to the next page, or to the end: none is left, or this cursor has been there before."""
        self.taken += 1
        self.pages += 1
        self.circled = bool(after) and (after in (self.mark, self.after) or self.pages >= MOST_PAGES)
        self.ended = self.circled or not after
        self.after = after
        if self.taken == self.lap:
            self.mark, self.taken, self.lap = after, 0, self.lap * 2

    def as_json(self) -> dict[str, Any]:
        """For the run's cursor."""
        return asdict(self)


def next_page(service: MetaCatalogService, place: Place) -> list[dict[str, Any]]:
    """The items at `place`, which moves on. Raises the client's errors."""
    while True:
        try:
            page, after = service.list_items(place.after, limit=place.limit)
        except PermanentError:
            if not place.after or place.again:
                raise
            place.after, place.mark, place.taken, place.lap, place.again = "", "", 0, 1, True  # The cursor has grown too old.
        except RemoteError as error:
            if place.limit <= SMALLEST or not (error.code == REDUCE_DATA or error.status == TOO_BIG):
                raise
            place.limit = max(place.limit // 2, SMALLEST)
        else:
            place.move(after)
            return page
