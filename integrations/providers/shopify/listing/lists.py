"""Lists of Shopify, window by window: what an answer must look like, where the next one begins, and when a list was whole.

Cursors are keysets: with products in the order of their numbers nothing shifts while somebody edits, and new ones come last. So each
number comes once, and a list is whole when as many came as Shopify counts.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from integrations.providers.shopify.answering.troubles import BY_KIND
from integrations.providers.shopify.reading.shape import Node, number_of

LOOKS = 3  # behind the end of a list that is too short: the count may be of a moment later
MOST_WINDOWS = 20_000
MOST_VARIANTS = 10_000  # of one page, unless a single product has more: a hundred products may have two hundred thousand


class Asks(Protocol):
    """What whoever asks a single question needs of client.ShopifyClient."""

    def execute(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The `data` of an answer without errors. Raises one of the four errors."""


class Client(Asks, Protocol):
    """What is needed of client.ShopifyClient."""

    def download(self, url: str, start: int = 0) -> Iterator[bytes]:
        """The lines of a bulk operation's file, from this byte on. Raises one of the four errors."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list goes on. after: Shopify's cursor; last: the largest number so far; seen: how many came; looks: tries behind the end."""

    after: str | None = None
    last: int = 0
    seen: int = 0
    looks: int = 0

    @classmethod
    def load(cls, kept: Any) -> "Place":
        """From what `dump` gave; None: the beginning."""
        return cls(**kept) if kept else cls()

    def dump(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Window:
    """following: None behind the last window; total: how many Shopify counts, None where it was not asked."""

    nodes: list[Node]
    following: Place | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A connection as it came. end: where its next part begins, None where there is none."""

    nodes: list[Node]
    end: str | None


def read_nodes(connection: Any) -> list[Node]:
    """The nodes of a connection. Raises where it is none: a broken answer is no short list."""
    nodes = connection.get("nodes") if isinstance(connection, dict) else None
    if not isinstance(nodes, list) or not all(isinstance(one, dict) for one in nodes):
        raise BY_KIND["unreadable"].error_for()
    return nodes


def read_part(connection: Any) -> Part:
    """A connection with ids that is read on. Raises as read_nodes."""
    nodes, page = read_nodes(connection), connection.get("pageInfo")
    if not isinstance(page, dict) or not all(one.get("id") for one in nodes):
        raise BY_KIND["unreadable"].error_for()
    end = page.get("endCursor") if page.get("hasNextPage") is not False else None
    if page.get("hasNextPage") is not False and not (isinstance(end, str) and end and nodes):
        raise BY_KIND["unreadable"].error_for()
    return Part(nodes, end)


def read_count(data: dict[str, Any], name: str) -> int:
    """A count at the root of an answer. Raises where there is none."""
    counted = data.get(name)
    number = counted.get("count") if isinstance(counted, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise BY_KIND["unreadable"].error_for()
    return number


def product_window(client: Client, text: str, rows: int, place: Place, query: str | None = None) -> Window:
    """The next products at this place. query: a filter; without one the list must be whole at its end. Raises one of the four errors."""
    variables = {"first": rows, "after": place.after} | ({"query": query} if query is not None else {})
    data = client.execute(text, variables)
    part, total = read_part(data.get("products")), read_count(data, "productsCount")
    last, seen = _counted(part.nodes, place), place.seen + len(part.nodes)
    if part.end is not None:
        if part.end == place.after:
            raise BY_KIND["list_repeats"].error_for()
        return Window(part.nodes, Place(part.end, last, seen), total)
    if query is not None or seen >= total:
        return Window(part.nodes, None, total)
    if place.looks >= LOOKS:
        raise BY_KIND["list_totals"].error_for()
    behind = _end_of(data) or place.after
    return Window(part.nodes, Place(behind, last, seen, place.looks + 1), total)


def all_of(client: Asks, text: str, root: str, rows: int) -> Iterator[Node]:
    """Every node of a list without a count. Raises one of the four errors."""
    after: str | None = None
    for _ in range(MOST_WINDOWS):
        part = read_part(client.execute(text, {"first": rows, "after": after}).get(root))
        yield from part.nodes
        if part.end is None:
            return
        if part.end == after:
            break
        after = part.end
    raise BY_KIND["list_repeats"].error_for()


def _counted(nodes: list[Node], place: Place) -> int:
    """The largest number. Raises where they do not go up: then something between us and Shopify gives old pages."""
    last = place.last
    for node in nodes:
        number = int(number_of(node.get("id")) or 0)
        if number <= last:
            raise BY_KIND["list_repeats"].error_for()
        last = number
    return last


def _end_of(data: dict[str, Any]) -> str | None:
    end = data["products"]["pageInfo"].get("endCursor")
    return end if isinstance(end, str) and end else None
