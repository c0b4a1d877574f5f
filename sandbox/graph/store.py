"""The state of the stand-in: plain dicts in memory, written through to the state file where one is given.

A change is on disk before its answer leaves (`commit`), so a killed process loses nothing it acknowledged. Rules of the remote side do not
live here. Tokens and app secrets are never kept: accounts hold their digests only.
"""

from pathlib import Path
from typing import Any

from sandbox.state_file import StateFile

_KEPT_BATCHES = 500


class Store:
    """Tables of JSON-ready dicts. Readers may look at the dicts; every change goes through `put` and `drop`."""

    def __init__(self, file: StateFile | str | Path | None = None) -> None:
        self.accounts: dict[str, dict[str, Any]] = {}
        self.businesses: dict[str, dict[str, Any]] = {}
        self.catalogs: dict[str, dict[str, Any]] = {}
        self.items: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.late: dict[str, dict[str, Any]] = {}
        self.notes: dict[str, dict[str, Any]] = {}
        self.by_retailer: dict[str, dict[str, str]] = {}
        self.twins: dict[str, dict[str, list[str]]] = {}
        self.pending: dict[str, None] = {}
        self._tables = {
            "account": self.accounts, "business": self.businesses, "catalog": self.catalogs, "item": self.items, "group": self.groups,
            "batch": self.batches, "late": self.late, "note": self.notes,
        }  # fmt: skip
        self._dirty: set[tuple[str, str]] = set()
        self._number = 0
        self._file = StateFile(file) if isinstance(file, str | Path) else file
        if self._file:
            self._load(self._file)

    def next_number(self) -> int:
        """A number never given before, over restarts as well."""
        self._number += 1
        self.put("note", "number", {"value": self._number})
        return self._number

    def put(self, table: str, key: str, value: dict[str, Any]) -> None:
        """Insert or replace one row; on disk with the next `commit`."""
        self._tables[table][key] = value
        self._index(table, key, value)
        if self._file:
            self._dirty.add((table, key))

    def drop(self, table: str, key: str) -> None:
        """Remove one row; unknown keys are ignored."""
        value = self._tables[table].pop(key, None)
        if value and table == "item":
            self._unlist(key, value["catalog_id"], value["retailer_id"])
        if value and table == "batch":
            self.pending.pop(key, None)
        if self._file:
            self._dirty.add((table, key))

    def items_of(self, catalog_id: str) -> list[dict[str, Any]]:
        """Every item of a catalog, second ones under the same retailer_id included."""
        first = self.by_retailer.get(catalog_id, {}).values()
        return [self.items[key] for key in [*first, *(key for keys in self.twins.get(catalog_id, {}).values() for key in keys)]]

    def commit(self) -> None:
        """Write what changed since the last commit, in one transaction."""
        if not self._file or not self._dirty:
            return
        self._prune()
        gone = [(table, key) for table, key in self._dirty if key not in self._tables[table]]
        kept = {(table, key): self._tables[table][key] for table, key in self._dirty if key in self._tables[table]}
        self._file.write(kept, gone)
        self._dirty.clear()

    def wipe(self) -> None:
        """Forget everything but the last number: an id that somebody still remembers must never mean something else."""
        for table, rows in self._tables.items():
            for key in list(rows):
                self.drop(table, key)
        self.by_retailer.clear()
        self.twins.clear()
        self.put("note", "number", {"value": self._number})
        self.commit()

    def close(self) -> None:
        """Write what is left and let go of the file."""
        if self._file:
            self.commit()
            self._file.close()
            self._file = None

    def _index(self, table: str, key: str, value: dict[str, Any]) -> None:
        if table == "item":
            first = self.by_retailer.setdefault(value["catalog_id"], {}).setdefault(value["retailer_id"], key)
            if first != key:
                twins = self.twins.setdefault(value["catalog_id"], {}).setdefault(value["retailer_id"], [])
                twins.extend([key] if key not in twins else [])
        elif table == "batch" and value["status"] in ("scheduled", "started"):
            self.pending[key] = None
        elif table == "batch":
            self.pending.pop(key, None)

    def _unlist(self, key: str, catalog_id: str, retailer_id: str) -> None:
        """Takes an item off the index; where the first one goes, its twin becomes the first."""
        twins = self.twins.get(catalog_id, {}).get(retailer_id, [])
        if key in twins:
            twins.remove(key)
        elif twins:
            self.by_retailer[catalog_id][retailer_id] = twins.pop(0)
        else:
            self.by_retailer[catalog_id].pop(retailer_id, None)

    def _prune(self) -> None:
        for handle in [h for h in self.batches if h not in self.pending][: max(0, len(self.batches) - _KEPT_BATCHES)]:
            self.drop("batch", handle)

    def _load(self, file: StateFile) -> None:
        for table, key, body in file.rows(self._tables):
            self._tables[table][key] = body
        # An updated row gets a new rowid in SQLite, so the order of creation comes from the rows themselves.
        for table in ("item", "batch"):
            ordered = sorted(self._tables[table].items(), key=lambda row: row[1]["seq"])
            self._tables[table].clear()
            for key, value in ordered:
                self._tables[table][key] = value
                self._index(table, key, value)
        self._number = self.notes.get("number", {}).get("value", 0)
