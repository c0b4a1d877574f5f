"""A bulk operation's file on its way to products: lines go into a temporary SQLite file, products come out in the order of their numbers.

The file holds one object a line, and children may stand anywhere, before their parents too. SQLite keeps the temporary file on disk and
deletes it by itself (a database without a name), so the memory needed does not grow with the shop. No network here.
"""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from common.parsed_json import parse_json
from integrations.providers.base import Raw
from integrations.providers.shopify.answering.troubles import BY_KIND
from integrations.providers.shopify.reading.shape import Node, kind_of, number_of, shape

ROWS = 1_000
MOST_VARIANTS = 10_000  # of one answer, unless a single product has more: a hundred products may have two hundred thousand
SET_UP = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8000;
CREATE TABLE products (number INTEGER PRIMARY KEY, body BLOB);
CREATE TABLE variants (number INTEGER PRIMARY KEY, parent INTEGER, body BLOB);
CREATE TABLE belongings (parent INTEGER, body BLOB);
CREATE TABLE pictures (parent INTEGER, body BLOB);
"""
INDEXES = """
CREATE INDEX of_product ON variants (parent);
CREATE INDEX of_it ON belongings (parent);
CREATE INDEX of_variant ON pictures (parent);
"""
INSERTS = {
    "products": "INSERT INTO products VALUES (?, ?)",
    "variants": "INSERT INTO variants VALUES (?, ?, ?)",
    "belongings": "INSERT INTO belongings VALUES (?, ?)",
    "pictures": "INSERT INTO pictures VALUES (?, ?)",
}
ORPHANS = (
    "SELECT 1 FROM variants WHERE parent NOT IN (SELECT number FROM products) LIMIT 1",
    "SELECT 1 FROM belongings WHERE parent NOT IN (SELECT number FROM products) LIMIT 1",
    "SELECT 1 FROM pictures WHERE parent NOT IN (SELECT number FROM variants) LIMIT 1",
)
PRODUCTS = """SELECT number, body, (SELECT count(*) FROM variants WHERE parent = products.number) FROM products
    WHERE number > ? ORDER BY number LIMIT ?"""
OF_PRODUCTS = (
    "SELECT parent, body FROM variants WHERE parent > ? AND parent <= ?",
    "SELECT parent, body FROM belongings WHERE parent > ? AND parent <= ? ORDER BY rowid",
)
OF_VARIANTS = """SELECT pictures.parent, pictures.body FROM pictures JOIN variants ON variants.number = pictures.parent
    WHERE variants.parent > ? AND variants.parent <= ? ORDER BY pictures.rowid"""
LISTED_AS = {"ProductVariant": "variants", "Collection": "collections"}


class Spool:
    """One file. May be filled in one thread and read in another, by one at a time. lines: how many objects came."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._file.executescript(SET_UP)
        self._waiting: dict[str, list[tuple[Any, ...]]] = {table: [] for table in INSERTS}
        self.lines = 0

    def fill(self, lines: Iterable[bytes]) -> None:
        """Takes all lines in. Raises TransientError for one that is no object of ours, or there twice: then nothing of the file counts."""
        self._file.execute("BEGIN")
        for line in lines:
            if line.strip():
                self._take(line)
        for table in INSERTS:
            self._write(table)
        self._file.execute("COMMIT")
        self._file.executescript(INDEXES)

    @property
    def products(self) -> int:
        """How many products there are."""
        return int(self._file.execute("SELECT count(*) FROM products").fetchone()[0])

    @property
    def has_orphans(self) -> bool:
        """Something belongs to a product or a variant that is not there."""
        return any(self._file.execute(question).fetchone() for question in ORPHANS)

    def raws(self, after: int, most: int, now: datetime) -> list[Raw]:
        """The next products above this number, each in its shape; fewer than `most` where they have many variants. now: UTC."""
        rows = self._next(after, most)
        if not rows:
            return []
        reach = (after, rows[-1][0])
        lists: dict[int, dict[str, list[Node]]] = {number: {"variants": [], "media": [], "collections": []} for number, _ in rows}
        pictures = self._pictures(reach)
        for question in OF_PRODUCTS:
            for parent, body in self._file.execute(question, reach):
                child = parse_json(body)
                name = LISTED_AS.get(kind_of(child["id"]), "media")
                if name == "variants":
                    child["media"] = pictures.get(int(number_of(child["id"])), [])
                lists[parent][name].append(child)
        return [shape(node, lists[number], now) for number, node in rows]

    def _next(self, after: int, most: int) -> list[tuple[int, Node]]:
        rows: list[tuple[int, Node]] = []
        variants = 0
        for number, body, its_variants in self._file.execute(PRODUCTS, (after, most)):
            variants += its_variants
            if rows and variants > MOST_VARIANTS:
                break
            rows.append((number, parse_json(body)))
        return rows

    def _pictures(self, reach: tuple[int, int]) -> dict[int, list[Node]]:
        found: dict[int, list[Node]] = {}
        for parent, body in self._file.execute(OF_VARIANTS, reach):
            found.setdefault(parent, []).append(parse_json(body))
        return found

    def _take(self, line: bytes) -> None:
        try:
            row = parse_json(line)
        except ValueError:
            raise BY_KIND["truncated"].error_for() from None
        table, numbers = _place_of(row)
        self.lines += 1
        self._waiting[table].append((*numbers, line))
        if len(self._waiting[table]) >= ROWS:
            self._write(table)

    def _write(self, table: str) -> None:
        try:
            self._file.executemany(INSERTS[table], self._waiting[table])
        except sqlite3.IntegrityError:
            raise BY_KIND["unreadable"].error_for() from None
        self._waiting[table].clear()


def _place_of(row: Any) -> tuple[str, tuple[int, ...]]:
    """(table, numbers) of one line. It says nothing of its type, but its id does. Raises for what is none of ours."""
    own = row.get("id") if isinstance(row, dict) else None
    number, kind = number_of(own), kind_of(own)
    if number:
        parent = row.get("__parentId")
        if parent is None and kind == "Product":
            return "products", (int(number),)
        above, owner = kind_of(parent), number_of(parent)
        if above == "Product" and owner:
            return ("variants", (int(number), int(owner))) if kind == "ProductVariant" else ("belongings", (int(owner),))
        if above == "ProductVariant" and owner:
            return "pictures", (int(owner),)
    raise BY_KIND["unreadable"].error_for()
