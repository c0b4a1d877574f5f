"""Where the products stand: those made one by one, and ranges that are made up when somebody looks (see generated.py).

The shelf knows ids, parents and what is in the trash; it knows neither prices nor the API. Callers hold the shop's lock.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, Protocol

from sandbox.shops.woocommerce.product import Product, ShopAttribute, Term, Variation

Item = Product | Variation


class Range(Protocol):
    """Many products that follow from their numbers, and their variations. Ids are two unbroken rows."""

    @property
    def products(self) -> range:
        """Ids of the products."""

    @property
    def variations(self) -> range:
        """Ids of all their variations."""

    def make(self, item_id: int) -> Item:
        """The product or variation with this id, always the same."""

    def children(self, parent_id: int) -> range:
        """Ids of a product's variations."""


class Shelf:
    """Products, variations and terms by id. `changed(kind, id)` is called for whatever is put or dropped."""

    def __init__(self) -> None:
        self.items: dict[int, Item] = {}
        self.terms: dict[int, Term] = {}
        self.attributes: dict[int, ShopAttribute] = {}
        self.ranges: list[Range] = []
        self.lists: dict[Any, Sequence[int]] = {}  # the last list somebody read, kept by listing.py until something changes
        self.counts: Counter[int] | None = None  # published products of each term, kept by terms.py likewise
        self.changed: Callable[[str, int], None] = lambda kind, key: None
        self._gone: set[int] = set()
        self._trash: set[int] = set()
        self._children: dict[int, list[int]] = {}
        self.last_id = 9
        self._ids: dict[tuple[bool, bool], Sequence[int]] = {}

    def copy(self) -> "Shelf":
        """The shelf as it is now; what is put on either of them later, the other does not see."""
        made = Shelf()
        made.items, made.terms, made.attributes, made.ranges = dict(self.items), dict(self.terms), dict(self.attributes), [*self.ranges]
        made._gone, made._trash = set(self._gone), set(self._trash)
        made._children = {key: [*ids] for key, ids in self._children.items()}
        return made

    def new_id(self, count: int = 1) -> int:
        """The first of so many ids in a row, none of them ever given before."""
        first = self.last_id + 1
        self.last_id += count
        return first

    def remember_id(self, item_id: int) -> None:
        """This id is taken (by something that came from the state file)."""
        self.last_id = max(self.last_id, item_id)

    def add_range(self, made: Range) -> None:
        """Stand a range of made-up products on the shelf."""
        self.ranges.append(made)
        self._forget()

    def get(self, item_id: int) -> Item | None:
        """A product or variation, the trash included; None if there is none."""
        found = self.items.get(item_id)
        if found is not None or item_id in self._gone:
            return found
        for rows in self.ranges:
            if item_id in rows.products or item_id in rows.variations:
                return rows.make(item_id)
        return None

    def put(self, item: Item) -> None:
        """Insert or replace; a made-up product becomes one of its own."""
        self.items[item.id] = item
        (self._trash.add if item.status == "trash" else self._trash.discard)(item.id)
        if isinstance(item, Variation) and item.id not in (known := self._children.setdefault(item.parent_id, [])):
            known.append(item.id)
        self.changed("item", item.id)
        self._forget()

    def drop(self, item_id: int) -> None:
        """Delete for good."""
        found = self.items.pop(item_id, None)
        if isinstance(found, Variation):
            self._children[found.parent_id].remove(item_id)
        self._gone.add(item_id)
        self._trash.discard(item_id)
        self.changed("item", item_id)
        self._forget()

    def put_term(self, term: Term) -> None:
        """Insert or replace a category, tag or brand."""
        self.terms[term.id] = term
        self.changed("term", term.id)
        self._forget()

    def drop_term(self, term_id: int) -> None:
        """A term vanishes; the products that name it keep its number, and show it no more."""
        self.terms.pop(term_id, None)
        self.changed("term", term_id)
        self._forget()

    def children(self, parent_id: int, trash: bool = False) -> list[Variation]:
        """A product's variations in menu order; those in the trash only where asked for."""
        ids = set(self._children.get(parent_id, ()))
        for rows in self.ranges:
            if parent_id in rows.products:
                ids.update(rows.children(parent_id))
        found = [item for key in ids if isinstance(item := self.get(key), Variation) and (item.status == "trash") == trash]
        return sorted(found, key=lambda child: (child.menu_order, child.id))

    def product_ids(self, trash: bool = False) -> Sequence[int]:
        """Ids of the products, ascending: the living, or those in the trash."""
        return self._sorted(Product, trash)

    def variation_ids(self, trash: bool = False) -> Sequence[int]:
        """Ids of all variations, ascending."""
        return self._sorted(Variation, trash)

    def _sorted(self, kind: type[Item], trash: bool) -> Sequence[int]:
        key = (kind is Product, trash)
        if key not in self._ids:
            ids = self._trashed(kind) if trash else self._living(kind)
            self._ids[key] = array("q", sorted(ids))
        return self._ids[key]

    def _trashed(self, kind: type[Item]) -> Iterator[int]:
        return (key for key in self._trash if isinstance(self.items[key], kind))

    def _living(self, kind: type[Item]) -> Iterator[int]:
        hidden = self._gone | self._trash
        spans = [rows.products if kind is Product else rows.variations for rows in self.ranges]
        own = (key for key, item in self.items.items() if isinstance(item, kind) and not any(key in span for span in spans))
        return (key for key in chain(*spans, own) if key not in hidden)

    def _forget(self) -> None:
        self._ids.clear()
        self.lists.clear()
        self.counts = None
