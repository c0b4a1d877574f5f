"""A bulk operation's file on its way to products: lines go into an SQLite file, products come out in the order of their numbers.

The file holds one object a line, and children may stand anywhere, before their parents too. It may be taken in part after part, by several
processes: what came, and how far that reaches, is written in one transaction. The memory needed does not grow with the shop. No network
here; where the SQLite file lies: staging.py.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from common.errors import RemoteError
from common.parsed_json import parse_json
from integrations.providers.base import Raw
from integrations.providers.shopify.answering.troubles import BY_KIND
from integrations.providers.shopify.listing.lists import MOST_VARIANTS
from integrations.providers.shopify.reading.shape import Node, kind_of, number_of, shape

ROWS = 1_000
LOCK_SECONDS = 360.0  # The thread of a worker that has handed the import on may still be taking lines in.
SET_UP = """
PRAGMA synchronous = OFF; PRAGMA cache_size = -8000;
CREATE TABLE IF NOT EXISTS progress (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER, lines INTEGER, products INTEGER, is_whole INTEGER);
CREATE TABLE IF NOT EXISTS products (number INTEGER PRIMARY KEY, body BLOB);
CREATE TABLE IF NOT EXISTS variants (number INTEGER PRIMARY KEY, parent INTEGER, body BLOB);
CREATE TABLE IF NOT EXISTS belongings (parent INTEGER, body BLOB);
CREATE TABLE IF NOT EXISTS pictures (parent INTEGER, body BLOB);
"""
INDEXES = (
    "CREATE INDEX of_product ON variants (parent)",
    "CREATE INDEX of_it ON belongings (parent)",
    "CREATE INDEX of_variant ON pictures (parent)",
)
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


@dataclass(frozen=True, slots=True)
class Progress:
    """at: bytes of the file that were taken in; lines: objects in them; is_whole: its end came, and all was as it should be; then there are
    so many products.
    """

    at: int = 0
    lines: int = 0
    products: int = 0
    is_whole: bool = False


class Spool:
    """One file. May be filled in one thread and read in another, or by several processes. path: of the SQLite file, None for one without a
    name. Raises sqlite3.Error where this machine has no room for it, and where the SQLite file is none (any more).
    """

    def __init__(self, path: Path | None = None) -> None:
        options: dict[str, Any] = {"check_same_thread": False, "isolation_level": None, "timeout": LOCK_SECONDS}
        self._file = sqlite3.connect(path or "", **options)
        self._file.executescript(SET_UP)
        self._waiting: dict[str, list[tuple[Any, ...]]] = {table: [] for table in INSERTS}

    def close(self) -> None:
        """Nothing more is read from it here."""
        self._file.close()

    @property
    def progress(self) -> Progress:
        """How much has come so far."""
        found = self._file.execute("SELECT at, lines, products, is_whole FROM progress").fetchone()
        return Progress(int(found[0]), int(found[1]), int(found[2]), bool(found[3])) if found else Progress()

    def __contains__(self, number: int) -> bool:
        return self._file.execute("SELECT 1 FROM products WHERE number = ?", (number,)).fetchone() is not None

    def fill(
        self, read: Callable[[int], Iterable[bytes]], told: tuple[int, int], is_time_up: Callable[[], bool] = lambda: False
    ) -> None:
        """Takes lines in from where the last time stopped: to the end, or until the time is up, one line at least.

        read: the lines from this byte on; told: how many lines, and products, Shopify says there are. Raises one of the four errors, from
        `read` (what came before is kept), or for a line that is no object of ours or there twice, or an end that is not the right one.
        """
        try:
            with self._writing():
                fault = self._take_in(read, told, is_time_up)
        except sqlite3.IntegrityError:
            raise BY_KIND["unreadable"].error_for() from None
        if fault is not None:
            raise fault

    def _take_in(
        self, read: Callable[[int], Iterable[bytes]], told: tuple[int, int], is_time_up: Callable[[], bool]
    ) -> RemoteError | None:
        """Returns what stopped it before its time."""
        before = self.progress
        if before.is_whole:
            return None
        at, lines, ended, fault = before.at, before.lines, False, None
        try:
            for line in read(at):
                if line.strip():
                    self._take(line)
                    lines += 1
                at += len(line) + 1
                if is_time_up():
                    break
            else:
                ended = True
        except RemoteError as error:
            fault = error
        for table in INSERTS:
            self._write(table)
        products = self._finish(lines, told) if ended else 0
        self._file.execute("REPLACE INTO progress VALUES (1, ?, ?, ?, ?)", (at, lines, products, ended))
        return fault

    def _finish(self, lines: int, told: tuple[int, int]) -> int:
        """How many products there are. Raises where the file is cut off, or something belongs to a product or variant that is not there."""
        products = int(self._file.execute("SELECT count(*) FROM products").fetchone()[0])
        if (lines, products) != told or any(self._file.execute(question).fetchone() for question in ORPHANS):
            raise BY_KIND["truncated"].error_for()
        for index in INDEXES:
            self._file.execute(index)
        return products

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """All of it, or nothing; one process at a time."""
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._file.execute("COMMIT")
        except BaseException:
            for rows in self._waiting.values():
                rows.clear()
            if self._file.in_transaction:
                self._file.execute("ROLLBACK")
            raise

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
        self._waiting[table].append((*numbers, line))
        if len(self._waiting[table]) >= ROWS:
            self._write(table)

    def _write(self, table: str) -> None:
        self._file.executemany(INSERTS[table], self._waiting[table])
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
