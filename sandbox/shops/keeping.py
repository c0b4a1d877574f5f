"""How a shop of any kind is kept on disk: what changed is written before an answer leaves. What there is to keep, each kind says itself."""

from abc import ABC, abstractmethod
from typing import Any

from sandbox.state_file import Name, StateFile

Body = dict[str, Any]


class Keeper(ABC):
    """Writes one shop through to the state file: rows one by one, and documents about the whole shop. Callers hold the shop's lock.

    documents: kinds of these; prefix, rows: kinds of rows in the file are the prefix and what the shelf calls them.
    """

    documents: tuple[str, ...]
    prefix: str
    rows: tuple[str, ...]

    def __init__(self, shop: Any, file: StateFile) -> None:
        self._shop, self._file = shop, file
        self._dirty: set[tuple[str, int]] = set()
        self._known: dict[str, Body] = {}

    def load(self) -> None:
        """Fill the shop from the file, then follow what happens to it."""
        below = f"{self._shop.name}/"
        for kind, name, body in self._file.rows((*self.documents, *self.rows)):
            if kind in self.documents and name == self._shop.name:
                self._known[kind] = body
            elif name.startswith(below):
                self._put(kind, body)
        self._apply(self._known)
        self._shop.shelf.changed = lambda kind, key: self._dirty.add((f"{self.prefix}{kind}", key))
        self.save()

    def save(self) -> None:
        """Write what has changed, in one transaction."""
        kept: dict[Name, Any] = {}
        gone: list[Name] = []
        for kind, key in self._dirty:
            name, body = (kind, f"{self._shop.name}/{key}"), self._body(kind, key)
            if body is None:
                gone.append(name)
            else:
                kept[name] = body
        for kind, now in self._documents().items():
            if now != self._known.get(kind):
                kept[kind, self._shop.name] = self._known[kind] = now
        if kept or gone:
            self._file.write(kept, gone)
        self._dirty.clear()

    @abstractmethod
    def _documents(self) -> dict[str, Body]:
        """{kind: what is known of the whole shop now}"""

    @abstractmethod
    def _apply(self, known: dict[str, Body]) -> None:
        """Gives the shop what its documents say; a new shop has none."""

    @abstractmethod
    def _body(self, kind: str, key: int) -> Body | None:
        """What is to be kept of a row; None when there is nothing."""

    @abstractmethod
    def _put(self, kind: str, body: Body) -> None:
        """Puts a row that was kept onto the shelf."""


def apply_knobs(shop: Any, names: tuple[str, ...], body: Body, fault: type[Any]) -> None:
    """What every kind of shop has in its document: knobs, the last number given, faults."""
    for name in names:
        if name in body:
            setattr(shop, name, body[name])
    shop.shelf.remember_id(body.get("last_id", 0))
    for kept in body.get("faults", []):
        shop.faults.add(fault(**kept))


def knobs_of(shop: Any, names: tuple[str, ...]) -> Body:
    """The other way round."""
    faults = [fault.to_dict() for fault in shop.faults.active()]
    return {**{name: getattr(shop, name) for name in names}, "faults": faults, "last_id": shop.shelf.last_id}
